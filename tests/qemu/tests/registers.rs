//! The generated register map on hardware it was not made from: reset values and identification of QEMU's controllers.

use linkwright::dma::{Capabilities, Controller, ThreadState};
use linkwright::mmio::{Bounded, Io, Register, Value};
use linkwright_exynos4210::{mdma1, pdma0, pdma1};
use linkwright_pl330::{Pl330, regs};
use qemu::{Machine, QtestBus, ZYNQ};

fn controller(machine: Machine, base: u32) -> (&'static Machine, Pl330<QtestBus>) {
    let machine = Box::leak(Box::new(machine));
    (machine, Pl330::new(QtestBus::new(machine, base)))
}

/// A register reads what its description says that it holds after reset.
fn at_reset<R: Register<Word = u32>>(name: &str, found: Value<R>) {
    assert_eq!(found, Value::reset(), "{name} after reset");
}

/// What every PL330 has in common.
fn identify(dmac: &Pl330<QtestBus>) {
    let bus = dmac.bus();
    at_reset("PERIPH_ID_0", bus.read(regs::PERIPH_ID_0));
    at_reset("PERIPH_ID_1", bus.read(regs::PERIPH_ID_1));
    at_reset("PERIPH_ID_3", bus.read(regs::PERIPH_ID_3));
    at_reset("PCELL_ID_0", bus.read(regs::PCELL_ID_0));
    at_reset("PCELL_ID_1", bus.read(regs::PCELL_ID_1));
    at_reset("PCELL_ID_2", bus.read(regs::PCELL_ID_2));
    at_reset("PCELL_ID_3", bus.read(regs::PCELL_ID_3));
    // By number too: a description that is wrong in both places would agree with itself.
    let id =
        [bus.read(regs::PERIPH_ID_0).word(), bus.read(regs::PERIPH_ID_1).word(), bus.read(regs::PERIPH_ID_2).word()];
    assert_eq!(id, [0x30, 0x13, 0x24]);
    let cell = [bus.read(regs::PCELL_ID_0).word(), bus.read(regs::PCELL_ID_1).word()];
    assert_eq!(cell, [0x0d, 0xf0]);
    let revision = bus.read(regs::PERIPH_ID_2).get(regs::PeriphId2::REVISION);
    assert_eq!(format!("{revision:?}"), "R1p1");

    at_reset("DSR", bus.read(regs::DSR));
    at_reset("DPC", bus.read(regs::DPC));
    at_reset("INTEN", bus.read(regs::INTEN));
    at_reset("INT_EVENT_RIS", bus.read(regs::INT_EVENT_RIS));
    at_reset("INTMIS", bus.read(regs::INTMIS));
    at_reset("FSRD", bus.read(regs::FSRD));
    at_reset("FSRC", bus.read(regs::FSRC));
    at_reset("FTRD", bus.read(regs::FTRD));
    at_reset("DBGSTATUS", bus.read(regs::DBGSTATUS));
    for thread in 0..8 {
        let at = Bounded::saturating(thread);
        at_reset("FTR", bus.read(regs::FTR.at(at)));
        at_reset("CSR", bus.read(regs::CHANNEL_STATUS_CSR.at(at)));
        at_reset("CPC", bus.read(regs::CHANNEL_STATUS_CPC.at(at)));
        at_reset("SAR", bus.read(regs::CHANNEL_SAR.at(at)));
        at_reset("DAR", bus.read(regs::CHANNEL_DAR.at(at)));
        at_reset("LC0", bus.read(regs::CHANNEL_LC0.at(at)));
        at_reset("LC1", bus.read(regs::CHANNEL_LC1.at(at)));
        assert_eq!(dmac.state(thread as u8), ThreadState::Stopped);
        assert!(dmac.fault(thread as u8).is_empty());
    }
    assert_eq!((dmac.faulting(), dmac.interrupts()), (0, 0));
    assert_eq!(dmac.manager_fault(), None);
}

#[test]
fn zynq_7000() {
    let (machine, dmac) = controller(qemu::zynq(), ZYNQ);
    identify(&dmac);
    let bus = dmac.bus();
    let config = [bus.read(regs::CR0).word(), bus.read(regs::CR1).word(), bus.read(regs::CRD).word()];
    assert_eq!(config, [0x001e_3071, 0x0000_0072, 0x0fff_7f73]);
    assert_eq!(
        dmac.capabilities(),
        Capabilities {
            threads: 8,
            events: 16,
            requests: 4,
            bus_bytes: 8,
            fifo_lines: 256,
            icache_line: 4,
            non_secure: false
        }
    );
    // What is lost with power comes back.
    dmac.enable_interrupts(0x8001);
    let saved = dmac.save();
    dmac.enable_interrupts(0);
    dmac.restore(&saved);
    assert_eq!(bus.read(regs::INTEN).word(), 0x8001);
    machine.stop();
}

#[test]
fn exynos4210_has_three() {
    for (base, words, lines, bus_bytes, requests) in [
        (pdma0::BASE, [0x003f_f071, 0x72, 0x01f7_3732], 32, 4, 32),
        (pdma1::BASE, [0x003f_f071, 0x72, 0x01f7_3732], 32, 4, 32),
        (mdma1::BASE, [0x003c_0071, 0x72, 0x03f7_3733], 64, 8, 1),
    ] {
        let (machine, dmac) = controller(Machine::start("smdkc210").unwrap_or_else(|e| panic!("{e}")), base as u32);
        identify(&dmac);
        let bus = dmac.bus();
        assert_eq!([bus.read(regs::CR0).word(), bus.read(regs::CR1).word(), bus.read(regs::CRD).word()], words);
        let has = dmac.capabilities();
        assert_eq!((has.fifo_lines, has.bus_bytes, has.requests, has.threads), (lines, bus_bytes, requests, 8));
        machine.stop();
    }
}
