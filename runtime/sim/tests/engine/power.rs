//! The engine and its controller's power. Any access to a register without power panics.

use linkwright::context::{host_task, simulated_interrupt};
use linkwright::dma::ClaimError;
use linkwright::power::{Active, Device, PowerError};
use linkwright_sim::Config;

use crate::rig::*;

#[test]
fn power_is_on_exactly_while_needed() {
    let rig = Rig::new(Config::zynq7000());
    host_task(|cx| {
        assert!(rig.supply.suspend());
        let pair = rig.pair(cx, 5_000, (0, 0), 1);
        let mut copier = rig.copier(cx, &pair);
        assert_eq!(rig.supply.counts(), 0, "a prepared channel holds no power");
        assert!(rig.supply.suspend());

        let power = rig.active(cx);
        let transfer = copier.start(pair, &power).map_err(|r| r.error).unwrap();
        drop(power);
        assert!(!rig.supply.suspend(), "the transfer holds its own count");
        rig.until_done(&transfer);
        assert!(rig.supply.suspend(), "and gives it back when it ends");
        let pair = check(transfer.wait(cx).bufs);

        // What the power loss took is restored: the interrupt comes.
        let pair = rig.copies(cx, &mut copier, pair);
        assert!(rig.supply.suspend());
        drop(pair);
        copier.release(cx).unwrap();
        assert_eq!(rig.supply.counts(), 0);
    });
}

#[test]
fn an_interrupt_without_power_touches_nothing() {
    let rig = Rig::new(Config::zynq7000());
    assert!(rig.supply.suspend());
    assert!(!simulated_interrupt(|| rig.dmac.irq()));
}

#[test]
fn every_way_out_of_a_transfer_gives_the_count_back() {
    let rig = Rig::new(Config::zynq7000());
    host_task(|cx| {
        let mut copier = rig.copier(cx, &rig.pair(cx, 20_000, (0, 0), 1));
        let ways: [fn(&Rig, &mut Copier); 5] = [
            |_, copier| copier.cancel(),
            |rig, _| rig.board.dmac.inject_fault(0, linkwright::dma::FaultCause::DataRead),
            |rig, _| rig.board.dmac.run(LONG),
            |_, copier| {
                copier.recover();
            },
            |_, _| {},
        ];
        for way in ways {
            let power = rig.active(cx);
            let pair = rig.pair(cx, 20_000, (0, 0), 2);
            copier.start_detached(pair, &power).map_err(|r| r.error).unwrap();
            drop(power);
            rig.board.dmac.run(500);
            way(&rig, &mut copier);
            while rig.supply.counts() > 0 {
                rig.serve();
                copier.recover();
            }
            copier.recover();
            assert!(rig.supply.suspend());
        }
        copier.release(cx).unwrap();
        assert!(rig.supply.switched_on() > 5);
    });
}

#[test]
fn without_power_nothing_is_claimed() {
    let rig = Rig::new(Config::zynq7000());
    host_task(|cx| {
        rig.supply.set_broken(true);
        let error = PowerError::Device(Dmac0::ID);
        assert_eq!(rig.dmac.claim::<Endpoint>(cx).err(), Some(ClaimError::Power(error)));
        assert_eq!(Active::<Dmac0>::resume(cx, rig.supply).err(), Some(error));
        rig.supply.set_broken(false);
        let pair = rig.pair(cx, 10, (0, 0), 1);
        let mut copier = rig.copier(cx, &pair);
        rig.copies(cx, &mut copier, pair);
    });
}
