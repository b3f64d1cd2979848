use linkwright::dma::Controller;
use linkwright_sim::Request;

use super::machine::Machine;
use super::{Job, Peer};
use crate::columns::Columns;

/// What a job costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counted {
    /// In the table's columns.
    pub columns: Columns,
    /// The data was where it belongs whenever the end was told.
    pub barrier: bool,
}

/// Have `peer` do `job` on the simulator, check the data and count; `None`: it cannot.
///
/// # Panics
/// When its programs do something else.
pub fn count(peer: &Peer, job: &Job) -> Option<Counted> {
    // A driver that takes its bus for granted works on that one; on a narrower one it does not.
    if peer.bus.is_some_and(|bus| bus > job.bus) && job.bus != Job::copy(1).bus {
        return None;
    }
    let job = &Job { bus: peer.bus.unwrap_or(job.bus), ..job.clone() };
    let programs = (peer.plan)(job)?;
    let machine = Machine::new(job);
    machine.listen(if job.burst > 1 { Request::BURST } else { peer.single });
    // Altera leaves this to whoever sets up; the others do it again at each start.
    machine.driver.enable_interrupts(u32::from(peer.interrupt));
    machine.sim.reset_counters();
    let mut barrier = true;
    let mut written = 0;
    for round in 0..job.again {
        for program in &programs {
            if round == 0 || !peer.keeps {
                written += program.len() as u64;
            }
            (peer.issue)(&machine, machine.program(program));
            if peer.interrupt {
                machine.until_interrupt();
            } else {
                machine.settle();
            }
            // What the end promises is true the moment it is told.
            let told = machine.sim.counters().writes.bytes;
            machine.settle();
            barrier &= machine.sim.counters().writes.bytes == told;
            (peer.complete)(&machine);
        }
        machine.check(job);
    }
    let counters = machine.sim.counters();
    let starts = counters.starts;
    // A descriptor for each program of one submission, from a pool that only grows.
    let allocations = peer.pool.map_or(0, |pool| (programs.len() as u64).saturating_sub(pool));
    let columns = Columns {
        bytes: programs.iter().map(|program| program.len() as u64).sum(),
        instructions: counters.instructions,
        read_bursts: counters.reads.bursts,
        read_beats: counters.reads.beats,
        write_bursts: counters.writes.bursts,
        write_beats: counters.writes.beats,
        register_reads: counters.register_reads,
        register_writes: counters.register_writes,
        interrupts: counters.interrupts,
        starts,
        allocations,
        written,
    };
    Some(Counted { columns, barrier })
}
