use std::path::Path;

use linkwright_codegen::check::Rule;
use linkwright_codegen::graph::explain;
use linkwright_codegen::report::Level;

use super::{chip, graph, rules};
use crate::args::{Explain, ReportFormat};
use crate::console::Console;
use crate::{Failure, Verdict};

pub(crate) fn run(args: &Explain, console: &Console) -> Result<Verdict, Failure> {
    // `i2s0 adma`, `i2s0 -> adma`, `i2s0->adma`.
    let words = args.what.join(" ").replace("->", " ");
    let words: Vec<&str> = words.split_whitespace().collect();
    match (words.as_slice(), &args.spec) {
        ([device, other], Some(spec)) => return edge(device, other, spec, args, console),
        ([device, other], None) => {
            return Err(Failure::new(format!("`{device}` and `{other}` are devices of which chip?"))
                .help(format!("`linkwright explain {device} {other} --spec FILE`")));
        }
        ([_, _, ..], _) | (_, Some(_)) => {
            return Err(Failure::new("which two devices?").help("`linkwright explain i2s0 adma --spec FILE`"));
        }
        _ => {}
    }
    match args.what.first() {
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

/// What one device has to do with another.
fn edge(device: &str, other: &str, spec: &Path, args: &Explain, console: &Console) -> Result<Verdict, Failure> {
    let (all, verdict) = chip::graph_from_here(spec, &args.path, console)?;
    let Some(all) = all else { return Ok(verdict) };
    let find = |name: &str| all.device(name).map_err(|error| graph::choice(&error));
    let explanation = explain(&all, find(device)?, find(other)?);
    match args.format {
        ReportFormat::Human => console.sentences(&explanation.text(&all))?,
        ReportFormat::Json => console.result(explanation.json(&all).as_bytes())?,
    }
    Ok(verdict)
}
