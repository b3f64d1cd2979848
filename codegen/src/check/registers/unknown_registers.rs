#![doc = include_str!("../../../rules/LW0112.md")]

use crate::check::{Cx, Rule, rule};
use crate::report::Diagnostic;
use crate::spec::{Ip, Lost, Map, Node, Path, Register};

pub(crate) const RULE: Rule = rule!("LW0112", "unknown-registers", Error);

pub(crate) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    let Some(power) = &ip.power else { return };
    let lost: &[Path] = if let Lost::Some(paths) = &power.lost.value { paths } else { &[] };
    for path in lost.iter().chain(&power.restore) {
        if let Err(Some(finding)) = find(ip, path, &RULE, cx) {
            cx.mark(path.span);
            cx.report(finding);
        }
    }
}

/// The registers a path names: the arrays it goes through, and the register with what is left of the path, which is
/// nothing or a field. `Err(None)`: what it names is broken and reported.
pub(crate) fn resolve<'a, 'p>(
    ip: &'a Ip,
    path: &'p Path,
    rule: &Rule,
    cx: &mut Cx<'_>,
) -> Result<Found<'a, 'p>, Option<Diagnostic>> {
    let mut nodes: &Map<Node> = &ip.registers;
    let mut arrays = 0;
    for (depth, part) in path.parts.iter().enumerate() {
        let Some(entry) = nodes.entry(part) else {
            if nodes.is_broken(part) {
                return Err(None);
            }
            let title = match depth {
                0 => format!("`{}` has no register `{}`", ip.name.value, part.value),
                _ => format!("cluster `{}` has no register `{}`", path.parts[depth - 1].value, part.value),
            };
            let mut finding = rule.at(part.span, title, "not found");
            if let Some(before) = depth.checked_sub(1).map(|i| &path.parts[i])
                && let Some(cluster) = cluster_span(ip, &path.parts[..depth])
                && before.span != cluster
            {
                finding = finding.and(cluster, "the cluster");
            }
            return Err(Some(cx.advise(finding, part, nodes.names())));
        };
        if cx.is_broken(entry.name.span) {
            return Err(None);
        }
        arrays += usize::from(entry.value.array().is_some());
        match &entry.value {
            Node::Register(register) => {
                return Ok(Found { name: &entry.name, register, arrays, rest: &path.parts[depth + 1..] });
            }
            Node::Cluster(cluster) => nodes = &cluster.registers,
        }
    }
    let last = &path.parts[path.parts.len() - 1];
    let finding = rule
        .at(path.span, format!("`{}` is a cluster, not a register", path.text()), "which of its registers?")
        .help(format!("write `{}.{}` for its first one", path.text(), nodes.names().next().unwrap_or("REGISTER")));
    let at = cluster_span(ip, &path.parts).unwrap_or(last.span);
    Err(Some(finding.and(at, "the cluster")))
}

/// What a path leads to.
pub(crate) struct Found<'a, 'p> {
    pub(crate) name: &'a crate::spec::Name,
    pub(crate) register: &'a Register,
    /// Arrays on the way, its own included.
    pub(crate) arrays: usize,
    /// Parts of the path behind the register.
    pub(crate) rest: &'p [crate::spec::Name],
}

/// The register that a path without a field names.
pub(crate) fn find<'a>(
    ip: &'a Ip,
    path: &Path,
    rule: &Rule,
    cx: &mut Cx<'_>,
) -> Result<&'a Register, Option<Diagnostic>> {
    let found = resolve(ip, path, rule, cx)?;
    match found.rest {
        [] => Ok(found.register),
        [field, ..] => Err(Some(
            rule.at(field.span, format!("`{}` goes further than a register", path.text()), "expected nothing here")
                .and(found.name.span, "this is the register"),
        )),
    }
}

fn cluster_span(ip: &Ip, parts: &[crate::spec::Name]) -> Option<crate::source::Span> {
    let mut nodes = &ip.registers;
    let mut span = None;
    for part in parts {
        let entry = nodes.entry(part)?;
        span = Some(entry.name.span);
        if let Node::Cluster(cluster) = &entry.value {
            nodes = &cluster.registers;
        }
    }
    span
}
