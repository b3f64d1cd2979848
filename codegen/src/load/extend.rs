//! Boards: a soc and what it says about another.

use std::collections::HashMap;

use super::Loader;
use super::search::Kind;
use crate::report::Diagnostic;
use crate::spec::{Device, Document, Map, Name, References, RuntimePm, Soc};

/// A soc merged with what it extends, however far that goes. A base that cannot be had is reported and left out.
pub(super) fn extend(loader: &mut Loader<'_>, soc: Soc) -> Soc {
    let mut bases: Vec<Soc> = Vec::new();
    while let Some(name) = bases.last().unwrap_or(&soc).extends.clone() {
        let chain = || std::iter::once(&soc).chain(&bases);
        if let Some(first) = chain().find(|soc| soc.name.value == name.value) {
            let title = format!("`{}` extends itself", name.value);
            let mut error = Diagnostic::error("LW0014", title, name.span, "leads back").and(first.name.span, "to here");
            if !bases.is_empty() {
                let path: Vec<&str> = chain().map(|soc| soc.name.value.as_str()).collect();
                error = error.note(format!("{} extends {}", path.join(" extends "), name.value));
            }
            loader.out.push(error);
            break;
        }
        match find(loader, &name) {
            Some(base) => bases.push(base),
            None => break,
        }
    }
    let base = bases.into_iter().rev().reduce(over);
    let mut soc = match base {
        Some(base) => over(base, soc),
        None => soc,
    };
    complete(loader, &mut soc);
    soc
}

fn find(loader: &mut Loader<'_>, name: &Name) -> Option<Soc> {
    if let Some(loaded) = loader.written.get(&name.value) {
        return Some(loaded.spec.clone());
    }
    if loader.is_broken(Kind::Soc, name) {
        return None;
    }
    match loader.find(Kind::Soc, name) {
        Some((Document::Soc(spec), _)) => Some(spec),
        _ => {
            loader.broken.insert((Kind::Soc, name.value.clone()));
            None
        }
    }
}

fn over(base: Soc, board: Soc) -> Soc {
    Soc {
        doc: board.doc.or(base.doc),
        source: board.source.or(base.source),
        devices: merge(base.devices, board.devices, device),
        ..board
    }
}

/// Entries of both; what is in both is combined, and stays where the base has it.
fn merge<T>(base: Map<T>, board: Map<T>, combine: impl Fn(T, T) -> T) -> Map<T> {
    let mut changes: HashMap<String, (Name, T)> = HashMap::new();
    let mut order = Vec::new();
    for entry in board.entries {
        order.push(entry.name.value.clone());
        changes.insert(entry.name.value.clone(), (entry.name, entry.value));
    }
    let mut merged = Vec::new();
    for entry in base.entries {
        let value = match changes.remove(&entry.name.value) {
            Some((_, change)) => combine(entry.value, change),
            None => entry.value,
        };
        merged.push((entry.name, value));
    }
    merged.extend(order.iter().filter_map(|name| changes.remove(name)));
    let mut broken = base.broken;
    broken.extend(board.broken);
    Map::new(merged, broken)
}

fn device(base: Device, board: Device) -> Device {
    Device {
        doc: board.doc.or(base.doc),
        source: board.source.or(base.source),
        ip: board.ip.or(base.ip),
        reg: board.reg.or(base.reg),
        parent: board.parent.or(base.parent),
        status: board.status.or(base.status),
        runtime_pm: runtime_pm(base.runtime_pm, board.runtime_pm),
        parameters: merge(base.parameters, board.parameters, |_, board| board),
        quirks: board.quirks.or(base.quirks),
        references: merge(base.references, board.references, |base, board| match (base, board) {
            (References::Named(base), References::Named(board)) => {
                References::Named(merge(base, board, |_, board| board))
            }
            (_, board) => board,
        }),
        span: base.span,
    }
}

fn runtime_pm(base: Option<RuntimePm>, board: Option<RuntimePm>) -> Option<RuntimePm> {
    match (base, board) {
        (Some(base), Some(board)) => Some(RuntimePm {
            doc: board.doc.or(base.doc),
            source: board.source.or(base.source),
            irq_safe: board.irq_safe.or(base.irq_safe),
            callbacks: board.callbacks.or(base.callbacks),
            always_on: board.always_on.or(base.always_on),
            span: base.span,
        }),
        (base, board) => board.or(base),
    }
}

/// Every device has a class now.
fn complete(loader: &mut Loader<'_>, soc: &mut Soc) {
    let devices = std::mem::take(&mut soc.devices);
    let mut broken = devices.broken;
    let mut whole = Vec::new();
    for entry in devices.entries {
        if entry.value.ip.is_some() {
            whole.push((entry.name, entry.value));
            continue;
        }
        let title = format!("`{}` has no `ip`", entry.name.value);
        let mut error = Diagnostic::error("LW0005", title, entry.name.span, "`ip` is missing");
        if let Some(base) = &soc.extends {
            error = error.note(format!("`{}` has no device of that name", base.value));
        }
        loader.out.push(error);
        broken.push(entry.name);
    }
    soc.devices = Map::new(whole, broken);
}
