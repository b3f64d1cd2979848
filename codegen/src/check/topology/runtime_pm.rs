//! What devices do in runtime PM, for the rules about its traps.

use crate::check::Cx;
use crate::source::Span;
use crate::spec::Soc;

/// Where it says that a device suspends and resumes with interrupts off; `None`: it does not.
pub(super) fn irq_safe(soc: &Soc, device: usize, cx: &Cx<'_>) -> Option<Span> {
    let said = cx.workspace.runtime_pm(&soc.devices.entries[device].value, |pm| pm.irq_safe.as_ref())?;
    said.value.then_some(said.span)
}

/// Where it says that the driver of a device does nothing; `None`: it does.
pub(super) fn no_callbacks(soc: &Soc, device: usize, cx: &Cx<'_>) -> Option<Span> {
    let said = cx.workspace.runtime_pm(&soc.devices.entries[device].value, |pm| pm.callbacks.as_ref())?;
    (!said.value).then_some(said.span)
}

/// Is it never suspended or switched off?
pub(super) fn always_on(soc: &Soc, device: usize, cx: &Cx<'_>) -> bool {
    cx.workspace.runtime_pm(&soc.devices.entries[device].value, |pm| pm.always_on.as_ref()).is_some_and(|on| on.value)
}
