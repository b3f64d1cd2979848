#![doc = include_str!("../../../rules/LW0101.md")]

use super::layout;
use crate::check::{Cx, Rule, rule};
use crate::names;
use crate::spec::{Ip, Map, Name, Node};

pub(crate) const RULE: Rule = rule!("LW0101", "colliding-register-names", Error);

pub(crate) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    // Names of one block first; then paths, which can meet across blocks: `A.B_C` and `A_B.C`.
    in_block(&ip.registers, cx);
    let registers = layout::registers(ip);
    let paths = registers.iter().filter(|(path, _)| !path.iter().any(|name| cx.is_broken(name.span)));
    let paths: Vec<(&Name, String)> = paths
        .map(|(path, _)| (path[path.len() - 1], names::const_path(path.iter().map(|name| name.value.as_str()))))
        .collect();
    cx.collide(&RULE, "registers", paths);
}

fn in_block(nodes: &Map<Node>, cx: &mut Cx<'_>) {
    cx.collide(&RULE, "registers", nodes.iter().map(|(name, _)| (name, names::const_name(name))));
    let rest: Vec<&Name> = nodes.iter().map(|(name, _)| name).filter(|name| !cx.is_broken(name.span)).collect();
    cx.collide(&RULE, "registers", rest.into_iter().map(|name| (name, names::type_name(name))));
    for (_, node) in nodes.iter() {
        if let Node::Cluster(cluster) = node {
            in_block(&cluster.registers, cx);
        }
    }
}
