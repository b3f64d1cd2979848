use bench_board::{CodecIn, CodecOut, SpiIn, SpiOut, UartIn, UartOut};
use linkwright_sim::{FifoConfig, FifoPeripheral, Mishaps, Pl330Sim, SimMemory};

/// The devices of the board.
pub(super) struct Ports {
    pub(super) uart_out: FifoPeripheral,
    pub(super) uart_in: FifoPeripheral,
    pub(super) codec_out: FifoPeripheral,
    pub(super) codec_in: FifoPeripheral,
    pub(super) spi_out: FifoPeripheral,
    pub(super) spi_in: FifoPeripheral,
}

impl Ports {
    pub(super) fn new() -> Self {
        let port = FifoPeripheral::new;
        // Slower than the bus, so that programs wait. A codec makes single requests for what is no burst.
        let uart = FifoConfig { pace: 9, ..FifoConfig::transmitter(1, None) };
        let codec = FifoConfig { pace: 5, singles: true, ..FifoConfig::transmitter(4, Some(4)) };
        let spi = FifoConfig { singles: true, ..FifoConfig::transmitter(2, Some(8)) };
        let receiver = |config| FifoConfig { flow: linkwright_sim::Flow::FromDevice, ..config };
        Self {
            uart_out: port(uart),
            uart_in: port(receiver(uart)),
            codec_out: port(codec),
            codec_in: port(receiver(codec)),
            spi_out: port(spi),
            spi_in: port(receiver(spi)),
        }
    }

    fn all(&self) -> [(&FifoPeripheral, u32, u32, u8); 6] {
        [
            (&self.uart_out, UartOut::ADDRESS, 4, UartOut::LINE),
            (&self.uart_in, UartIn::ADDRESS, 4, UartIn::LINE),
            (&self.codec_out, CodecOut::ADDRESS, 4, CodecOut::LINE),
            (&self.codec_in, CodecIn::ADDRESS, 4, CodecIn::LINE),
            (&self.spi_out, SpiOut::ADDRESS, 4, SpiOut::LINE),
            (&self.spi_in, SpiIn::ADDRESS, 4, SpiIn::LINE),
        ]
    }

    pub(super) fn put_into(&self, memory: SimMemory) -> SimMemory {
        self.all()
            .into_iter()
            .fold(memory, |memory, (port, base, bytes, _)| memory.with_device(base, bytes, port.clone()))
    }

    pub(super) fn attach_to(&self, sim: &Pl330Sim) {
        self.all().into_iter().for_each(|(port, _, _, line)| sim.attach(line, port.requester()));
    }
}

/// Nothing has gone wrong at a device but that it was not always fed in time.
pub(super) fn check(port: &FifoPeripheral) {
    let mishaps = port.mishaps();
    assert_eq!(mishaps, Mishaps { starved: mishaps.starved, ..Mishaps::default() });
}
