//! Nothing that submits, issues or serves an interrupt can panic: walked in the machine code.

use std::path::Path;

use crate::calls::{Calls, Function};

/// Where atomic code begins: the handler that the vector calls, and the function that submits and issues.
const ROOTS: [&str; 2] = ["_irq_handler", "minimal::issue"];
/// What it is made of; each is reached, so the walk has not lost its way. The last one is the user's callback, to which
/// two indirect calls lead.
const PARTS: [&str; 4] = [
    "linkwright::dma::irq::serve",
    "<linkwright::dma::irq::Todo>::work",
    "<linkwright::dma::link::Link>::deliver",
    "minimal::copied",
];
/// Of the functions that are only called indirectly, those that atomic code does not call: each could panic.
const TASKS: [&str; 1] = ["Hardware>::plan"];

fn panics(function: &Function) -> bool {
    let name = |name: &String| name.starts_with("core::panicking::") || name.contains("_fail");
    function.names.iter().any(name)
}

/// Is no panic reached?
pub(crate) fn check(image: &Path) -> Result<(), String> {
    let calls = Calls::read(image)?;
    let roots = ROOTS.iter().map(|root| calls.find(root)).collect::<Result<Vec<_>, _>>()?;
    let panicking = |left_out: &[u32]| {
        let reached = calls.reached(&roots, left_out);
        let panic = reached.keys().copied().find(|at| calls.functions.get(at).is_some_and(panics));
        (panic.map(|at| calls.path(&reached, at)), reached)
    };
    let mut left_out = Vec::new();
    for task in TASKS {
        let named = |at: &&u32| calls.functions.get(at).is_some_and(|f| f.names.iter().any(|name| name.contains(task)));
        let found: Vec<u32> = calls.taken.iter().filter(named).copied().collect();
        if found.is_empty() {
            return Err(format!("{task} is left out of indirect calls, but no table has it"));
        }
        left_out.push(found);
    }
    for (number, task) in TASKS.iter().enumerate() {
        let others: Vec<u32> =
            left_out.iter().enumerate().filter(|(n, _)| *n != number).flat_map(|(_, f)| f.clone()).collect();
        if panicking(&others).0.is_none() {
            return Err(format!("{task} cannot panic and need not be left out of indirect calls"));
        }
    }
    let (path, reached) = panicking(&left_out.concat());
    if let Some(path) = path {
        return Err(format!("atomic code may panic: {path}"));
    }
    for part in PARTS {
        if !reached.contains_key(&calls.find(part)?) {
            return Err(format!("the walk from {ROOTS:?} does not reach {part}"));
        }
    }
    let all = calls.functions.values().filter(|function| panics(function)).count();
    println!(
        "minimal firmware: no panic is reached by the {} functions below submit, issue and the interrupt; indirect calls \
         count for each of {} functions whose address is taken but {}; {all} functions that panic are in the image",
        reached.len(),
        calls.taken.len(),
        TASKS.join(", ")
    );
    Ok(())
}
