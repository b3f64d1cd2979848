#![doc = include_str!("../../../rules/LW0511.md")]

use super::settings::Instance;
use crate::check::cx::counted;
use crate::check::topology::links::Link;
use crate::check::{Cx, Rule, rule};
use crate::report::Diagnostic;
use crate::source::{Span, Spanned};
use crate::spec::{Handshake, Ip, Soc};

pub(crate) const RULE: Rule = rule!("LW0511", "impossible-bursts", Error);

/// Ports as their ip declares them.
pub(crate) fn check_ip(ip: &Ip, cx: &mut Cx<'_>) {
    for (key, consumes) in ip.consumes.iter() {
        for (name, consumed) in consumes.iter() {
            let name = name.unwrap_or(key);
            let Some(finding) = alone(&name.value, consumed.burst.as_ref(), consumed.handshake.as_ref()) else {
                continue;
            };
            consumed.burst.iter().for_each(|burst| cx.mark(burst.span));
            cx.report(finding);
        }
    }
}

/// Ports as they are wired.
pub(crate) fn check_soc<'a>(soc: &'a Soc, links: &[Link<'a>], cx: &mut Cx<'a>) {
    for link in links {
        let reference = link.reference;
        let own = alone(&link.label(), reference.burst.as_ref(), reference.handshake.as_ref());
        let finding = own.or_else(|| misplaced(link)).or_else(|| wired(soc, link, cx));
        finding.into_iter().for_each(|finding| cx.report(finding));
    }
}

/// A reference that speaks of bursts where there is no data register.
fn misplaced(link: &Link<'_>) -> Option<Diagnostic> {
    let burst = link.reference.burst.as_ref().map(|burst| ("burst", burst.span));
    let (what, place) = burst.or(link.reference.handshake.as_ref().map(|handshake| ("handshake", handshake.span)))?;
    let ported = link.consumed.direction.is_some();
    (!ported).then(|| {
        let title = format!("`{}` has no data register that a DMA controller serves", link.label());
        RULE.at(place, title, format!("`{what}` means nothing here")).and(link.consumed.span, "what the ip says")
    })
}

/// Numbers that are wrong whatever the controller is.
fn alone(name: &str, burst: Option<&Spanned<u64>>, handshake: Option<&Spanned<Handshake>>) -> Option<Diagnostic> {
    let burst = burst?;
    if !(1..=u64::from(u8::MAX)).contains(&burst.value) {
        let title = format!("a burst of `{name}` has {}", counted(burst.value, "beat"));
        return Some(RULE.at(burst.span, title, format!("expected 1 to {}", u8::MAX)));
    }
    let single = handshake.filter(|handshake| handshake.value == Handshake::Single && burst.value > 1)?;
    Some(contradiction(name, burst, single.span))
}

fn contradiction(name: &str, burst: &Spanned<u64>, single: Span) -> Diagnostic {
    let title = format!("`{name}` has bursts but requests single beats");
    RULE.at(burst.span, title, counted(burst.value, "beat"))
        .and(single, "each request is for one beat")
        .help("leave out `burst`, or write `handshake: burst` or `handshake: peripheral`")
}

/// A word that does not fit the controller's bus.
fn wide(link: &Link<'_>, controller: &Instance<'_>) -> Option<Diagnostic> {
    let width = link.consumed.width.as_ref()?;
    let beat = &controller.engine.limits.beat;
    let limit = controller.parameter("bus").unwrap_or((beat.value.saturating_mul(8), beat.span));
    (width.value > limit.0).then(|| {
        let title = format!("a word of `{}` is wider than the bus of `{}`", link.label(), controller.name.value);
        RULE.at(link.reference.span, title, "no beat can carry it")
            .and(width.span, format!("{} bits", width.value))
            .and(limit.1, format!("the bus has {}", limit.0))
    })
}

/// What the controller at the other end can do.
fn wired<'a>(soc: &'a Soc, link: &Link<'a>, cx: &Cx<'a>) -> Option<Diagnostic> {
    let (reference, consumed) = (link.reference, link.consumed);
    let controller = Instance::of(soc, link.provider, cx);
    if let Some(finding) = controller.as_ref().and_then(|controller| wide(link, controller)) {
        return Some(finding);
    }
    let burst = reference.burst.as_ref().or(consumed.burst.as_ref()).filter(|burst| !cx.is_broken(burst.span))?;
    let handshake = reference.handshake.as_ref().or(consumed.handshake.as_ref());
    let name = link.label();
    match handshake.filter(|handshake| handshake.value == Handshake::Single) {
        // The ip's bursts are of no use to this soc.
        Some(_) if reference.burst.is_none() => return None,
        Some(single) => return Some(contradiction(&name, burst, single.span)),
        None => {}
    }
    let controller = controller?;
    let limit = &controller.engine.limits.burst;
    let finding = |title: String, label: String| {
        let at = if reference.burst.is_some() { burst.span } else { reference.span };
        let finding = RULE.at(at, title, label);
        if at == burst.span { finding } else { finding.and(burst.span, "the ip's") }
    };
    let beats = counted(burst.value, "beat");
    if burst.value > limit.value {
        let title = format!("`{name}` has bursts of {beats}, `{}` can do {}", controller.name.value, limit.value);
        let found = finding(title, "beyond the controller's limit".to_string()).and(limit.span, "its limit");
        return Some(found.help("have the device ask for smaller bursts, and write that `burst` here"));
    }
    let bytes = consumed.width.as_ref()?.value / 8 * burst.value;
    let ((lines, at), (bus, _)) = (controller.parameter("fifo_lines")?, controller.parameter("bus")?);
    let strict = controller.parameter("strict_fifo").is_some_and(|(flag, _)| flag != 0);
    let (threads, whose) = match controller.parameter("threads") {
        Some((threads, _)) if strict => (threads.max(1), "a thread's share of the FIFO"),
        _ => (1, "the FIFO"),
    };
    let room = lines.saturating_mul(bus / 8) / threads;
    (bytes > room).then(|| {
        let title = format!("a burst of `{name}` does not fit {whose} of `{}`", controller.name.value);
        let label = format!("{beats} are {}", counted(bytes, "byte"));
        let place = match threads {
            1 => format!("{} of {bus} bits", counted(lines, "line")),
            _ => format!(
                "{} of {bus} bits for {threads} threads: {} each",
                counted(lines, "line"),
                counted(room, "byte")
            ),
        };
        finding(title, label).and(at, place)
    })
}
