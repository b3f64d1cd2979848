//! The golden programs, byte for byte, with the counts that another interpreter of them got.

use linkwright::dma::Controller;
use linkwright_pl330::instruction::Instruction;
use linkwright_pl330::regs::ThreadState;
use linkwright_sim::{BusDevice, BusError, Request, SimMemory};

use crate::board::{Board, DESTINATION, SOURCE, zynq};

struct Golden {
    hex: &'static str,
    bytes: u32,
    source: u32,
    destination: u32,
    instructions: u64,
    reads: (u64, u64),
    writes: (u64, u64),
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

fn copies(golden: &Golden) {
    let board = zynq();
    let data = board.fill_source(golden.bytes + 64);
    let guard = vec![0xa5; golden.bytes as usize + 64];
    board.memory().poke(DESTINATION, &guard).unwrap();
    board.driver.enable_interrupts(1);
    board.start_bytes(0, &bytes(golden.hex));
    board.settle();

    assert_eq!((board.state(0), board.interrupts()), (ThreadState::Stopped, 1));
    let (from, to, n) = (golden.source as usize, golden.destination as usize, golden.bytes as usize);
    let mut expected = guard;
    expected[to..to + n].copy_from_slice(&data[from..from + n]);
    assert!(board.memory().dump(DESTINATION, expected.len()) == expected, "wrong data");
    let counters = board.counters();
    assert_eq!(counters.instructions, golden.instructions);
    assert_eq!((counters.reads.bursts, counters.reads.beats), golden.reads);
    assert_eq!((counters.writes.bursts, counters.writes.beats), golden.writes);
    assert_eq!((counters.reads.bytes, counters.writes.bytes), (n as u64, n as u64));
    assert_eq!((counters.interrupts, counters.discarded), (1, 0));
    let channel = board.channel(0);
    assert_eq!((channel.source, channel.destination), (SOURCE + (from + n) as u32, DESTINATION + (to + n) as u32));
}

#[test]
fn copy_64_kib() {
    copies(&Golden {
        hex: "bc 00 00 00 20 00 bc 02 00 00 40 00 bc 01 f7 c0 3d 00 22 01 20 ff 04 08 38 02 3c 06 13 34 00 00",
        bytes: 65_536,
        source: 0,
        destination: 0,
        instructions: 1_547,
        reads: (512, 8_192),
        writes: (512, 8_192),
    });
}

#[test]
fn copy_64_kib_and_a_byte() {
    copies(&Golden {
        hex: "bc 00 00 00 20 00 bc 02 00 00 40 00 bc 01 f7 c0 3d 00 22 01 20 ff 04 08 38 02 3c 06 bc 01 01 40 00 00 04 08 13 34 00 00",
        bytes: 65_537,
        source: 0,
        destination: 0,
        instructions: 1_550,
        reads: (513, 8_193),
        writes: (513, 8_193),
    });
}

#[test]
fn copy_7_bytes_misaligned() {
    copies(&Golden {
        hex: "bc 00 01 00 20 00 bc 02 06 00 40 00 bc 01 61 40 18 00 04 08 13 34 00 00",
        bytes: 7,
        source: 1,
        destination: 6,
        instructions: 8,
        reads: (1, 7),
        writes: (1, 7),
    });
}

#[test]
fn copy_1000_bytes_equally_misaligned() {
    copies(&Golden {
        hex: "bc 00 03 00 20 00 bc 02 03 00 40 00 bc 01 41 40 10 00 04 08 bc 01 f7 c0 3d 00 20 06 04 08 38 02 bc 01 b7 c0 2d 00 04 08 bc 01 21 40 08 00 04 08 13 34 00 00",
        bytes: 1000,
        source: 3,
        destination: 3,
        instructions: 37,
        reads: (10, 5 + 7 * 16 + 12 + 3),
        writes: (10, 5 + 7 * 16 + 12 + 3),
    });
}

#[test]
fn copy_1_mib_and_3_source_off_by_one() {
    copies(&Golden {
        hex: "bc 00 01 00 20 00 bc 02 00 00 40 00 bc 01 61 40 18 00 04 08 bc 01 f7 c0 3d 00 22 1e 20 ff 04 08 38 02 3c 06 20 fe 04 08 38 02 bc 01 e7 c0 39 00 04 08 bc 01 61 40 18 00 08 bc 01 31 40 0c 00 04 08 13 34 00 00",
        bytes: 0x10_0003,
        source: 1,
        destination: 0,
        instructions: 24_654,
        reads: (8_194, 131_082),
        writes: (8_195, 131_089),
    });
}

/// Rows of 64 bytes, 256 bytes apart.
#[test]
fn gather() {
    let board = zynq();
    let data = board.fill_source(16 * 256);
    board.start_bytes(
        0,
        &bytes("bc 01 77 c0 1d 00 bc 00 00 00 20 00 bc 02 00 00 40 00 20 0f 04 08 54 c0 00 38 05 13 34 00 00"),
    );
    board.settle();
    let expected: Vec<u8> = data.chunks(256).flat_map(|row| &row[..64]).copied().collect();
    assert_eq!(board.memory().dump(DESTINATION, 1024), expected);
}

/// A device that keeps what it is given.
struct Sink(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl BusDevice for Sink {
    fn read(&mut self, offset: u32, _: &mut [u8]) -> Result<(), BusError> {
        Err(BusError { address: offset })
    }
    fn write(&mut self, offset: u32, data: &[u8]) -> Result<(), BusError> {
        assert_eq!((offset, data.len()), (0, 4), "the device has one register of 4 bytes");
        self.0.lock().unwrap().extend_from_slice(data);
        Ok(())
    }
}

fn device_board() -> (Board, std::sync::Arc<std::sync::Mutex<Vec<u8>>>) {
    let got = std::sync::Arc::default();
    let memory = SimMemory::new().with_device(0x4000_0000, 4, Sink(std::sync::Arc::clone(&got)));
    let config = linkwright_sim::Config { requests: 32, ..linkwright_sim::Config::zynq7000() };
    (Board::with_memory(config, memory), got)
}

#[test]
fn memory_to_device() {
    let (board, got) = device_board();
    let data = board.fill_source(4096);
    board.start_bytes(
        0,
        &bytes("bc 01 37 00 1d 00 bc 00 00 00 20 00 bc 02 00 00 00 40 35 28 20 7f 32 28 07 2b 28 38 05 13 34 00 00"),
    );
    for _ in 0..128 {
        board.reach(0, ThreadState::WaitingForPeripheral);
        board.request(5, Request::BURST);
    }
    board.settle();
    assert_eq!(*got.lock().unwrap(), data);
    let counters = board.counters();
    assert_eq!(counters.instructions, 520);
    assert_eq!((counters.reads.bursts, counters.reads.beats), (128, 512));
    assert_eq!((counters.writes.bursts, counters.writes.beats), (128, 1024));
    // One flush, then an acknowledgement for each burst.
    assert_eq!(board.take_acks().len(), 129);
}

/// The endless program: three laps of four periods, one interrupt a period, until the last request.
#[test]
fn cyclic_memory_to_device() {
    let (board, got) = device_board();
    let data = board.fill_source(16_384);
    board.driver.enable_interrupts(1);
    board.start_bytes(
        0,
        &bytes("bc 01 37 00 1d 00 bc 02 00 00 00 40 35 28 bc 00 00 00 20 00 20 03 22 7f 32 28 07 2b 28 3c 05 13 34 00 38 0c 2c 16"),
    );
    let mut periods = 0;
    for _ in 0..3 * 4 * 128 {
        board.reach(0, ThreadState::WaitingForPeripheral);
        board.request(5, Request::BURST);
        board.settle();
        if board.interrupts() == 1 {
            periods += 1;
            board.driver.clear_interrupts(1);
            assert_eq!(got.lock().unwrap().len(), periods * 4096);
        }
    }
    assert_eq!((periods, board.counters().starts), (12, 1));
    let got = got.lock().unwrap();
    assert!(got.chunks(16_384).all(|lap| lap == data));
}

#[test]
fn the_generated_decoder_reads_the_golden_bytes() {
    let bytes = bytes("bc 02 00 00 40 00");
    let (instruction, length) = Instruction::decode(&bytes).unwrap();
    assert_eq!((instruction.to_string(), length), ("DMAMOV DAR, 0x00400000".to_string(), 6));
}
