//! The planner's programs against memory, and random programs against the model's own promises.

use linkwright::dma::Controller;
use linkwright::dma::plan::{self, Attributes, CopyRequest};
use linkwright::microcode::{Op, RequestKind, Side, When};
use linkwright_pl330::Microcode;
use linkwright_pl330::regs::ThreadState;
use linkwright_sim::{Config, Outcome};
use proptest::prelude::*;

use crate::board::*;

fn op() -> impl Strategy<Value = Op> {
    let when = || prop_oneof![Just(When::Always), Just(When::Single), Just(When::Burst)];
    let side = || prop_oneof![Just(Side::Source), Just(Side::Destination)];
    let kind = prop_oneof![Just(RequestKind::Single), Just(RequestKind::Burst), Just(RequestKind::Peripheral)];
    prop_oneof![
        4 => when().prop_map(Op::Load),
        4 => when().prop_map(Op::Store),
        1 => Just(Op::StoreZero),
        2 => (side(), 0..0x4000u32).prop_map(|(s, a)| Op::SetAddress(s, SOURCE + a)),
        1 => (side(), any::<u16>()).prop_map(|(s, n)| Op::AddAddress(s, n)),
        3 => any::<u32>().prop_map(|word| Op::SetControl(word & 0x0fff_ffff)),
        1 => Just(Op::WriteBarrier),
        1 => Just(Op::ReadBarrier),
        1 => (0..16u8).prop_map(Op::SendEvent),
        1 => (0..16u8, any::<bool>()).prop_map(|(e, i)| Op::WaitEvent(e, i)),
        1 => (kind, 0..5u8).prop_map(|(k, p)| Op::WaitPeripheral(k, p)),
        2 => (0..2u8, when(), 0..40u8).prop_map(|(c, w, j)| Op::LoopEnd(c, w, j)),
        2 => (0..2u8, 1..20u16).prop_map(|(c, n)| Op::Loop(c, n)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever runs, a kill ends it, nothing stays in the MFIFO, and the next program works.
    #[test]
    fn any_program_can_be_killed_and_leaves_nothing(
        programs in prop::collection::vec(prop::collection::vec(op(), 1..40), 1..4),
        ticks in 0..5_000u64,
    ) {
        let board = zynq().tolerant();
        for (c, ops) in programs.iter().enumerate() {
            let mut ops = ops.clone();
            ops.push(END);
            board.start(c as u8, &ops);
        }
        board.run(ticks);
        for c in 0..programs.len() as u8 {
            board.driver.kill(c, 100).unwrap();
            prop_assert_eq!(board.run_until(c, 10_000, |v| v.state == ThreadState::Stopped), Outcome::Reached);
            prop_assert_eq!(board.channel(c).fifo_lines, 0);
        }
        let data = board.fill_source(128);
        board.run_program(&concat(&[&aligned_copy(), &[LD, ST, WMB, END]]));
        prop_assert_eq!(board.memory().dump(DESTINATION, 128), data);
    }

    /// Random bytes never bring the model down.
    #[test]
    fn any_bytes_end_in_some_state(bytes in prop::collection::vec(any::<u8>(), 1..64)) {
        let board = zynq().tolerant();
        board.start_bytes(0, &bytes);
        board.run(20_000);
        board.driver.kill(0, 100).unwrap();
        prop_assert_eq!(board.run_until(0, 10_000, |v| v.state == ThreadState::Stopped), Outcome::Reached);
    }

    /// The planner's copies are right on every bus, need no more of the FIFO than it says, and discard nothing.
    #[test]
    fn planned_copies_are_right(
        from in 0..40u32, to in 0..40u32, bytes in prop_oneof![1..200u32, 1..70_000u32], bus in 2..=4u32,
        fifo_lines in 17..=128u16, barriers: bool,
    ) {
        let config = Config { bus_bytes: 1 << bus, fifo_lines, ..Config::zynq7000() };
        let board = Board::new(config);
        let data = board.fill_source(bytes + 40);
        board.memory().poke(DESTINATION, &vec![0xa5; bytes as usize + 80]).unwrap();
        let mut out = [0; 256];
        let request = CopyRequest {
            source: SOURCE + from,
            destination: DESTINATION + to,
            bytes,
            bus_bytes: 1 << bus,
            fifo_lines,
            event: 0,
            source_attributes: Attributes::default(),
            destination_attributes: Attributes::default(),
            barriers,
        };
        let program = plan::copy::<Microcode>(&request, &mut out).unwrap();
        board.start_bytes(0, &out[..program.len.into()]);
        board.settle();

        let mut expected = vec![0xa5; bytes as usize + 80];
        expected[to as usize..][..bytes as usize].copy_from_slice(&data[from as usize..][..bytes as usize]);
        prop_assert!(board.memory().dump(DESTINATION, expected.len()) == expected, "wrong data");
        let counters = board.counters();
        prop_assert_eq!(counters.discarded, 0);
        prop_assert_eq!(counters.instructions, u64::from(program.instructions));
        prop_assert_eq!(counters.reads.bursts, u64::from(program.loads));
        prop_assert_eq!(counters.writes.bursts, u64::from(program.stores));
        let needed = board.channel(0).fifo;
        prop_assert!(needed.resident <= program.fifo.resident && needed.peak() <= program.fifo.peak(),
            "needed {needed:?}, planned {:?}", program.fifo);
    }
}
