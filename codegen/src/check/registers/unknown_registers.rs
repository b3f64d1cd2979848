#![doc = include_str!("../../../rules/LW0112.md")]

use crate::check::{Cx, Rule, rule};
use crate::source::Span;
use crate::spec::{Ip, Lost, Map, Name, Node, Path, Register};

pub(crate) const RULE: Rule = rule!("LW0112", "unknown-registers", Error);

pub(crate) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    let Some(power) = &ip.power else { return };
    let lost: &[Path] = if let Lost::Some(paths) = &power.lost.value { paths } else { &[] };
    for path in lost.iter().chain(&power.restore).chain(&power.rewritten) {
        let Some(Found { name, rest: [field, ..], .. }) = resolve(ip, path, &RULE, cx) else { continue };
        let title = format!("`{}` goes further than a register", path.text());
        let finding = RULE.at(field.span, title, "expected nothing here").and(name.span, "this is the register");
        cx.mark(path.span);
        cx.report(finding);
    }
}

/// The register that a path leads to. `None`: there is none, or it is broken, which is reported under `rule` or was
/// already.
pub(crate) fn resolve<'a, 'p>(ip: &'a Ip, path: &'p Path, rule: &Rule, cx: &mut Cx<'_>) -> Option<Found<'a, 'p>> {
    let mut nodes: &Map<Node> = &ip.registers;
    let mut arrays = 0;
    for (depth, part) in path.parts.iter().enumerate() {
        let Some(entry) = nodes.entry(part) else {
            if nodes.is_broken(part) {
                return None;
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
            let finding = cx.advise(finding, part, nodes.names());
            cx.mark(path.span);
            cx.report(finding);
            return None;
        };
        if cx.is_broken(entry.name.span) {
            return None;
        }
        arrays += usize::from(entry.value.array().is_some());
        match &entry.value {
            Node::Register(register) => {
                return Some(Found { name: &entry.name, register, arrays, rest: &path.parts[depth + 1..] });
            }
            Node::Cluster(cluster) => nodes = &cluster.registers,
        }
    }
    let last = &path.parts[path.parts.len() - 1];
    let finding = rule
        .at(path.span, format!("`{}` is a cluster, not a register", path.text()), "which of its registers?")
        .help(format!("write `{}.{}` for its first one", path.text(), nodes.names().next().unwrap_or("REGISTER")));
    let at = cluster_span(ip, &path.parts).unwrap_or(last.span);
    cx.mark(path.span);
    cx.report(finding.and(at, "the cluster"));
    None
}

/// What a path leads to.
pub(crate) struct Found<'a, 'p> {
    pub(crate) name: &'a Name,
    pub(crate) register: &'a Register,
    /// Arrays on the way, its own included.
    pub(crate) arrays: usize,
    /// Parts of the path behind the register.
    pub(crate) rest: &'p [Name],
}

fn cluster_span(ip: &Ip, parts: &[Name]) -> Option<Span> {
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
