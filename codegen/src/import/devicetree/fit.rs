//! Does a spec that is there already describe a device as the tree has it?

use super::bindings::Binding;
use super::board::{Board, Reference};
use super::naming::essence;
use crate::spec::{ArgumentType, Consumed, Consumes, Ip, Map};

/// `Err`: why not, as a phrase.
pub(super) fn fits(
    ip: &Ip,
    board: &Board<'_>,
    device: usize,
    incoming: &[&Reference],
    bindings: &[Binding<'_>],
) -> Result<(), String> {
    let references = &board.references[device];
    for (key, list) in references {
        let Some(consumes) = ip.consumes.get(key) else {
            return Err(format!("it takes no `{key}`"));
        };
        names(consumes, list).ok_or_else(|| match list.iter().find_map(|reference| reference.name.as_ref()) {
            Some(name) => format!("its `{key}` have no `{name}`"),
            None => format!("the tree does not name which of its `{key}` are meant"),
        })?;
    }
    let enabled = board.devices.list[device].enabled;
    for (key, consumes) in ip.consumes.iter().filter(|_| enabled) {
        let missing = match consumes {
            Consumes::One(one) => required(one) && !references.contains_key(&key.value),
            Consumes::Named(map) => map.iter().any(|(_, one)| required(one)) && !references.contains_key(&key.value),
        };
        if missing {
            return Err(format!("it needs `{}`, of which the tree has none", key.value));
        }
    }
    for reference in incoming {
        provides(ip, reference, &bindings[reference.binding])?;
    }
    let window = ip.window.as_ref().map_or(0, |window| window.size.value);
    match board.devices.list[device].reg.first() {
        Some(Some((_, size))) if *size < window => {
            Err(format!("its registers take {window:#x} bytes, more than in the tree"))
        }
        Some(Some(_)) => Ok(()),
        _ if ip.registers.is_empty() => Ok(()),
        _ => Err("it has registers, and the tree no address".to_string()),
    }
}

fn required(one: &Consumed) -> bool {
    !one.optional.as_ref().is_some_and(|optional| optional.value)
}

/// What the ip calls the references, in their order; the only one it may have has no name. `None`: they do not fit.
pub(super) fn names<'i>(consumes: &'i Consumes, list: &[Reference]) -> Option<Vec<Option<&'i str>>> {
    match consumes {
        Consumes::One(_) => (list.len() == 1).then(|| vec![None]),
        Consumes::Named(map) => {
            let names = by_name(map, list).or_else(|| by_position(map, list))?;
            let here = |name: &str| names.contains(&name);
            let complete = map.iter().all(|(name, one)| !required(one) || here(&name.value));
            complete.then(|| names.into_iter().map(Some).collect())
        }
    }
}

/// The names are the same.
fn by_name<'i>(map: &'i Map<Consumed>, list: &[Reference]) -> Option<Vec<&'i str>> {
    let mut out: Vec<&str> = Vec::with_capacity(list.len());
    for reference in list {
        let wanted = essence(reference.name.as_ref()?);
        let name = map.iter().map(|(name, _)| name.value.as_str()).find(|name| essence(name) == wanted)?;
        if out.contains(&name) {
            return None;
        }
        out.push(name);
    }
    Some(out)
}

/// The tree has no names, and there is only one way: as many references as names, or as required ones.
fn by_position<'i>(map: &'i Map<Consumed>, list: &[Reference]) -> Option<Vec<&'i str>> {
    if list.iter().any(|reference| reference.name.is_some()) {
        return None;
    }
    let names =
        |all: bool| map.iter().filter(move |(_, one)| all || required(one)).map(|(name, _)| name.value.as_str());
    let choice = |all: bool| (names(all).count() == list.len()).then(|| names(all).collect());
    choice(true).or_else(|| choice(false))
}

fn provides(ip: &Ip, reference: &Reference, binding: &Binding<'_>) -> Result<(), String> {
    let subsystem = binding.subsystem;
    let Some(provided) = ip.provides.get(&subsystem.name.value) else {
        return Err(format!("it provides no `{}`", subsystem.name.value));
    };
    let types: Vec<ArgumentType> = match &provided.args {
        Some(args) => args.iter().map(|(_, kind)| kind.value).collect(),
        None => subsystem.args().map(|(_, kind)| kind.value).collect(),
    };
    let cells = reference.cells.as_deref().unwrap_or_default();
    let other = || Err(format!("references to its `{}` carry other arguments", subsystem.name.value));
    if reference.inner.is_some() || cells.len() != types.len() {
        return other();
    }
    let capacity = provided.capacity.as_ref().filter(|_| cells.len() == 1).map_or(u64::MAX, |most| most.value);
    let holds = |(cell, kind): (&u32, &ArgumentType)| holds(*kind, u64::from(*cell)) && u64::from(*cell) < capacity;
    if cells.iter().zip(&types).all(holds) { Ok(()) } else { other() }
}

/// Does an argument take the number?
pub(super) fn holds(kind: ArgumentType, number: u64) -> bool {
    let bits = match kind {
        ArgumentType::Bits(bits) => u32::from(bits),
        ArgumentType::Id => 32,
    };
    number >> bits.min(63) == 0
}
