//! A manager that is non-secure: so are the threads it starts, and whatever they touch must be.

use linkwright::context::host_task;
use linkwright::dma::plan::Attributes;
use linkwright::dma::{self, FaultCause, FaultCauses, Linear, Pausable, TransferError};
use linkwright_sim::{AxiLog, BeatKind, Config, FifoConfig};

use crate::rig::{Copier, Rig, Tx, bytes, check, words};

const NON_SECURE: Attributes = Attributes { cache: 0, protection: 2 };

fn rig(config: dma::Config) -> Rig {
    let instance = Config {
        manager_non_secure: true,
        non_secure_events: u32::MAX,
        non_secure_requests: u32::MAX,
        ..Config::zynq7000()
    };
    Rig::on(instance, FifoConfig { singles: true, ..FifoConfig::transmitter(4, Some(8)) }, config)
}

#[test]
fn a_non_secure_manager_starts_non_secure_threads() {
    let attributes = |a: Attributes| Attributes { protection: NON_SECURE.protection, ..a };
    let config = dma::Config::DEFAULT;
    let rig = rig(dma::Config {
        source: attributes(config.source),
        destination: attributes(config.destination),
        device: attributes(config.device),
        ..config
    });
    rig.board.dmac.set_log(AxiLog::Beats);
    host_task(|cx| {
        let power = rig.power(cx);
        let data = bytes(3_000, 1);
        let pair = rig.pair(cx, (1, 2), &data);
        let mut copy = rig.prepare::<Copier, _>(cx, Pausable::every(4, Linear::between(&pair)));
        let transfer = copy.start(pair, &power).unwrap();
        rig.until_done(&transfer);
        let mut done = transfer.wait(cx);
        assert_eq!(done.result, Ok(()));
        check(&mut done.bufs.destination, &data);
        assert!(rig.board.dmac.channel(copy.thread()).non_secure);
        let data = words(35, 1);
        let buf = rig.buffer(cx, 0, &data);
        let mut tx = rig.prepare::<Tx, _>(cx, Linear::of(&buf));
        let transfer = tx.start(buf, &power).unwrap();
        rig.until_done(&transfer);
        assert_eq!(transfer.wait(cx).result, Ok(()));
        assert_eq!(rig.sent(), data);
    });
    let beats = rig.board.dmac.take_beats();
    assert!(beats.iter().any(|beat| beat.kind == BeatKind::Fetch));
    assert!(beats.iter().all(|beat| beat.protection & 2 != 0));
}

/// Its configuration must say so too.
#[test]
fn a_non_secure_thread_may_not_ask_for_secure_accesses() {
    let rig = rig(dma::Config::DEFAULT);
    host_task(|cx| {
        let power = rig.power(cx);
        let mut copy = rig.prepare::<Copier, _>(cx, Linear::new(100));
        let transfer = copy.start(rig.pair(cx, (0, 0), &bytes(100, 1)), &power).unwrap();
        rig.until_done(&transfer);
        let Err(TransferError::Fault(fault)) = transfer.wait(cx).result else { panic!("no fault") };
        assert_eq!(fault.causes, FaultCauses::NONE.with(FaultCause::AccessSecurity));
    });
}
