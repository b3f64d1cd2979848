//! Programs and the controller's instruction cache, which is never coherent.

use std::ptr::NonNull;

use linkwright::context::host_task;
use linkwright::dma::memory::{Arena, Coherent};
use linkwright::dma::{self, Dmac, Linear};
use linkwright_pl330::Pl330;
use linkwright_sim::{Board, Config, FifoConfig, Violation};

use crate::rig::{Copier, Dmac0, POWER, Rig, bytes, check};

/// Programs begin at a line of the controller's cache and share none, whatever else the memory is cut into.
#[test]
fn programs_keep_to_whole_lines() {
    for line in [4, 8, 16, 32] {
        let board = Board::new(Config { icache_line: line, ..Config::zynq7000() }).unwrap();
        let storage = NonNull::from(vec![0_u64; 512].leak()).cast();
        // SAFETY: leaked, and no program in it is started.
        let programs = unsafe { Arena::new(storage, 4096, 0x0009_0000, 8, &Coherent) };
        let programs: &'static Arena = Box::leak(Box::new(programs));
        // A length that is no whole number of long lines.
        let config = dma::Config { program_bytes: 136, ..dma::Config::DEFAULT };
        let dmac: &'static Dmac<_> =
            Box::leak(Box::new(Dmac::new::<Dmac0>(Pl330::new(board.dmac), &POWER, programs, config)));
        host_task(|cx| {
            let odd = programs.alloc::<u8>(cx, 1).unwrap();
            assert_eq!(odd.bus_address(), 0x0009_0000);
            let copies = [(); 3].map(|()| {
                let channel = dmac.claim::<Copier>(cx).unwrap();
                channel.prepare(cx, Linear::new(1_000)).unwrap_or_else(|(e, _)| panic!("{e}"))
            });
            let line = u32::from(line);
            let mut lines = Vec::new();
            for copy in &copies {
                let at = copy.program_address().unwrap();
                assert_eq!(at % line, 0, "{at:#x} in lines of {line}");
                lines.extend(at / line..=(at + u32::from(config.program_bytes) - 1) / line);
            }
            lines.sort_unstable();
            assert!(lines.windows(2).all(|pair| pair[0] < pair[1]), "a line of {line} bytes is shared");
        });
    }
}

/// The same program with other addresses: what is started is what was written last, because a start drops the thread's
/// cached instructions; without that the first transfer would happen again.
#[test]
fn a_rearmed_program_runs_its_new_addresses() {
    for stale in [false, true] {
        let rig = Rig::on(
            Config { icache_lines: 16, ..Config::zynq7000() },
            FifoConfig::transmitter(4, None),
            dma::Config::DEFAULT,
        );
        host_task(|cx| {
            let power = rig.power(cx);
            let (first, second) = (bytes(600, 1), bytes(600, 2));
            let pair = rig.pair(cx, (0, 0), &first);
            let mut copy = rig.prepare::<Copier, _>(cx, Linear::between(&pair));
            let transfer = copy.start(pair, &power).unwrap();
            rig.until_done(&transfer);
            let mut old = transfer.wait(cx).bufs;
            check(&mut old.destination, &first);

            rig.board.dmac.keep_instructions(stale);
            if stale {
                // The first transfer's destination is the processor's again, and is written nevertheless.
                rig.board.dmac.memory().violations().collect();
            }
            let fetched = rig.board.dmac.counters().fetches.bursts;
            let pair = rig.pair(cx, (0, 0), &second);
            let destination = old.destination.bus_address();
            assert_ne!(destination, pair.destination.bus_address());
            let submitted = copy.submit(pair, &power).unwrap();
            assert!(submitted.patched_bytes() > 0);
            let transfer = submitted.issue().unwrap();
            rig.until_done(&transfer);
            let new = transfer.wait(cx);
            let violations = rig.board.dmac.memory().violations().take();
            assert_eq!(rig.board.dmac.counters().fetches.bursts == fetched, stale, "all of it was cached");
            assert_eq!(*new.bufs.destination == *second, !stale);
            assert_eq!(violations.contains(&Violation::NotHandedOver { address: destination, write: true }), stale);
        });
    }
}
