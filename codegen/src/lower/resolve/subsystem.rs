use super::text;
use crate::lower::{Argument, ArgumentType, Context, LinkClass, Operation, OperationType, Power, Subsystem};
use crate::source::Spanned;
use crate::spec;

pub(super) fn lower(spec: &spec::Subsystem) -> Subsystem {
    let devicetree = spec.devicetree.as_ref();
    let index = |name: &spec::Text| spec.operations.iter().position(|(other, _)| other.value == name.as_str());
    let stage = |of: fn(&spec::Stages) -> &[spec::Text]| -> Vec<usize> {
        spec.stages.iter().flat_map(of).filter_map(index).collect()
    };
    let operation = |(name, operation): (&spec::Name, &spec::Operation)| {
        let undo = operation.undo.as_ref().and_then(index);
        lower_operation(name, operation, undo)
    };
    Subsystem {
        name: spec.name.value.clone(),
        doc: text(&spec.doc),
        key: spec.key().to_string(),
        args: spec.args().map(argument).collect(),
        class: class(spec.link.class.value),
        runtime_pm: spec.link.runtime_pm.as_ref().is_some_and(|flag| flag.value),
        domain: spec.is_domain(),
        properties: devicetree.iter().flat_map(|dt| &dt.property).map(|p| p.to_string()).collect(),
        cells: devicetree.map(|dt| text(&dt.cells)).unwrap_or_default(),
        names: devicetree.map(|dt| text(&dt.names)).unwrap_or_default(),
        operations: spec.operations.iter().map(operation).collect(),
        at_probe: stage(|stages| &stages.probe),
        at_resume: stage(|stages| &stages.resume),
        held_by_driver: spec.holder.as_ref().is_none_or(|holder| holder.value == spec::Holder::Driver),
    }
}

fn lower_operation(name: &str, spec: &spec::Operation, undo: Option<usize>) -> Operation {
    Operation {
        name: name.to_string(),
        doc: text(&spec.doc),
        context: match spec.context.value {
            spec::Context::Sleepable => Context::Sleepable,
            spec::Context::Atomic => Context::Atomic,
        },
        power: match spec.power.as_ref().map(|power| power.value) {
            Some(spec::OperationPower::Active) => Power::Active,
            Some(spec::OperationPower::Any) | None => Power::Any,
        },
        args: spec.args.iter().map(|(name, kind)| (name.value.clone(), operation_type(kind.value))).collect(),
        returns: spec.returns.as_ref().map(|kind| operation_type(kind.value)),
        undo,
    }
}

fn operation_type(kind: spec::OperationType) -> OperationType {
    match kind {
        spec::OperationType::Bool => OperationType::Bool,
        spec::OperationType::U8 => OperationType::Unsigned(8),
        spec::OperationType::U16 => OperationType::Unsigned(16),
        spec::OperationType::U32 => OperationType::Unsigned(32),
        spec::OperationType::U64 => OperationType::Unsigned(64),
        spec::OperationType::I32 => OperationType::Signed(32),
        spec::OperationType::I64 => OperationType::Signed(64),
        spec::OperationType::Handler => OperationType::Handler,
    }
}

pub(super) fn argument((name, kind): (&spec::Name, &Spanned<spec::ArgumentType>)) -> Argument {
    let kind = match kind.value {
        spec::ArgumentType::Bits(bits) => ArgumentType::Bits(bits),
        spec::ArgumentType::Id => ArgumentType::Id,
    };
    Argument { name: name.value.clone(), kind }
}

pub(super) fn class(class: spec::LinkClass) -> LinkClass {
    match class {
        spec::LinkClass::Hard => LinkClass::Hard,
        spec::LinkClass::Optional => LinkClass::Optional,
        spec::LinkClass::Ignore | spec::LinkClass::PostInit => LinkClass::Ignore,
    }
}
