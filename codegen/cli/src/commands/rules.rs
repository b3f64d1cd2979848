//! Rules as people name them.

use linkwright_codegen::check::Rule;
use linkwright_codegen::report::{did_you_mean, one_of};

use crate::Failure;

/// The rule of an id or a name.
pub(super) fn find(name: &str) -> Result<&'static Rule, Failure> {
    if let Some(rule) = Rule::find(name) {
        return Ok(rule);
    }
    let part = name.to_ascii_lowercase();
    let with_part: Vec<&str> = Rule::all().iter().map(|rule| rule.name).filter(|name| name.contains(&part)).collect();
    let near = match with_part.is_empty() {
        true => did_you_mean(name, Rule::all().iter().flat_map(|rule| [rule.id, rule.name])),
        false => Some(format!("did you mean {}?", one_of(with_part))),
    };
    let help = near.unwrap_or_else(|| "`linkwright explain` lists all rules".to_string());
    Err(Failure::new(format!("there is no rule `{name}`")).help(help))
}
