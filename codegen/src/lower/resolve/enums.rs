//! Every set of values gets one name.
//!
//! Shared enums keep theirs, one written in a field is called `<Register><Field>` (with the clusters before it if that
//! is taken), one written in an operand `<Operand>`, or `<Instruction><Operand>` if operands of that name hold
//! different sets. Equal sets of operands are one enum.

use std::collections::{HashMap, HashSet};

use super::{Internal, internal, text};
use crate::lower::{Enum, EnumOperandValue, EnumValue};
use crate::names::type_name;
use crate::spec::{self, EnumUse, EnumValues, Ip, Name, Node};

/// The enums of an ip while it is resolved.
pub(super) struct Enums<'s> {
    ip: &'s Ip,
    /// Identifiers that are taken.
    taken: HashSet<String>,
    /// In the order of the spec: shared ones, then inline ones.
    shared: Vec<Option<Enum>>,
    inline: Vec<Enum>,
    /// Names of operand sets.
    operands: HashMap<OperandSet, String>,
}

/// What makes operand sets equal: width, and name, value and text of each value.
type OperandSet = (u8, Vec<(u64, String, String)>);

impl<'s> Enums<'s> {
    pub(super) fn new(ip: &'s Ip) -> Result<Self, Internal> {
        let mut taken: HashSet<String> = ip.enums.iter().map(|(name, _)| type_name(name)).collect();
        // A register's name is a type, too.
        reserve(&ip.registers, &mut taken);
        let shared = ip.enums.iter().map(|_| None).collect();
        let mut enums = Self { ip, taken, shared, inline: Vec::new(), operands: HashMap::new() };
        enums.name_operands()?;
        Ok(enums)
    }

    /// The enums that fields hold.
    pub(super) fn finish(self) -> Vec<Enum> {
        self.shared.into_iter().flatten().chain(self.inline).collect()
    }

    /// Name of the enum that a field holds.
    pub(super) fn of_field(
        &mut self,
        values: &EnumUse,
        field: &Name,
        path: &[&str],
        width: u8,
    ) -> Result<String, Internal> {
        match values {
            EnumUse::Named(name) => {
                let (at, shared) = self.shared(name)?;
                self.shared[at].get_or_insert_with(|| Enum {
                    name: name.value.clone(),
                    doc: text(&shared.doc),
                    width,
                    values: field_values(&shared.values),
                });
                Ok(name.value.clone())
            }
            EnumUse::Inline(values) => {
                // From `<Register><Field>` to `<Cluster>…<Register><Field>`.
                let candidates = (1..=path.len()).map(|last| {
                    let parts = &path[path.len() - last..];
                    type_name(&format!("{}-{}", parts.join("-"), field.value))
                });
                let name = self.claim(candidates);
                self.inline.push(Enum { name: name.clone(), doc: String::new(), width, values: field_values(values) });
                Ok(name)
            }
        }
    }

    /// Name and values of the enum that an operand holds.
    pub(super) fn of_operand(&self, values: &EnumUse, width: u8) -> Result<(String, Vec<EnumOperandValue>), Internal> {
        match values {
            EnumUse::Named(name) => Ok((name.value.clone(), operand_values(&self.shared(name)?.1.values))),
            EnumUse::Inline(values) => {
                let values = operand_values(values);
                match self.operands.get(&key(width, &values)) {
                    Some(name) => Ok((name.clone(), values)),
                    None => Err(internal(self.ip.name.span, "an operand's enum without a name")),
                }
            }
        }
    }

    fn shared(&self, name: &Name) -> Result<(usize, &'s spec::Enum), Internal> {
        let ip = self.ip;
        let at = ip.enums.position(name).ok_or_else(|| internal(name.span, "an enum that is not there"))?;
        Ok((at, &ip.enums.entries[at].value))
    }

    fn name_operands(&mut self) -> Result<(), Internal> {
        let ip = self.ip;
        let mut sets: Vec<(OperandSet, &Name, &Name)> = Vec::new();
        let mut known = HashSet::new();
        let mut users: HashMap<String, usize> = HashMap::new();
        for (instruction, spec) in ip.instructions.iter().flat_map(|set| set.set.iter()) {
            for (operand, spec_operand) in spec.operands.iter() {
                let Some(EnumUse::Inline(values)) = &spec_operand.values else { continue };
                let width = super::instruction::width(spec, operand, spec_operand)?;
                let set = key(width, &operand_values(values));
                if known.insert(set.clone()) {
                    *users.entry(type_name(operand)).or_default() += 1;
                    sets.push((set, instruction, operand));
                }
            }
        }
        for (set, instruction, operand) in sets {
            let short = type_name(operand);
            let long = type_name(&format!("{}-{}", instruction.value, operand.value));
            let alone = users.get(&short) == Some(&1);
            let name = self.claim(alone.then_some(short).into_iter().chain([long]));
            self.operands.insert(set, name);
        }
        Ok(())
    }

    /// The first candidate that is free; else the last with a number behind it.
    fn claim(&mut self, candidates: impl Iterator<Item = String>) -> String {
        let mut last = String::new();
        for candidate in candidates {
            if self.taken.insert(candidate.clone()) {
                return candidate;
            }
            last = candidate;
        }
        let mut number = 2_u64;
        loop {
            let candidate = format!("{last}{number}");
            if self.taken.insert(candidate.clone()) {
                return candidate;
            }
            number += 1;
        }
    }
}

fn reserve(registers: &spec::Map<Node>, taken: &mut HashSet<String>) {
    for (name, node) in registers.iter() {
        taken.insert(type_name(name));
        if let Node::Cluster(cluster) = node {
            reserve(&cluster.registers, taken);
        }
    }
}

fn field_values(values: &EnumValues) -> Vec<EnumValue> {
    let value = |(name, spec): (&Name, &spec::EnumValue)| EnumValue {
        name: name.value.clone(),
        doc: text(&spec.doc),
        value: spec.value.value,
    };
    let mut values: Vec<EnumValue> = values.iter().map(value).collect();
    values.sort_by_key(|value| value.value);
    values
}

fn operand_values(values: &EnumValues) -> Vec<EnumOperandValue> {
    let value = |(name, spec): (&Name, &spec::EnumValue)| EnumOperandValue {
        name: name.value.clone(),
        doc: text(&spec.doc),
        value: spec.value.value,
        asm: spec.asm.as_ref().map_or_else(|| name.value.clone(), |asm| asm.to_string()),
    };
    let mut values: Vec<EnumOperandValue> = values.iter().map(value).collect();
    values.sort_by_key(|value| value.value);
    values
}

fn key(width: u8, values: &[EnumOperandValue]) -> OperandSet {
    (width, values.iter().map(|v| (v.value, v.name.clone(), v.asm.clone())).collect())
}
