use super::text;
use crate::lower::{Argument, ArgumentType, Context, LinkClass, Operation, Power, Subsystem};
use crate::source::Spanned;
use crate::spec;

pub(super) fn lower(spec: &spec::Subsystem) -> Subsystem {
    let devicetree = spec.devicetree.as_ref();
    Subsystem {
        name: spec.name.value.clone(),
        doc: text(&spec.doc),
        key: spec.key().to_string(),
        args: spec.args().map(argument).collect(),
        class: class(spec.link.class.value),
        runtime_pm: spec.link.runtime_pm.as_ref().is_some_and(|flag| flag.value),
        properties: devicetree.iter().flat_map(|dt| &dt.property).map(|p| p.to_string()).collect(),
        cells: devicetree.map(|dt| text(&dt.cells)).unwrap_or_default(),
        names: devicetree.map(|dt| text(&dt.names)).unwrap_or_default(),
        operations: spec.operations.iter().map(|(name, operation)| lower_operation(name, operation)).collect(),
    }
}

fn lower_operation(name: &str, spec: &spec::Operation) -> Operation {
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
