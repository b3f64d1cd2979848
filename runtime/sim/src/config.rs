use std::fmt;

/// How a PL330 was built into a chip, and how fast it and its bus are.
///
/// Ranges are the hardware's own and are checked when a [`Pl330Sim`](crate::Pl330Sim) is made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// Channel threads, 1 to 8.
    pub channels: u8,
    /// Events, 1 to 32.
    pub events: u8,
    /// Peripheral request lines, 0 to 32.
    pub requests: u8,
    /// Width of the data bus in bytes: 4, 8 or 16.
    pub bus_bytes: u8,
    /// Lines of the MFIFO, each of the bus width, 1 to 1024.
    pub fifo_lines: u16,
    /// Reads that can be under way on the bus, 1 to 8.
    pub read_capability: u8,
    /// Reads that can wait or be under way, 1 to 16.
    pub read_queue: u8,
    /// Writes that can be under way on the bus, 1 to 8.
    pub write_capability: u8,
    /// Writes that can wait or be under way, 1 to 16.
    pub write_queue: u8,
    /// Line of the instruction cache in bytes: 4, 8, 16 or 32.
    pub icache_line: u8,
    /// Lines of the instruction cache, 1 to 16.
    pub icache_lines: u8,
    /// Revision field of the peripheral identification: 0 r0p0, 1 r1p0, 2 r1p1, 3 r1p2.
    pub revision: u8,
    /// The manager is non-secure after reset.
    pub manager_non_secure: bool,
    /// The manager runs a program from this address after reset.
    pub boot: Option<u32>,
    /// Bit n: event n is non-secure.
    pub non_secure_events: u32,
    /// Bit n: request line n is non-secure.
    pub non_secure_requests: u32,
    /// Durations.
    pub timing: Timing,
}

/// Durations, in clock ticks of the controller.
///
/// The defaults are slow enough that what is not ordered happens out of order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timing {
    /// From a read's address to its first beat.
    pub read_latency: u32,
    /// From a write's last beat to its response. Until then the memory holds the old data.
    pub write_latency: u32,
    /// To fetch a line of instructions.
    pub fetch_latency: u32,
    /// From a debug command to its execution; the debug interface is busy meanwhile.
    pub debug_latency: u32,
    /// Ticks that pass with each register access, so that polling makes progress.
    pub register_access: u32,
    /// Ticks without any progress after which the watchdog acts.
    pub watchdog: u32,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            read_latency: 12,
            write_latency: 20,
            fetch_latency: 12,
            debug_latency: 5,
            register_access: 2,
            watchdog: 1024,
        }
    }
}

/// A [`Config`] that no PL330 can have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConfigError {
    /// The field.
    pub field: &'static str,
    /// Its value.
    pub value: u32,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no PL330 has {} = {}", self.field, self.value)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// The controller of a Zynq-7000: 8 channels, 64-bit bus, 128 MFIFO lines.
    ///
    /// Source: UG585 chapter 9; the silicon's CR0, CR1 and CRD.
    pub fn zynq7000() -> Self {
        Self {
            channels: 8,
            events: 16,
            requests: 4,
            bus_bytes: 8,
            fifo_lines: 128,
            read_capability: 8,
            read_queue: 16,
            write_capability: 8,
            write_queue: 16,
            icache_line: 16,
            icache_lines: 8,
            revision: 2,
            manager_non_secure: false,
            boot: None,
            non_secure_events: 0,
            non_secure_requests: 0,
            timing: Timing::default(),
        }
    }

    /// A peripheral controller (PDMA0, PDMA1) of an Exynos4210: 32-bit bus, 32 MFIFO lines.
    ///
    /// Source: QEMU `hw/arm/exynos4210.c`; the silicon's numbers are not public.
    pub fn exynos4210_pdma() -> Self {
        Self {
            events: 32,
            requests: 32,
            bus_bytes: 4,
            fifo_lines: 32,
            read_capability: 4,
            read_queue: 8,
            write_capability: 4,
            write_queue: 8,
            icache_line: 4,
            ..Self::zynq7000()
        }
    }

    /// The memory controller (MDMA1) of an Exynos4210: 64-bit bus, 64 MFIFO lines, one request line.
    ///
    /// Source: QEMU `hw/arm/exynos4210.c`; the silicon's numbers are not public.
    pub fn exynos4210_mdma() -> Self {
        Self { events: 31, requests: 1, bus_bytes: 8, fifo_lines: 64, ..Self::exynos4210_pdma() }
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let ranges = [
            ("channels", self.channels.into(), 1, 8),
            ("events", self.events.into(), 1, 32),
            ("requests", self.requests.into(), 0, 32),
            ("fifo_lines", u32::from(self.fifo_lines), 1, 1024),
            ("read_capability", self.read_capability.into(), 1, 8),
            ("read_queue", self.read_queue.into(), 1, 16),
            ("write_capability", self.write_capability.into(), 1, 8),
            ("write_queue", self.write_queue.into(), 1, 16),
            ("icache_lines", self.icache_lines.into(), 1, 16),
            ("revision", self.revision.into(), 0, 15),
        ];
        for (field, value, least, most) in ranges {
            if value < least || value > most {
                return Err(ConfigError { field, value });
            }
        }
        if !matches!(self.bus_bytes, 4 | 8 | 16) {
            return Err(ConfigError { field: "bus_bytes", value: self.bus_bytes.into() });
        }
        if !matches!(self.icache_line, 4 | 8 | 16 | 32) {
            return Err(ConfigError { field: "icache_line", value: self.icache_line.into() });
        }
        Ok(())
    }
}
