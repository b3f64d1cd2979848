#![doc = include_str!("../../../rules/LW0311.md")]

use std::collections::HashMap;

use crate::check::{Cx, Rule, rule};
use crate::names;
use crate::source::Spanned;
use crate::spec::Instruction;

pub(crate) const RULE: Rule = rule!("LW0311", "colliding-operand-names", Error);

pub(crate) fn check(instruction: &Instruction, cx: &mut Cx<'_>) {
    cx.collide(&RULE, "operands", instruction.operands.iter().map(|(name, _)| (name, names::value_name(name))));
    let mut letters: HashMap<char, &Spanned<char>> = HashMap::new();
    for (name, operand) in instruction.operands.iter() {
        let Some(letter) = &operand.letter else { continue };
        let Some(earlier) = letters.get(&letter.value) else {
            letters.insert(letter.value, letter);
            continue;
        };
        let finding = RULE
            .at(letter.span, format!("two operands have the letter `{}`", letter.value), "taken already")
            .and(earlier.span, "first here")
            .help("give each operand of an instruction a letter of its own");
        cx.mark(name.span);
        cx.report(finding);
    }
}
