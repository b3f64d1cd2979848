#![doc = include_str!("../../../rules/LW0114.md")]

use std::collections::HashSet;

use super::layout;
use crate::check::cx::counted;
use crate::check::{Cx, Rule, rule};
use crate::spec::{Access, Ip, Lost, Map, Name, Node, Path};

pub(crate) const RULE: Rule = rule!("LW0114", "unrestored-registers", Warning);

/// Registers of one ip that are shown with their code.
const SHOWN: usize = 8;

pub(crate) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    let Some(power) = &ip.power else { return };
    let listed: &[Path] = if let Lost::Some(paths) = &power.lost.value { paths } else { &[] };
    // Whoever misspelt a register may have meant one of these.
    if listed.iter().chain(&power.restore).chain(&power.rewritten).any(|path| cx.is_broken(path.span)) {
        return;
    }
    let cared: HashSet<String> = power.restore.iter().chain(&power.rewritten).map(|path| path.text()).collect();
    let lost: Option<HashSet<String>> = match &power.lost.value {
        Lost::All => None,
        Lost::None => return,
        Lost::Some(_) => Some(listed.iter().map(|path| path.text()).collect()),
    };
    let mut kept = Vec::new();
    holding(&ip.registers, "", &mut kept, cx);
    kept.retain(|(path, _)| !cared.contains(path) && lost.as_ref().is_none_or(|lost| lost.contains(path)));
    let Some(((path, first), rest)) = kept.split_first() else { return };
    let title = match rest.len() {
        0 => format!("`{path}` is lost with power and never restored"),
        more => {
            format!("`{path}` and {} are lost with power and never restored", counted(more as u64, "more register"))
        }
    };
    let mut finding = RULE.at(first.span, title, "after a resume it has its reset value");
    for (path, name) in rest.iter().take(SHOWN - 1) {
        finding = finding.and(name.span, format!("so has `{path}`"));
    }
    let paths: Vec<&str> = kept.iter().map(|(path, _)| path.as_str()).take(SHOWN).collect();
    let finding = finding.and(power.lost.span, "what a power loss costs").help(format!(
        "add them to `power.restore`, or to `power.rewritten` if the driver writes them anyway before it relies on \
             them: [{}]",
        paths.join(", ")
    ));
    cx.report(finding);
}

/// Registers whose contents software chose: those that it can read and write.
fn holding<'a>(nodes: &'a Map<Node>, before: &str, out: &mut Vec<(String, &'a Name)>, cx: &Cx<'_>) {
    for (name, node) in nodes.iter().filter(|(name, _)| !cx.is_broken(name.span)) {
        let path = format!("{before}{}", name.value);
        match node {
            Node::Cluster(cluster) => holding(&cluster.registers, &format!("{path}."), out, cx),
            Node::Register(register) => {
                let chosen = layout::access(register) == Access::ReadWrite;
                let pure = !register.read_side_effect.as_ref().is_some_and(|effect| effect.value);
                if chosen && pure {
                    out.push((path, name));
                }
            }
        }
    }
}
