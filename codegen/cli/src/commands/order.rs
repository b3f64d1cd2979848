use linkwright_codegen::graph;

use super::chip;
use crate::args::{Order, ReportFormat};
use crate::console::Console;
use crate::{Failure, Verdict};

pub(crate) fn run(args: &Order, console: &Console) -> Result<Verdict, Failure> {
    let (all, verdict) = chip::graph_from_here(&args.spec, &args.path, console)?;
    let Some(all) = all else { return Ok(verdict) };
    let order = graph::order(&all);
    match args.format {
        ReportFormat::Human => console.sentences(&order.text(&all, args.sleep))?,
        ReportFormat::Json => console.result(order.json(&all).as_bytes())?,
    }
    Ok(verdict)
}
