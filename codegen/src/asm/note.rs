use crate::lower::{Engine, Enum, Field, FieldType, Instruction, Ip, Node, OperandKind, Register, Role};

/// What an instruction that sets the control word sets it to, field by field: `src_inc=Incrementing dst_burst_len=15`.
///
/// Fields that are zero are left out. `None` for other instructions and for blocks without a control word.
pub fn control_note(ip: &Ip, instruction: &Instruction, values: &[u64]) -> Option<String> {
    let Engine::MicrocodeDma(engine) = ip.engine.as_ref()?;
    let register = find(&ip.registers, &engine.control)?;
    let word = instruction.roles.iter().find_map(|role| match role {
        Role::SetControl { target, value, control } => {
            let target = operand(instruction, target)?;
            let OperandKind::Enum { values: known, .. } = &instruction.operands[target].kind else { return None };
            let selected = known.iter().find(|known| known.value == values[target])?;
            (selected.name == *control).then(|| operand(instruction, value)).flatten()
        }
        _ => None,
    })?;
    let word = *values.get(word)?;
    let shown: Vec<String> = register.fields.iter().filter_map(|field| show(&ip.enums, field, word)).collect();
    Some(shown.join(" "))
}

fn show(enums: &[Enum], field: &Field, word: u64) -> Option<String> {
    let mask = 1_u64.checked_shl(field.width.into()).map_or(u64::MAX, |bit| bit - 1);
    let value = word.checked_shr(field.shift.into()).unwrap_or(0) & mask;
    let named = match &field.kind {
        FieldType::Enum(name) => {
            let values = enums.iter().find(|known| known.name == *name).map(|known| known.values.iter());
            values.and_then(|mut values| values.find(|known| known.value == value)).map(|known| known.name.clone())
        }
        _ => None,
    };
    (value != 0).then(|| format!("{}={}", field.name, named.unwrap_or_else(|| value.to_string())))
}

fn operand(instruction: &Instruction, name: &str) -> Option<usize> {
    instruction.operands.iter().position(|operand| operand.name == name)
}

fn find<'a>(nodes: &'a [Node], path: &[String]) -> Option<&'a Register> {
    let (name, rest) = path.split_first()?;
    nodes.iter().find_map(|node| match node {
        Node::Register(register) if register.name == *name && rest.is_empty() => Some(register),
        Node::Block(block) if block.name == *name => find(&block.registers, rest),
        _ => None,
    })
}
