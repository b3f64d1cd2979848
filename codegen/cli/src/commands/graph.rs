use linkwright_codegen::graph::{self, ChoiceError, Choices, Direction, Focus, Lanes, Reduce};
use linkwright_codegen::write;

use super::chip;
use crate::args::{Graph, GraphFormat, LaneOrder, ReduceWhen};
use crate::console::Console;
use crate::{Failure, Verdict};

pub(crate) fn run(args: &Graph, console: &Console) -> Result<Verdict, Failure> {
    let lanes = match args.lanes {
        None => Lanes::None,
        Some(LaneOrder::Probe) => Lanes::Probe,
        Some(LaneOrder::Sleep) => Lanes::Sleep,
    };
    if lanes != Lanes::None && args.format != GraphFormat::Svg {
        return Err(Failure::new("lanes are columns of a picture").help("leave out `--lanes`, or use `--format svg`"));
    }
    let (all, verdict) = chip::graph(&args.spec, &args.path, console)?;
    let Some(all) = all else { return Ok(verdict) };
    let shown = choices(args).apply(&all).map_err(|error| choice(&error))?;
    let text = match args.format {
        GraphFormat::Svg => graph::svg(&shown, lanes),
        GraphFormat::Dot => graph::dot(&shown),
        GraphFormat::Mermaid => graph::mermaid(&shown),
        GraphFormat::Json => graph::json(&shown),
    };
    match &args.output {
        None => console.result(text.as_bytes())?,
        Some(path) => {
            write::put(path, text.as_bytes()).map_err(|error| Failure::new(error.to_string()))?;
            for note in &shown.notes {
                console.say(&format!("Note: {note}"));
            }
        }
    }
    Ok(verdict)
}

fn choices(args: &Graph) -> Choices {
    let direction = match (args.consumers, args.suppliers) {
        (true, _) => Direction::Consumers,
        (_, true) => Direction::Suppliers,
        _ => Direction::Both,
    };
    let focus = args.focus.clone().map(|device| Focus { device, depth: args.depth, direction });
    Choices {
        focus,
        subsystems: args.subsystem.clone(),
        disabled: args.disabled,
        ignored: args.ignored,
        collapse: args.collapse.clone(),
        reduce: match args.reduce {
            ReduceWhen::Auto => Reduce::Auto,
            ReduceWhen::Always => Reduce::Always,
            ReduceWhen::Never => Reduce::Never,
        },
    }
}

/// A name on the command line that means nothing.
pub(super) fn choice(error: &ChoiceError) -> Failure {
    let failure = Failure::new(error.to_string());
    match error.help() {
        Some(help) => failure.help(help),
        None => failure,
    }
}
