use std::cell::Cell;

use bench_board::Dmac0;
use linkwright::context::{Task, simulated_interrupt};
use linkwright::dma::memory::Arena;
use linkwright::dma::{Config, Dmac, Linear, MemoryCopy};
use linkwright::power::Active;
use linkwright_pl330::Pl330;
use linkwright_sim::{self as sim, Board, Outcome, Pl330Sim, SimMemory, Supply, Violation};

use super::ports::Ports;
use super::random::Random;
use super::tally::Tally;
use super::{Score, Wrongs};

/// The driver on a board whose cache is not coherent and whose power goes when nobody holds it.
pub(super) struct World {
    pub(super) sim: &'static Pl330Sim,
    pub(super) dmac: &'static Dmac<Pl330<&'static Pl330Sim>>,
    pub(super) supply: &'static Supply,
    pub(super) data: &'static Arena,
    programs: &'static Arena,
    pub(super) ports: Ports,
    /// How often events got lost on their way to the registers.
    pub(super) losses: Cell<u64>,
    pub(super) tally: Tally,
}

/// More ticks than anything here takes.
const LONG: u64 = 10_000_000;

impl World {
    pub(super) fn new() -> Self {
        let ports = Ports::new();
        let instance = sim::Config { requests: 32, ..sim::Config::zynq7000() };
        let board = Board::with_memory(instance, ports.put_into(SimMemory::new())).unwrap_or_else(|e| panic!("{e}"));
        let Board { dmac: sim, programs, data, .. } = board;
        ports.attach_to(sim);
        sim.memory().violations().collect();
        let supply: &'static Supply = Box::leak(Box::new(Supply::new(sim)));
        // A chip of which one thread must not be used.
        let config = Config { threads: 0xfe, ..Config::DEFAULT };
        let dmac: &'static Dmac<_> = Box::leak(Box::new(Dmac::new::<Dmac0>(Pl330::new(sim), supply, programs, config)));
        supply.on_resume(|| dmac.restore());
        Self { sim, dmac, supply, data, programs, ports, losses: Cell::new(0), tally: Tally::default() }
    }

    /// Free bytes of both arenas.
    pub(super) fn free(&self) -> (u32, u32) {
        (self.programs.free_bytes(), self.data.free_bytes())
    }

    pub(super) fn powered(&self) -> u64 {
        self.supply.switched_on().into()
    }

    /// Does anybody hold power? Then it is on.
    pub(super) fn is_on(&self) -> bool {
        self.supply.counts() > 0
    }

    pub(super) fn power(&self, cx: &Task<'_>) -> Active<Dmac0> {
        Active::resume(cx, self.supply).unwrap_or_else(|e| panic!("{e}"))
    }

    pub(super) fn serve(&self) {
        if self.sim.interrupt() {
            simulated_interrupt(|| self.dmac.irq());
        }
    }

    /// Time passes, interrupts come or get lost, power goes.
    pub(super) fn weather(&self, random: &mut Random, score: &mut Score) {
        match random.below(64) {
            0..=39 => self.sim.run(random.within(1, 400) as u64),
            40..=55 => self.serve(),
            56..=59 => {
                self.supply.suspend();
            }
            60 => {
                // Nobody is told of what ends meanwhile; a watchdog looks later.
                self.losses.set(self.losses.get() + 1);
                self.sim.lose_interrupts(u32::MAX);
                self.sim.run(random.within(1, 1_500) as u64);
                self.sim.lose_interrupts(0);
                self.watch(score);
            }
            61 => {
                self.sim.swallow_interrupts(1);
                self.sim.run(random.within(1, 600) as u64);
                self.sim.swallow_interrupts(0);
                self.watch(score);
            }
            62 => self.watch(score),
            _ => {}
        }
    }

    pub(super) fn watch(&self, score: &mut Score) {
        let found = simulated_interrupt(|| self.dmac.watch());
        score.found += u64::from(found.unserved + found.untold);
    }

    /// Let everything end that ends by itself.
    pub(super) fn settle(&self, score: &mut Score) {
        for _ in 0..4 {
            while self.sim.run_until_interrupt(LONG) == Outcome::Reached {
                simulated_interrupt(|| self.dmac.irq());
            }
            self.watch(score);
        }
    }

    /// Are power, memory, threads and events all there again?
    pub(super) fn count_what_is_missing(&self, cx: &mut Task<'_>, free: (u32, u32), wrongs: &mut Wrongs) {
        // Orphans give back what they held when their slots are looked at; claiming all of them looks.
        let threads: Vec<_> = (0..7)
            .map_while(|_| {
                let channel = self.dmac.claim::<MemoryCopy<Dmac0>>(cx).ok()?;
                channel.prepare(cx, Linear::new(64)).map_err(|(_, channel)| channel.release(cx)).ok()
            })
            .collect();
        wrongs.channels = 7 - threads.len() as u64;
        threads.into_iter().for_each(|prepared| prepared.release(cx).unwrap_or_else(|e| panic!("{e}")));
        wrongs.power_counts = self.supply.counts().into();
        wrongs.stays_on = !self.supply.suspend();
        let now = self.free();
        wrongs.bytes_leaked = (u64::from(free.0) + u64::from(free.1)).abs_diff(u64::from(now.0) + u64::from(now.1));
    }

    /// What software or controller did that neither may. So many commands may have found a manager that had faulted since
    /// they were given.
    pub(super) fn count_violations(&self, mut overtaken: u64, wrongs: &mut Wrongs) {
        for violation in self.sim.memory().violations().take() {
            if violation == Violation::DebugFaulting && overtaken > 0 {
                overtaken -= 1;
                continue;
            }
            if matches!(violation, Violation::Unpowered { .. } | Violation::Unclocked { .. }) {
                wrongs.unpowered += 1;
            } else {
                wrongs.violations += 1;
            }
            if wrongs.unpowered + wrongs.violations == 1 {
                eprintln!("the first violation: {violation}");
            }
        }
    }
}
