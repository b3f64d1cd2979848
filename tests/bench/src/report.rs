use std::fmt::Write;

use crate::columns::Columns;
use crate::exceptions::exception;
use crate::others::{How, Row, drivers, others};
use crate::ours;
use crate::peers::Counted;
use crate::table::{Table, thousands};

/// A row of the table; a value that an exception excuses is in brackets.
fn cells(name: &str, values: &[String], barrier: bool, note: &str) -> Vec<String> {
    let mut cells = vec![name.to_string()];
    cells.extend_from_slice(values);
    cells.push(if barrier { "yes" } else { "no" }.to_string());
    cells.push(note.to_string());
    cells
}

fn other(row: &Row, ours: &Counted) -> Vec<String> {
    let name = match row.how {
        How::Counted => row.driver.to_string(),
        How::Read => format!("{} *", row.driver),
    };
    let less = |column: usize, value| value < ours.columns.values()[column];
    let value = |(column, value): (usize, &Option<u64>)| match value {
        None => "-".to_string(),
        Some(value) if less(column, *value) && exception(row, column).is_some() => format!("({})", thousands(*value)),
        Some(value) => thousands(*value),
    };
    let values: Vec<String> = row.values.iter().enumerate().map(value).collect();
    cells(&name, &values, row.barrier, row.note)
}

/// All tables. Everything is measured now.
///
/// # Panics
/// When the driver fails on the simulator.
pub fn report() -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "`ours` is this driver, on the simulator; data compared. The others are their algorithms, written"
    );
    let _ =
        writeln!(out, "again and run on the same simulator; `*`: only read, not counted. `safe`: the last byte is in");
    let _ = writeln!(out, "memory before the end is told. In brackets: less, because it does less (see below).");
    let mut head = vec!["driver"];
    head.extend(Columns::SHORT);
    head.extend(["safe", "note"]);
    for (case, ours) in ours::all() {
        let _ = writeln!(out, "\n{}\n", case.title);
        let mut table = Table::new(&head);
        others().iter().filter(|row| row.case == case.name).for_each(|row| table.row(other(row, ours)));
        let values = ours.columns.values().map(thousands);
        table.row(cells("ours", &values, ours.barrier, ""));
        table.print(&mut out);
    }
    steps(&mut out);
    instructions(&mut out);
    let _ = writeln!(out, "\nIn brackets\n");
    for e in crate::exceptions::exceptions() {
        let _ = writeln!(out, "  {}, {}, {} (by {}): {}", e.cases, e.driver, e.column, thousands(e.most), e.reason);
    }
    let _ = writeln!(out, "\nWhere the others were read\n");
    for driver in drivers() {
        let _ = writeln!(out, "  {:15} {}, {}", driver.name, driver.source, driver.version);
    }
    out
}

fn steps(out: &mut String) {
    let steps = ours::steps::measure();
    let _ = writeln!(out, "\nSteps of ours, one 64 KiB copy after another\n");
    let mut table = Table::new(&["step", "reg rd", "reg wr", "microcode", "allocs", "note"]);
    for (name, step, note) in [
        ("submit", steps.submit, "buffers change hands, caches are cleaned"),
        ("issue", steps.issue, ""),
        ("complete", steps.complete, "the interrupt body, without its handler"),
        ("re-arm", steps.rearm, "from the handler, the same buffers"),
        ("next", steps.swap, "from the handler, other buffers"),
        ("dry", steps.dry, "from the handler, which takes the buffers"),
    ] {
        let numbers = [step.reads, step.writes, step.patched, step.allocations].map(|n| n.to_string());
        table.row([vec![name.to_string()], numbers.to_vec(), vec![note.to_string()]].concat());
    }
    table.print(out);
}

fn instructions(out: &mut String) {
    let _ = writeln!(out, "\nInstructions of this machine that ours takes, built for size, registers being memory\n");
    let counted = match crate::code::instructions() {
        Ok(counted) => counted,
        Err(error) => {
            let _ = writeln!(out, "  not counted: {error}");
            return;
        }
    };
    let mut table = Table::new(&["step", "instructions", "note"]);
    for (name, count, note) in [
        ("submit", counted.submit, ""),
        ("issue", counted.issue, ""),
        ("complete", counted.interrupt, "the interrupt body, without its handler"),
        ("re-arm", counted.rearm_same, "the same buffers"),
        ("next", counted.rearm, "other buffers"),
        ("finish", counted.finish, ""),
    ] {
        table.row(vec![name.to_string(), thousands(count), note.to_string()]);
    }
    table.print(out);
    let _ = writeln!(out, "\nInstructions of the longest critical section of each step\n");
    let mut table = Table::new(&["step", "instructions"]);
    for (step, count) in &counted.critical_sections {
        table.row(vec![step.replace('_', " "), thousands(*count)]);
    }
    table.print(out);
    let _ = writeln!(
        out,
        "\n  At most {}, with a command interface that is ready. A busy one adds at most command_polls x {} before each\n  \
         command, which is a start, a kill or an event: {} after a fault of the manager; the start of a gated ring has two,\n  \
         for it shuts the gate first.",
        thousands(counted.longest().1),
        counted.poll,
        counted.commands
    );
}
