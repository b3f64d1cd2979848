use std::fmt::Write;

use crate::copies::{cases, measure};
use crate::others::{Cost, copies, drivers, rearms, traffic};
use crate::rearm::{self, Step};
use crate::table::{Table, thousands};

fn cells(driver: &str, cost: &Cost, note: &str) -> Vec<String> {
    let mut cells = vec![driver.to_string()];
    cells.extend(cost.columns().map(thousands));
    cells.push(if cost.barrier { "yes" } else { "no" }.to_string());
    cells.push(note.to_string());
    cells
}

/// All tables. Ours is measured now.
///
/// # Panics
/// When the driver fails on the simulator.
pub fn report() -> String {
    let mut out = String::new();
    let _ = writeln!(out, "Memory to memory. `ours` is measured now: this driver on the simulator, data compared.");
    let _ = writeln!(out, "The others' numbers are those of data/*.tsv; `*`: read from the source, not counted.");
    let others = copies();
    for case in cases() {
        let _ = writeln!(out, "\n{}", case.title);
        let head =
            ["driver", "bytes", "instructions", "rd bursts", "rd beats", "wr bursts", "wr beats", "safe", "note"];
        let mut table = Table::new(&head);
        for other in others.iter().filter(|o| o.case == case.name) {
            let name = format!("{}{}", other.driver, if other.counted { "" } else { "*" });
            table.row(cells(&name, &other.cost, other.note));
        }
        let ours = measure(&case);
        let (reads, writes) = ours.transactions;
        let note =
            format!("{} interrupt; on the bus {}/{} bursts", ours.interrupts, thousands(reads), thousands(writes));
        table.row(cells("ours", &ours.cost, &note));
        table.print(&mut out);
    }
    let _ = writeln!(out, "\n`safe`: the last byte is in memory before completion is told.");
    steps(&mut out);
    let _ = writeln!(out, "\nWhere the others were read\n");
    for driver in drivers() {
        let without = if others.iter().any(|o| o.driver == driver.name) { "" } else { " (copies no memory)" };
        let _ = writeln!(out, "  {:13} {}, {}{without}", driver.name, driver.source, driver.version);
    }
    out
}

fn steps(out: &mut String) {
    let ours = rearm::measure();
    let _ = writeln!(out, "\nRegister accesses, microcode and allocations of one 64 KiB copy after another");
    let mut table = Table::new(&["step", "driver", "reads", "writes", "microcode bytes", "allocations", "note"]);
    let rearms = rearms();
    let mut step = |name: &str, cost: Step, note: &str| {
        for other in traffic().iter().filter(|o| o.step == name) {
            let rewritten = rearms.iter().find(|r| name == "re-arm" && r.driver == other.driver);
            let microcode = rewritten.map_or("-".to_string(), |r| r.microcode.to_string());
            let note = rewritten.map_or(other.note.to_string(), |r| format!("{}; microcode: {}", other.note, r.note));
            let numbers = [other.reads.to_string(), other.writes.to_string(), microcode, "-".to_string()];
            table.row([vec![name.to_string(), other.driver.to_string()], numbers.to_vec(), vec![note]].concat());
        }
        let numbers = [cost.reads, cost.writes, cost.patched, cost.allocations].map(|n| n.to_string());
        table.row([vec![name.to_string(), "ours".to_string()], numbers.to_vec(), vec![note.to_string()]].concat());
    };
    step("submit", ours.submit, "buffers change hands, caches are cleaned");
    step("issue", ours.issue, "");
    step("complete", ours.complete, "the interrupt body, without its handler");
    step("re-arm", ours.rearm, "from the handler, the same buffers");
    step("next", ours.swap, "from the handler, other buffers");
    step("dry", ours.dry, "from the handler, which takes the buffers");
    table.print(out);
}
