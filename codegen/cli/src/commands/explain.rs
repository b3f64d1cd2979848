use linkwright_codegen::check::Rule;
use linkwright_codegen::report::{did_you_mean, one_of};

use crate::args::Explain;
use crate::console::Console;
use crate::{Failure, Verdict};

pub(crate) fn run(args: &Explain, console: &Console) -> Result<Verdict, Failure> {
    let Some(name) = &args.rule else {
        let rules = Rule::all();
        let longest = rules.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
        let line = |rule: &&Rule| format!("{}  {:longest$}  {}\n", rule.id, rule.name, rule.summary());
        console.result(rules.iter().map(line).collect::<String>().as_bytes())?;
        return Ok(Verdict::Clean);
    };
    match Rule::find(name) {
        Some(rule) => {
            console.result(rule.page.as_bytes())?;
            Ok(Verdict::Clean)
        }
        None => {
            let part = name.to_ascii_lowercase();
            let with_part: Vec<&str> = Rule::all().iter().map(|rule| rule.name).filter(|n| n.contains(&part)).collect();
            let names = || Rule::all().iter().flat_map(|rule| [rule.id, rule.name]);
            let near = if with_part.is_empty() {
                did_you_mean(name, names())
            } else {
                Some(format!("did you mean {}?", one_of(with_part)))
            };
            let help = near.unwrap_or_else(|| "`linkwright explain` lists all rules".to_string());
            Err(Failure::new(format!("there is no rule `{name}`")).help(help))
        }
    }
}
