//! Takes one transfer after another through the driver, between marks that a trace of instructions shows.
//!
//! The controller is a few words of memory in which every transfer has ended as soon as it was started, and memory needs
//! no cache maintenance: what is left are the driver's own instructions.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use linkwright::context::{Task, host_task};
use linkwright::dma::memory::{Arena, DmaBuf, Mirror};
use linkwright::dma::{
    self, CopyPair, Dmac, Done, Linear, MemoryCopy, Pausable, Prepared, QueueStorage, SegmentStorage, Sg, StartError,
};
use linkwright::mmio::Bus;
use linkwright::power::{Active, AlwaysOn, Device, DeviceId};
use linkwright_pl330::{Pl330, regs};
use linkwright_sim::{Config, Pl330Sim, SimMemory};

enum Dmac0 {}

impl Device for Dmac0 {
    const NAME: &'static str = "dmac0";
    const ID: DeviceId = DeviceId::new(0);
}

type End = MemoryCopy<Dmac0>;
type Pair = CopyPair<u8>;

/// Begin and end of a step. Each is a function of its own, so that its address in a trace tells which.
macro_rules! marks {
    ($($name:ident = $number:literal),*) => {
        $(#[inline(never)]
        fn $name() {
            black_box($number);
        })*
    };
}

marks!(
    begin_submit = 1,
    end_submit = 2,
    begin_issue = 3,
    end_issue = 4,
    begin_interrupt = 5,
    end_interrupt = 6,
    begin_rearm_same = 7,
    end_rearm_same = 8,
    begin_rearm = 9,
    end_rearm = 10,
    begin_finish = 11,
    end_finish = 12,
    begin_eight = 13,
    end_eight = 14,
    begin_manager_fault = 15,
    end_manager_fault = 16,
    begin_lost_resumes = 17,
    end_lost_resumes = 18,
    begin_chain = 19,
    end_chain = 20,
    begin_terminate = 21,
    end_terminate = 22,
    begin_cancel = 23,
    end_cancel = 24,
    begin_list = 25,
    end_list = 26,
    begin_list_ended = 27,
    end_list_ended = 28,
    begin_busy = 29,
    end_busy = 30,
    begin_stuck = 31,
    end_stuck = 32,
    begin_lost_resumes_busy = 33,
    end_lost_resumes_busy = 34
);

/// Registers that remember, and threads that do as [`THREADS`] says when they are started.
struct Registers([AtomicU32; regs::SIZE as usize / 4]);

static REGISTERS: Registers = Registers([const { AtomicU32::new(0) }; regs::SIZE as usize / 4]);
/// `ENDS`: they end at once, and signal it. Otherwise they stand in this state until they are killed.
static THREADS: AtomicU32 = AtomicU32::new(ENDS);
const ENDS: u32 = u32::MAX;
const STOPPED: u32 = 0;
const EXECUTING: u32 = 1;
const WAITING_FOR_EVENT: u32 = 4;
/// How often the command interface says that it is busy, now and after each command.
static BUSY: [AtomicU32; 2] = [const { AtomicU32::new(0) }; 2];
/// Enough to tell what one of them costs; fewer than the driver waits for.
const BUSY_POLLS: u32 = 100;

fn busy(polls: u32) {
    BUSY.iter().for_each(|busy| busy.store(polls, Ordering::Relaxed));
}

impl Registers {
    fn at(&self, offset: u32) -> &AtomicU32 {
        &self.0[offset as usize / 4 % self.0.len()]
    }

    /// What was written to the command interface is executed: the fields are those of `DBGINST0`.
    fn execute(&self) {
        const GO: u32 = 0xa0;
        const KILL: u32 = 0x01;
        let command = self.at(regs::DBGINST0.offset()).load(Ordering::Relaxed);
        let state = |thread: u32| self.at(0x100 + 8 * (thread & 7));
        match command >> 16 & 0xfd {
            GO => match THREADS.load(Ordering::Relaxed) {
                // A thread's event has its number.
                ENDS => drop(self.at(regs::INTMIS.offset()).fetch_or(1 << (command >> 24), Ordering::Relaxed)),
                other => state(command >> 24).store(other, Ordering::Relaxed),
            },
            KILL if command & 1 != 0 => state(command >> 8).store(STOPPED, Ordering::Relaxed),
            KILL => self.at(regs::FSRD.offset()).store(0, Ordering::Relaxed),
            _ => {}
        }
    }
}

impl Bus<u32> for &'static Registers {
    #[inline]
    fn load(&self, offset: u32) -> u32 {
        if offset == regs::DBGSTATUS.offset() {
            let left = BUSY[0].load(Ordering::Relaxed);
            BUSY[0].store(left.saturating_sub(1), Ordering::Relaxed);
            return u32::from(left > 0);
        }
        self.at(offset).load(Ordering::Relaxed)
    }
    #[inline]
    fn store(&self, offset: u32, value: u32) {
        self.at(offset).store(value, Ordering::Relaxed);
        if offset == regs::DBGCMD.offset() {
            self.execute();
            BUSY[0].store(BUSY[1].load(Ordering::Relaxed), Ordering::Relaxed);
        } else if offset == regs::INTCLR.offset() {
            self.at(regs::INTMIS.offset()).fetch_and(!value, Ordering::Relaxed);
        }
    }
}

/// Memory that the device and the processor see alike.
struct Coherent;

impl Mirror for Coherent {
    fn clean(&self, _: u32, _: &[u8]) {}
    fn invalidate(&self, _: u32, _: &mut [u8]) {}
}

static POWER: AlwaysOn = AlwaysOn::new();
/// The buffers that the handler swaps in, or has taken out.
static SPARE: Mutex<Option<Pair>> = Mutex::new(None);
/// What the handler does: 0 the same again, 1 with other buffers, 2 nothing more.
static NEXT: AtomicU32 = AtomicU32::new(0);

fn spare() -> std::sync::MutexGuard<'static, Option<Pair>> {
    SPARE.lock().unwrap_or_else(|e| panic!("{e}"))
}

fn handler(done: Done<'_, End, Linear>) {
    match NEXT.load(Ordering::Relaxed) {
        0 => {
            begin_rearm_same();
            let again = done.rearm_same();
            end_rearm_same();
            assert!(again.is_ok());
        }
        1 => {
            let pair = spare().take().unwrap_or_else(|| panic!("no other buffers"));
            begin_rearm();
            let last = done.rearm(pair);
            end_rearm();
            *spare() = last.ok();
        }
        _ => {
            begin_finish();
            let pair = done.finish();
            end_finish();
            *spare() = Some(pair);
        }
    }
}

fn main() {
    let sim = Pl330Sim::new(Config::zynq7000(), SimMemory::new().into()).unwrap_or_else(|e| panic!("{e}"));
    for offset in [regs::CR0.offset(), regs::CR1.offset(), regs::CRD.offset(), regs::DSR.offset()] {
        REGISTERS.at(offset).store(sim.load(offset), Ordering::Relaxed);
    }
    let programs = Arena::leak_mirrored(0x4000, 0x8_0000, &Coherent);
    let data = Arena::leak_mirrored(0x4_0000, 0x10_0000, &Coherent);
    let dmac = Dmac::new::<Dmac0>(Pl330::new(&REGISTERS), &POWER, programs, dma::Config::DEFAULT);
    let dmac: &'static Dmac<_> = Box::leak(Box::new(dmac));
    host_task(|cx| {
        let buffer = || -> DmaBuf<u8> { data.alloc(cx, 4096).unwrap_or_else(|e| panic!("{e}")) };
        let pair = || CopyPair { source: buffer(), destination: buffer() };
        let (mut first, second) = (pair(), pair());
        let channel = dmac.claim::<End>(cx).unwrap_or_else(|e| panic!("{e}"));
        let mut copier = channel.prepare_copy(cx, &first).unwrap_or_else(|(e, _)| panic!("{e}"));
        copier.set_handler(cx, &handler);
        let power: Active<Dmac0> = Active::resume(cx, &POWER).unwrap_or_else(|e| panic!("{e}"));
        *spare() = Some(second);
        for _ in 0..3 {
            begin_submit();
            let submitted = copier.submit(first, &power);
            end_submit();
            let submitted = submitted.unwrap_or_else(|r| panic!("{}", r.error));
            begin_issue();
            let issued = submitted.issue_detached();
            end_issue();
            assert!(issued.is_ok());
            for next in [0, 0, 1, 1, 2] {
                NEXT.store(next, Ordering::Relaxed);
                begin_interrupt();
                let served = dmac.irq();
                end_interrupt();
                assert!(served);
            }
            first = spare().take().unwrap_or_else(|| panic!("the handler kept the buffers"));
            *spare() = Some(pair());
        }
        copier.release(cx).unwrap_or_else(|e| panic!("{e}"));
        let rig = Rig { cx, dmac, data, power };
        rig.eight();
        rig.pausable();
        rig.queue();
        rig.list();
    });
}

/// What the longest critical sections are looked for with.
struct Rig<'a, 't> {
    cx: &'a Task<'t>,
    dmac: &'static Dmac<Pl330<&'static Registers>>,
    data: &'static Arena,
    power: Active<Dmac0>,
}

/// The most that the driver takes at once.
const THREADS_USED: usize = 8;
const BYTES: usize = 64;

/// Buffers go as they come.
fn forget(done: Done<'_, End, Linear>) {
    drop(done.finish());
}

fn forget_pausable(done: Done<'_, End, Pausable<Linear>>) {
    drop(done.finish());
}

impl Rig<'_, '_> {
    fn pair(&self) -> Pair {
        let buffer = || self.data.alloc(self.cx, BYTES).unwrap_or_else(|e| panic!("{e}"));
        CopyPair { source: buffer(), destination: buffer() }
    }

    fn prepare<S: dma::Shape + dma::Goes<dma::MemoryToMemory>>(&self, shape: S) -> Prepared<End, S> {
        let channel = self.dmac.claim::<End>(self.cx).unwrap_or_else(|e| panic!("{e}"));
        channel.prepare(self.cx, shape).unwrap_or_else(|(e, _)| panic!("{e}"))
    }

    /// Eight channels that end, or that the manager did not start, by one interrupt; one that is cancelled; and a command
    /// interface that is busy.
    fn eight(&self) {
        let mut copiers: Vec<_> = (0..THREADS_USED).map(|_| self.prepare(Linear::new(BYTES as u32))).collect();
        copiers.iter_mut().for_each(|copier| copier.set_handler(self.cx, &forget));
        let mut start = |threads| {
            THREADS.store(threads, Ordering::Relaxed);
            for copier in &mut copiers {
                copier.start_detached(self.pair(), &self.power).unwrap_or_else(|r| panic!("{}", r.error));
            }
        };
        start(ENDS);
        begin_eight();
        let served = self.dmac.irq();
        end_eight();
        assert!(served);
        start(STOPPED);
        REGISTERS.at(regs::FSRD.offset()).store(1, Ordering::Relaxed);
        begin_manager_fault();
        let served = self.dmac.irq();
        end_manager_fault();
        assert!(served && REGISTERS.at(regs::FSRD.offset()).load(Ordering::Relaxed) == 0);
        let copier = copiers.first_mut().unwrap_or_else(|| panic!("no channel"));
        THREADS.store(EXECUTING, Ordering::Relaxed);
        copier.start_detached(self.pair(), &self.power).unwrap_or_else(|r| panic!("{}", r.error));
        begin_cancel();
        copier.cancel();
        end_cancel();
        assert!(copier.recover().is_some());
        for (polls, stuck) in [(BUSY_POLLS, false), (u32::MAX, true)] {
            let submitted = copier.submit(self.pair(), &self.power).unwrap_or_else(|r| panic!("{}", r.error));
            busy(polls);
            let issued = if stuck {
                begin_stuck();
                let issued = submitted.issue_detached();
                end_stuck();
                issued
            } else {
                begin_busy();
                let issued = submitted.issue_detached();
                end_busy();
                issued
            };
            busy(0);
            assert_eq!(issued.err().map(|r| r.error), stuck.then_some(StartError::Stuck));
            copier.cancel();
            drop(copier.recover());
        }
        self.release(copiers);
    }

    /// Eight channels that the manager has not told to go on: all of them are, by one interrupt.
    fn pausable(&self) {
        let shape = Pausable::every(1, Linear::new(BYTES as u32));
        let mut copiers: Vec<_> = (0..THREADS_USED).map(|_| self.prepare(shape)).collect();
        THREADS.store(WAITING_FOR_EVENT, Ordering::Relaxed);
        for copier in &mut copiers {
            copier.set_handler(self.cx, &forget_pausable);
            copier.start_detached(self.pair(), &self.power).unwrap_or_else(|r| panic!("{}", r.error));
        }
        REGISTERS.at(regs::FSRD.offset()).store(1, Ordering::Relaxed);
        begin_lost_resumes();
        let served = self.dmac.irq();
        end_lost_resumes();
        assert!(served);
        REGISTERS.at(regs::FSRD.offset()).store(1, Ordering::Relaxed);
        busy(BUSY_POLLS);
        begin_lost_resumes_busy();
        let served = self.dmac.irq();
        end_lost_resumes_busy();
        busy(0);
        assert!(served);
        for copier in &mut copiers {
            copier.cancel();
            assert!(copier.recover().is_some());
        }
        self.release(copiers);
    }

    fn release<S: dma::Shape>(&self, copiers: Vec<Prepared<End, S>>) {
        copiers.into_iter().for_each(|copier| copier.release(self.cx).unwrap_or_else(|e| panic!("{e}")));
    }

    /// A queue that goes on by itself, and one that is stopped.
    fn queue(&self) {
        static STORAGE: QueueStorage<End, Linear, 8> = QueueStorage::new();
        let copier = self.prepare(Linear::new(BYTES as u32));
        let queue = copier.into_queue(self.cx, &STORAGE).unwrap_or_else(|(e, _)| panic!("{e}"));
        for threads in [ENDS, EXECUTING] {
            THREADS.store(threads, Ordering::Relaxed);
            for _ in 0..8 {
                queue.submit(self.pair(), &self.power).unwrap_or_else(|r| panic!("{}", r.error));
            }
            queue.issue();
            if threads == ENDS {
                for _ in 0..8 {
                    begin_chain();
                    let served = self.dmac.irq();
                    end_chain();
                    assert!(served);
                }
            } else {
                begin_terminate();
                queue.terminate();
                end_terminate();
            }
            assert_eq!(core::iter::from_fn(|| queue.pop()).count(), 8);
        }
        let copier = queue.synchronize(self.cx).unwrap_or_else(|(e, _)| panic!("{e}"));
        copier.release(self.cx).unwrap_or_else(|e| panic!("{e}"));
    }

    /// A list of 64 blocks.
    fn list(&self) {
        static ROOM: SegmentStorage<Pair, 64> = SegmentStorage::new();
        let mut list = ROOM.take().unwrap_or_else(|| panic!("no room"));
        while list.len() < 64 {
            assert!(list.push(self.pair()).is_ok());
        }
        let mut copier = self.prepare(Sg::<64>::between(&list));
        THREADS.store(ENDS, Ordering::Relaxed);
        begin_list();
        let started = copier.start_detached(list, &self.power);
        end_list();
        assert!(started.is_ok());
        begin_list_ended();
        let served = self.dmac.irq();
        end_list_ended();
        assert!(served && copier.recover().is_some_and(|completed| completed.result.is_ok()));
        copier.release(self.cx).unwrap_or_else(|e| panic!("{e}"));
    }
}
