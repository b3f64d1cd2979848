#![doc = include_str!("../../../rules/LW0421.md")]

use super::DMA;
use crate::check::{Cx, Rule, rule};
use crate::report::Diagnostic;
use crate::spec::{Consumed, Ip, Name};

pub(crate) const RULE: Rule = rule!("LW0421", "incomplete-dma-ports", Error);

pub(crate) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    for (key, consumes) in ip.consumes.iter() {
        let Some(subsystem) = cx.workspace.subsystem_by_key(key) else { continue };
        for (name, consumed) in consumes.iter() {
            if let Some(finding) = judge(ip, subsystem.name.value == DMA, name.unwrap_or(key), consumed) {
                cx.report(finding);
            }
        }
    }
}

fn judge(ip: &Ip, dma: bool, name: &Name, consumed: &Consumed) -> Option<Diagnostic> {
    let parts = [
        ("direction", consumed.direction.as_ref().map(|d| d.span)),
        ("fifo", consumed.fifo.as_ref().map(|f| f.span)),
        ("width", consumed.width.as_ref().map(|w| w.span)),
    ];
    // What says more about a port does not make one.
    let details = [
        ("burst", consumed.burst.as_ref().map(|b| b.span)),
        ("handshake", consumed.handshake.as_ref().map(|h| h.span)),
    ];
    let (first, place) = parts.iter().chain(&details).find_map(|(part, span)| span.map(|span| (part, span)))?;
    if !dma {
        let title = format!("`{}` has a DMA port but is no DMA request", name.value);
        return Some(RULE.at(place, title, format!("`{first}` means nothing here")).and(name.span, "this reference"));
    }
    if let Some((missing, _)) = parts.iter().find(|(_, span)| span.is_none()) {
        let finding = RULE
            .at(name.span, format!("the DMA port `{}` has no `{missing}`", name.value), "incomplete")
            .and(place, format!("it has `{first}`"))
            .note("a transfer needs all three: direction, address of the data register, bits per word");
        return Some(finding.help(format!("add `{missing}`, or leave out all of it")));
    }
    let (fifo, window) = (consumed.fifo.as_ref()?, ip.window.as_ref()?);
    let bytes = consumed.width.as_ref()?.value / 8;
    if fifo.value.saturating_add(bytes) > window.size.value {
        let title = format!("the data register of `{}` lies outside the window", name.value);
        return Some(
            RULE.at(fifo.span, title, format!("{:#x} is beyond its end", fifo.value))
                .and(window.size.span, format!("the window has {:#x} bytes", window.size.value)),
        );
    }
    if bytes > 0 && fifo.value % bytes != 0 {
        let title = format!("the data register of `{}` is not aligned", name.value);
        let width = consumed.width.as_ref()?;
        return Some(
            RULE.at(fifo.span, title, format!("{:#x} is not a multiple of {bytes}", fifo.value))
                .and(width.span, format!("a word has {} bits", width.value)),
        );
    }
    None
}
