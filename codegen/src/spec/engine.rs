use super::record::{record, words};
use super::{List, Name, Path};
use crate::source::Spanned;

/// How the runtime's engine drives a block.
#[derive(Clone, Debug)]
pub enum Engine {
    /// A DMA controller that executes programs.
    MicrocodeDma(Box<MicrocodeDma>),
}

record! {
    /// The registers behind each task of the engine for DMA controllers that execute programs.
    MicrocodeDma {
        /// `microcode-dma`.
        "class" => class: Spanned<MicrocodeDmaClass>,
        /// Where the hardware says what it has.
        "identify" => identify: Identify,
        /// Registers through which single instructions are issued.
        "debug" => debug: DebugPort,
        /// Registers of a channel thread.
        "thread" => thread: ThreadRegisters,
        /// Where faults show.
        "faults" => faults: EngineFaults,
        /// Where interrupts show.
        "interrupts" => interrupts: EngineInterrupts,
        /// Fields of the control word.
        "control" => control: ControlFields,
        /// What fits into an instruction.
        "limits" => limits: EngineLimits,
        /// The ip's parameters by what they mean to the engine.
        "parameters" => parameters: Option<EngineParameters>,
        /// The ip's quirks by what they ask of the engine.
        "quirks" => quirks: Option<EngineQuirks>,
        /// The ip's interrupts by what raises them.
        "lines" => lines: Option<EngineLines>,
    }
}

words! {
    /// The class of this engine.
    MicrocodeDmaClass {
        /// A DMA controller that executes programs.
        "microcode-dma" => MicrocodeDma,
    }
}

record! {
    /// Where the hardware says what it has.
    Identify {
        /// Channel threads.
        "threads" => threads: IdentifyField,
        /// Events.
        "events" => events: IdentifyField,
        /// Peripheral requests.
        "requests" => requests: IdentifyField,
        /// Width of the data bus.
        "bus" => bus: IdentifyField,
        /// Lines of the FIFO.
        "fifo_lines" => fifo_lines: IdentifyField,
        /// One line of the instruction cache.
        "icache_line" => icache_line: IdentifyField,
        /// The manager is non-secure.
        "non_secure" => non_secure: Path,
    }
}

record! {
    /// A number the hardware reports.
    IdentifyField {
        /// The field.
        "field" => field: Path,
        /// Added to what it holds; default 0.
        "bias" => bias: Option<Spanned<u64>>,
        /// What the number means; default count.
        "unit" => unit: Option<Spanned<IdentifyUnit>>,
        /// The number is 0 unless this one-bit field is set.
        "if" => condition: Option<Path>,
    }
}

words! {
    /// How a reported number counts.
    IdentifyUnit {
        /// As it is.
        "count" => Count,
        /// Base-2 logarithm of a number of bytes.
        "log2-bytes" => Log2Bytes,
    }
}

record! {
    /// The registers through which single instructions are issued.
    DebugPort {
        /// One bit: not ready.
        "busy" => busy: Path,
        /// Written first.
        "first" => first: FirstRegister,
        /// Written second.
        "second" => second: SecondRegister,
        /// Writing 0 here executes.
        "execute" => execute: Path,
    }
}

record! {
    /// Thread and first bytes of the instruction.
    FirstRegister {
        /// The register.
        "register" => register: Path,
        /// Its field: 0 manager, 1 channel thread.
        "thread_select" => thread_select: Name,
        /// Its field: thread number.
        "thread" => thread: Name,
        /// Its fields: first bytes of the instruction.
        "bytes" => bytes: List<Name> [required],
    }
}

record! {
    /// Remaining bytes of the instruction.
    SecondRegister {
        /// The register.
        "register" => register: Path,
        /// Its fields.
        "bytes" => bytes: List<Name> [required],
    }
}

record! {
    /// Registers of a channel thread; each in an array over threads.
    ThreadRegisters {
        /// Its state.
        "state" => state: Path,
        /// Its program counter.
        "pc" => pc: Path,
        /// Its source address.
        "source" => source: Path,
        /// Its destination address.
        "destination" => destination: Path,
        /// Values of the state's enum by meaning.
        "states" => states: ThreadStates,
    }
}

record! {
    /// Values of a thread state's enum by meaning; values not listed count as reserved.
    ThreadStates {
        /// Not running.
        "stopped" => stopped: List<Name>,
        /// Making progress by itself.
        "running" => running: List<Name>,
        /// Parked until an event.
        "waiting-for-event" => waiting_for_event: List<Name>,
        /// Parked until a request.
        "waiting-for-peripheral" => waiting_for_peripheral: List<Name>,
        /// On its way to stopped.
        "killing" => killing: List<Name>,
        /// Saw a fault.
        "faulting" => faulting: List<Name>,
    }
}

record! {
    /// Where faults show.
    EngineFaults {
        /// One bit per channel thread.
        "threads" => threads: Path,
        /// Causes of a channel thread; an array over threads.
        "thread" => thread: Path,
        /// One bit: the manager.
        "manager" => manager: Path,
        /// Causes of the manager.
        "manager_cause" => manager_cause: Path,
    }
}

record! {
    /// Where interrupts show; one bit per event.
    EngineInterrupts {
        /// The event is an interrupt.
        "enable" => enable: Path,
        /// The interrupt is raised.
        "status" => status: Path,
        /// Writing one drops it.
        "clear" => clear: Path,
    }
}

record! {
    /// Fields of the control word.
    ControlFields {
        /// The register that shows it; an array over threads.
        "register" => register: Path,
        /// Fields of reads.
        "source" => source: SideFields,
        /// Fields of writes.
        "destination" => destination: SideFields,
        /// Field: base-2 logarithm of the bytes that are swapped as one.
        "swap" => swap: Name,
        /// Protection signals of a thread that may make non-secure accesses only; default 0.
        "non_secure_protection" => non_secure_protection: Option<Spanned<u64>>,
    }
}

record! {
    /// Fields of one side of the control word.
    SideFields {
        /// One bit: addresses increase.
        "increment" => increment: Name,
        /// Base-2 logarithm of bytes per beat.
        "beat" => beat: Name,
        /// Beats per burst less one.
        "burst" => burst: Name,
        /// Protection signals.
        "protection" => protection: Name,
        /// Cache signals.
        "cache" => cache: Name,
    }
}

record! {
    /// What fits into an instruction.
    EngineLimits {
        /// Beats in a burst.
        "burst" => burst: Spanned<u64>,
        /// Bytes in a beat.
        "beat" => beat: Spanned<u64>,
        /// Iterations of a loop.
        "iterations" => iterations: Spanned<u64>,
        /// Loop counters of a thread.
        "counters" => counters: Spanned<u64>,
        /// Bytes of a backward jump.
        "jump" => jump: Spanned<u64>,
    }
}

record! {
    /// Parameters of the ip by what they mean to the engine. An instance whose parameter is left out has what the
    /// hardware says, or the default.
    EngineParameters {
        /// Channel threads.
        "threads" => threads: Option<Name>,
        /// Events.
        "events" => events: Option<Name>,
        /// Peripheral requests.
        "requests" => requests: Option<Name>,
        /// Width of the data bus, in bits.
        "bus" => bus: Option<Name>,
        /// Lines of the FIFO, each as wide as the data bus.
        "fifo_lines" => fifo_lines: Option<Name>,
        /// One line of the instruction cache, in bytes.
        "icache_line" => icache_line: Option<Name>,
        /// Stores that can wait for the bus.
        "write_queue" => write_queue: Option<Name>,
        /// Not 0: threads may make non-secure accesses only.
        "non_secure" => non_secure: Option<Name>,
        /// Cache attributes of accesses to memory, as the control word holds them.
        "memory_cache" => memory_cache: Option<Name>,
        /// Cache attributes of accesses to a device's data register, as the control word holds them.
        "device_cache" => device_cache: Option<Name>,
        /// Threads that are not to be used (bit n: thread n).
        "excluded_threads" => excluded_threads: Option<Name>,
        /// Not 0: no program may need more of the FIFO than its thread's equal share.
        "strict_fifo" => strict_fifo: Option<Name>,
    }
}

record! {
    /// Quirks of the ip by what they ask of the engine: one of a list is enough.
    EngineQuirks {
        /// A peripheral's requests are never flushed.
        "no_flush" => no_flush: List<Name>,
        /// Peripherals request bursts only, even for a single beat.
        "burst_requests" => burst_requests: List<Name>,
        /// Reads and writes of a copy are kept apart by barriers.
        "barriers" => barriers: List<Name>,
        /// No program subtracts from an address.
        "no_subtract" => no_subtract: List<Name>,
    }
}

record! {
    /// Interrupts of the ip by what raises them.
    EngineLines {
        /// Every event and every fault.
        "all" => all: Option<Name>,
        /// Every fault.
        "faults" => faults: Option<Name>,
        /// One event each, in the order of their numbers.
        "events" => events: List<Name>,
    }
}
