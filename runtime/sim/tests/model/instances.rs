//! Instances: what the configuration registers say, and what registers refuse.

use linkwright::dma::Controller;
use linkwright::mmio::{Bus, Io};
use linkwright_pl330::regs;
use linkwright_sim::{Config, ConfigError, Pl330Sim, Violation};

use crate::board::*;

fn identity(board: &Board) -> [u32; 3] {
    [board.sim.read(regs::CR0).word(), board.sim.read(regs::CR1).word(), board.sim.read(regs::CRD).word()]
}

#[test]
fn presets_read_as_the_chips_do() {
    assert_eq!(identity(&zynq()), [0x001e_3071, 0x0000_0074, 0x07ff_7f73]);
    assert_eq!(identity(&Board::new(Config::exynos4210_pdma())), [0x003f_f071, 0x0000_0072, 0x01f7_3732]);
    assert_eq!(identity(&Board::new(Config::exynos4210_mdma())), [0x003c_0071, 0x0000_0072, 0x03f7_3733]);
}

#[test]
fn the_identification_is_a_pl330s() {
    let board = zynq();
    let base = regs::PERIPH_ID_0.offset();
    let bytes: Vec<u32> = (0..8).map(|i| board.sim.load(base + 4 * i)).collect();
    assert_eq!(bytes, [0x30, 0x13, 0x24, 0x00, 0x0d, 0xf0, 0x05, 0xb1]);
}

#[test]
fn the_generated_driver_sees_what_was_configured() {
    let config = Config {
        channels: 3,
        events: 7,
        requests: 0,
        bus_bytes: 16,
        fifo_lines: 1024,
        icache_line: 32,
        manager_non_secure: true,
        ..Config::zynq7000()
    };
    let has = Board::new(config).driver.capabilities();
    assert_eq!((has.threads, has.events, has.requests), (3, 7, 0));
    assert_eq!((has.bus_bytes, has.fifo_lines, has.icache_line, has.non_secure), (16, 1024, 32, true));
}

#[test]
fn impossible_instances_are_refused() {
    let memory = || std::sync::Arc::new(linkwright_sim::SimMemory::new());
    let zynq = Config::zynq7000;
    let wrong = [
        (Config { channels: 0, ..zynq() }, "channels", 0),
        (Config { channels: 9, ..zynq() }, "channels", 9),
        (Config { fifo_lines: 1025, ..zynq() }, "fifo_lines", 1025),
        (Config { bus_bytes: 2, ..zynq() }, "bus_bytes", 2),
        (Config { icache_line: 12, ..zynq() }, "icache_line", 12),
    ];
    for (config, field, value) in wrong {
        assert_eq!(Pl330Sim::new(config, memory()).unwrap_err(), ConfigError { field, value });
    }
}

#[test]
fn accesses_that_no_driver_should_make_are_caught() {
    let board = zynq().tolerant();
    for offset in [0x008, 0x022, 0x060, 0xd10, 0xe18, 0x1000, 0xffff_fffc] {
        assert_eq!(board.sim.load(offset), 0);
        board.sim.store(offset, 0);
        assert_eq!(board.violations(), [Violation::Reserved { offset }; 2]);
    }
    let offset = regs::DSR.offset();
    board.sim.store(offset, 0);
    assert_eq!(board.violations(), [Violation::ReadOnly { offset }]);
    let offset = regs::DBGCMD.offset();
    board.sim.load(offset);
    assert_eq!(board.violations(), [Violation::WriteOnly { offset }]);
}

#[test]
fn the_same_calls_give_the_same_ticks() {
    let run = || {
        let board = zynq();
        board.trace();
        board.fill_source(4096);
        for c in 0..4 {
            board.start(c, &concat(&[&aligned_copy(), &repeat(0, 20, &[LD, ST]), &[WMB, END]]));
        }
        board.settle();
        (board.now(), board.take_trace())
    };
    let (first, second) = (run(), run());
    assert!(first == second && !first.1.is_empty());
}
