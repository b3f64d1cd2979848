#![doc = include_str!("../../../rules/LW0406.md")]

use super::links::Target;
use crate::check::cx::counted;
use crate::check::{Cx, Rule, rule};
use crate::source::Spanned;
use crate::spec::{ArgumentType, Name, Reference, ReferenceArgs, Scalar};

pub(crate) const RULE: Rule = rule!("LW0406", "wrong-arguments", Error);

/// The arguments in order. `None`: they are not those that are expected, which is reported.
pub(super) fn check(
    target: &Target<'_>,
    types: &[(&Name, ArgumentType)],
    reference: &Reference,
    cx: &mut Cx<'_>,
) -> Option<Vec<Spanned<Scalar>>> {
    let declared = match &target.provided.args {
        Some(_) => target.provided_name.span,
        None => types.first().map_or(target.subsystem.name.span, |(name, _)| name.span),
    };
    let names: Vec<&str> = types.iter().map(|(name, _)| name.value.as_str()).collect();
    let form = match names.as_slice() {
        [] => format!("write `{}`", reference.provider.value),
        names => {
            let told: Vec<String> = names.iter().map(|name| format!("<{name}>")).collect();
            format!("write `{}/{}`", reference.provider.value, told.join("/"))
        }
    };
    match &reference.args {
        ReferenceArgs::Positional(args) if args.len() == types.len() => Some(args.clone()),
        ReferenceArgs::Positional(args) => {
            let finding = RULE
                .at(
                    reference.span,
                    format!(
                        "a reference to `{}` has {}, not {}",
                        target.device.value,
                        counted(types.len() as u64, "argument"),
                        args.len()
                    ),
                    format!("{} here", counted(args.len() as u64, "argument")),
                )
                .and(declared, format!("what a reference to `{}` carries", target.subsystem.name.value))
                .help(form.clone());
            cx.report(finding);
            None
        }
        ReferenceArgs::Named(args) => {
            let mut right = args.broken.is_empty();
            for (name, _) in args.iter().filter(|(name, _)| !names.contains(&name.value.as_str())) {
                let title = format!("a reference to `{}` has no argument `{}`", target.device.value, name.value);
                let finding = RULE.at(name.span, title, "not found").and(declared, "the arguments are declared here");
                let finding = cx.advise(finding, name, names.iter().copied());
                cx.report(finding);
                right = false;
            }
            for name in names.iter().filter(|name| !args.contains(name)) {
                let title = format!("a reference to `{}` needs the argument `{name}`", target.device.value);
                let finding = RULE.at(reference.span, title, "missing here").and(declared, "declared here");
                cx.report(finding);
                right = false;
            }
            let in_order = || names.iter().map(|name| args.get(name).cloned()).collect();
            right.then(in_order).flatten()
        }
    }
}
