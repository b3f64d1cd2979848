use linkwright_codegen::check::Rule;
use linkwright_codegen::report::Level;

use super::rules;
use crate::args::Explain;
use crate::console::Console;
use crate::{Failure, Verdict};

pub(crate) fn run(args: &Explain, console: &Console) -> Result<Verdict, Failure> {
    match &args.rule {
        Some(name) => console.page(&page(rules::find(name)?))?,
        None => console.result(list().as_bytes())?,
    }
    Ok(Verdict::Clean)
}

fn list() -> String {
    let rules = Rule::all();
    let longest = rules.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let line = |rule: &&Rule| format!("{}  {:longest$}  {}\n", rule.id, rule.name, rule.summary());
    rules.iter().map(line).collect()
}

/// The page, and what a project can do about it.
fn page(rule: &Rule) -> String {
    let level = match (rule.level, rule.fixed) {
        (_, true) => "It is an error, and stays one: nothing can be generated from what breaks this rule.".to_string(),
        (Level::Error, false) => lowered("It is an error", rule),
        (Level::Warning, false) => lowered("It is a warning", rule),
    };
    format!("{}\n## Level\n\n{level}\n", rule.page)
}

fn lowered(what: &str, rule: &Rule) -> String {
    format!(
        "{what}, unless `linkwright.toml` says otherwise:\n\n```toml\n[levels]\n{} = \"allow\" # or \"warn\", \"deny\"\n```\n\n\
         A comment allows it for the entry it stands on:\n\n```yaml\n# linkwright: allow({}) why it is right as it is\n```",
        rule.name, rule.id
    )
}
