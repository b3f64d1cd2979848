//! Copies from memory to memory.

use linkwright::context::host_task;
use linkwright_sim::Config;

use crate::others::Cost;
use crate::rig::Rig;

/// A copy to measure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// Its name in `data/copies.tsv`.
    pub name: &'static str,
    /// What it is.
    pub title: &'static str,
    /// Bytes.
    pub bytes: usize,
    /// Bytes by which the source lies behind a page.
    pub source: usize,
    /// Bytes by which the destination does.
    pub destination: usize,
    /// The controller.
    pub instance: Config,
}

/// What is measured and what others were measured at.
pub fn cases() -> Vec<Case> {
    let case = |name, title, bytes, source, destination| Case {
        name,
        title,
        bytes,
        source,
        destination,
        instance: Config::zynq7000(),
    };
    vec![
        case("aligned-64k", "65,536 bytes, aligned", 65_536, 0, 0),
        Case {
            instance: Config::exynos4210_pdma(),
            ..case("aligned-64k-32bit", "65,536 bytes, aligned, on a 32-bit bus with 32 FIFO lines", 65_536, 0, 0)
        },
        case("aligned-64k+1", "65,537 bytes, aligned", 65_537, 0, 0),
        case("aligned-64k+4", "65,540 bytes, aligned", 65_540, 0, 0),
        case("source+1-1m+3", "1 MiB + 3 bytes, source off by one", 0x10_0003, 1, 0),
        case("both+1-1m+3", "1 MiB + 3 bytes, both sides off by one", 0x10_0003, 1, 1),
    ]
}

/// What was measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Measured {
    /// In the table's columns.
    pub cost: Cost,
    /// Bursts on the bus, reads and writes: those over a 4 KiB boundary are two.
    pub transactions: (u64, u64),
    /// Interrupts.
    pub interrupts: u64,
}

/// Make the copy with the driver, check it, and count.
///
/// # Panics
/// When the data is wrong or the driver fails.
pub fn measure(case: &Case) -> Measured {
    host_task(|cx| {
        let rig = Rig::new(case.instance.clone());
        let pair = rig.pair(cx, case.bytes, case.source, case.destination);
        let mut copier = rig.copier(cx, &pair);
        let power = rig.power(cx);
        rig.sim.reset_counters();
        let transfer = copier.start(pair, &power).unwrap_or_else(|rejected| panic!("{}", rejected.error));
        rig.until_interrupt();
        // What the interrupt promises is true the moment it is raised.
        let barrier = rig.sim.counters().writes.bytes == case.bytes as u64;
        let done = transfer.wait(cx);
        done.result.unwrap_or_else(|e| panic!("{e:?}"));
        assert!(done.bufs.source[..] == done.bufs.destination[..], "wrong data");
        rig.sim.run_until_idle(1_000);
        let counters = rig.sim.counters();
        let cost = Cost {
            bytes: copier.program().len.into(),
            instructions: counters.instructions,
            read_bursts: counters.reads.bursts,
            read_beats: counters.reads.beats,
            write_bursts: counters.writes.bursts,
            write_beats: counters.writes.beats,
            barrier,
        };
        let transactions = (counters.reads.transactions, counters.writes.transactions);
        Measured { cost, transactions, interrupts: counters.interrupts }
    })
}
