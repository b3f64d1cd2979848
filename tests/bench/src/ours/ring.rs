use bench_board::TransmitBursts;
use linkwright::context::{Task, simulated_interrupt};

use super::rig::Rig;
use crate::columns::Columns;
use crate::peers::{Counted, Job, word};

/// Laps that are counted; the numbers are those of one.
const LAPS: u64 = 8;

/// One lap of a ring that goes round, periods being served as they end.
pub(super) fn lap(cx: &mut Task<'_>, rig: &Rig, job: &Job) -> Counted {
    let words = job.bytes / Job::WORD;
    let channel = rig.dmac.claim::<TransmitBursts>(cx).unwrap_or_else(|e| panic!("{e}"));
    let ring = channel.prepare_ring(cx, job.pieces as u16, words);
    let mut ring = ring.unwrap_or_else(|(e, _)| panic!("{e}"));
    let mut buffer = rig.buffer::<u32>(cx, (job.pieces * job.bytes) as usize, 0);
    (0..).zip(buffer.iter_mut()).for_each(|(i, place)| *place = u32::from_le_bytes(word(i)));
    let expected: Vec<u8> = buffer.iter().flat_map(|word| word.to_le_bytes()).collect();
    let power = rig.power(cx);
    assert!(ring.start(buffer, &power).is_ok(), "not started");
    // Everything after the first period's end is a steady state.
    rig.until_interrupt();
    let first = rig.port().got.len();
    simulated_interrupt(|| assert!(rig.dmac.irq()));
    let periods = LAPS * u64::from(job.pieces);
    let counted = rig.count(ring.program().len.into(), |allocations| {
        (1..=periods).fold(true, |barrier, period| {
            rig.until_interrupt();
            let there = rig.port().got.len() == first + (period * u64::from(job.bytes)) as usize;
            assert!(allocations.of(|| simulated_interrupt(|| rig.dmac.irq())));
            barrier && there
        })
    });
    assert!(ring.stop(cx).is_ok(), "not stopped");
    let got = &rig.port().got;
    assert!(got.chunks(expected.len()).all(|lap| expected.starts_with(lap)), "wrong data for the device");
    let each = |total: u64| total.div_ceil(LAPS);
    let all = counted.columns;
    let columns = Columns {
        instructions: each(all.instructions),
        read_bursts: each(all.read_bursts),
        read_beats: each(all.read_beats),
        write_bursts: each(all.write_bursts),
        write_beats: each(all.write_beats),
        register_reads: each(all.register_reads),
        register_writes: each(all.register_writes),
        interrupts: each(all.interrupts),
        ..all
    };
    Counted { columns, barrier: counted.barrier }
}
