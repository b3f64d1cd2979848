#![doc = include_str!("../../../rules/LW0417.md")]

use crate::check::cx::counted;
use crate::check::{Cx, Rule, rule};
use crate::spec::{Ip, Name, Reg, Soc};

pub(crate) const RULE: Rule = rule!("LW0417", "impossible-addresses", Error);

/// First and last address of each device that has a sound range, with its index.
pub(crate) fn check(soc: &Soc, cx: &mut Cx<'_>) -> Vec<(usize, u64, u64)> {
    let mut out = Vec::new();
    for (index, (name, device)) in soc.devices.iter().enumerate() {
        let Some(ip) = device.ip.as_ref().and_then(|ip| cx.workspace.ip(ip)) else { continue };
        if let Some(reg) = &device.reg {
            out.extend(judge(name, reg, ip, cx).map(|(first, last)| (index, first, last)));
        }
    }
    out
}

fn judge(name: &Name, reg: &Reg, ip: &Ip, cx: &mut Cx<'_>) -> Option<(u64, u64)> {
    let window = ip.window.as_ref().map(|w| &w.size);
    let base = reg.base.value;
    let finding = match (&reg.size, window) {
        (None, None) => {
            let title = format!("`{}` has an address but no size", name.value);
            RULE.at(reg.base.span, title, "how many bytes?")
                .and(ip.name.span, "its ip has no window")
                .help(format!("write `reg: {{ base: {base:#x}, size: 0x1000 }}`, or give the ip a window"))
        }
        (Some(size), _) if size.value == 0 => {
            RULE.at(size.span, format!("`{}` has no bytes of address space", name.value), "expected at least 1")
        }
        (Some(size), Some(window)) if size.value < window.value => RULE
            .at(
                size.span,
                format!("`{}` is smaller than its registers need", name.value),
                format!("{:#x} bytes", size.value),
            )
            .and(window.span, format!("the window of `{}` has {:#x}", ip.name.value, window.value)),
        (size, window) => {
            let size = size.as_ref().or(window)?;
            let word = ip.window.as_ref().and_then(|w| w.width.as_ref()).map_or(4, |w| w.value / 8).max(1);
            match base.checked_add(size.value.saturating_sub(1)) {
                Some(last) if ip.registers.is_empty() || base.is_multiple_of(word) => return Some((base, last)),
                Some(_) => RULE
                    .at(
                        reg.base.span,
                        format!("the address of `{}` is not aligned", name.value),
                        format!("{base:#x} is not a multiple of {word}"),
                    )
                    .and(ip.name.span, format!("its registers have {}", counted(word, "byte"))),
                None => RULE
                    .at(reg.base.span, format!("`{}` goes beyond the last address", name.value), "begins here")
                    .and(size.span, format!("and has {:#x} bytes", size.value)),
            }
        }
    };
    cx.report(finding);
    None
}
