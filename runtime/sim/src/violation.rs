use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Something software must never do, and the place where the hardware would have gone wrong silently.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Violation {
    /// A register access while the power domain is off: a bus error.
    Unpowered {
        /// Offset of the register.
        offset: u32,
    },
    /// A register access while the register clock is off: the bus hangs.
    Unclocked {
        /// Offset of the register.
        offset: u32,
    },
    /// An access to no register, or not to its first byte.
    Reserved {
        /// Offset of the access.
        offset: u32,
    },
    /// A write to a register that can only be read.
    ReadOnly {
        /// Offset of the register.
        offset: u32,
    },
    /// A read of a register that can only be written.
    WriteOnly {
        /// Offset of the register.
        offset: u32,
    },
    /// A debug register was written while the debug interface was busy.
    DebugBusy {
        /// Offset of the register.
        offset: u32,
    },
    /// A reserved debug command.
    DebugCommand {
        /// What was written.
        value: u32,
    },
    /// A debug command other than a kill to a thread that is faulting.
    DebugFaulting,
    /// A debug command to a secure thread through the non-secure window.
    NonSecureWindow {
        /// Offset of the register.
        offset: u32,
    },
    /// `DMAGO` of a channel that is not stopped.
    NotStopped {
        /// The channel.
        channel: u8,
    },
    /// An event's interrupt was disabled while raised: the line stays high.
    DisabledWhileRaised {
        /// The events.
        events: u32,
    },
    /// A thread waits for an event that is an interrupt, and did not raise it itself just before: it never comes.
    WaitForInterrupt {
        /// The event.
        event: u8,
    },
    /// A fixed address that is not aligned to its beat.
    FixedUnaligned {
        /// The channel.
        channel: u8,
        /// The address.
        address: u32,
        /// Bytes of a beat.
        beat: u32,
    },
    /// An address that is not aligned to the unit of the endian swap, or a beat of a fixed side narrower than it.
    SwapUnaligned {
        /// The channel.
        channel: u8,
        /// The address.
        address: u32,
        /// Bytes of the unit.
        unit: u32,
    },
    /// A conditional instruction before the program's first wait for a peripheral: there is no request to follow.
    NoRequest {
        /// The channel.
        channel: u8,
        /// Where.
        pc: u32,
    },
    /// Power was cut while a channel ran.
    PowerCut {
        /// The channel.
        channel: u8,
    },
    /// Cache maintenance of a part of a line: a real cache acts on the whole line, and on the neighbours in it.
    PartialLine {
        /// First byte.
        address: u32,
        /// Bytes.
        bytes: u32,
    },
    /// A device read or wrote memory that the processor may still hold dirty in its cache: it reads old data, or an
    /// eviction destroys what it wrote.
    NotHandedOver {
        /// First byte of a line of it.
        address: u32,
        /// The device wrote.
        write: bool,
    },
    /// Cache maintenance of memory that does not exist.
    Unmapped {
        /// First byte.
        address: u32,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Unpowered { offset } => write!(f, "access to register {offset:#05x} without power"),
            Self::Unclocked { offset } => write!(f, "access to register {offset:#05x} without its clock"),
            Self::Reserved { offset } => write!(f, "access to {offset:#05x}, which is no register"),
            Self::ReadOnly { offset } => write!(f, "write to read-only register {offset:#05x}"),
            Self::WriteOnly { offset } => write!(f, "read of write-only register {offset:#05x}"),
            Self::DebugBusy { offset } => write!(f, "debug register {offset:#05x} written while the interface is busy"),
            Self::DebugCommand { value } => write!(f, "reserved debug command {value:#x}"),
            Self::DebugFaulting => write!(f, "debug command other than a kill to a faulting thread"),
            Self::NonSecureWindow { offset } => {
                write!(f, "write to {offset:#05x} through the non-secure window concerns a secure thread")
            }
            Self::NotStopped { channel } => write!(f, "start of channel {channel}, which is not stopped"),
            Self::DisabledWhileRaised { events } => write!(f, "interrupts {events:#x} disabled while raised"),
            Self::WaitForInterrupt { event } => write!(f, "wait for event {event}, which is an interrupt"),
            Self::FixedUnaligned { channel, address, beat } => {
                write!(f, "channel {channel}: fixed address {address:#010x} is not aligned to its beat of {beat} bytes")
            }
            Self::SwapUnaligned { channel, address, unit } => {
                write!(f, "channel {channel}: access at {address:#010x} does not keep to the swap unit of {unit} bytes")
            }
            Self::NoRequest { channel, pc } => {
                write!(f, "channel {channel}: conditional instruction at {pc:#010x} before any wait for a peripheral")
            }
            Self::PowerCut { channel } => write!(f, "power cut while channel {channel} was running"),
            Self::PartialLine { address, bytes } => {
                write!(f, "cache maintenance of {bytes} bytes at {address:#010x} does not cover whole lines")
            }
            Self::NotHandedOver { address, write } => {
                let access = if write { "wrote" } else { "read" };
                write!(f, "device {access} {address:#010x}, which may be dirty in the processor's cache")
            }
            Self::Unmapped { address } => write!(f, "cache maintenance at {address:#010x}, where there is no memory"),
        }
    }
}

/// What was violated, on one board.
///
/// A violation panics at once, in the call that is to blame, unless the test asked to [collect](Self::collect) them.
#[derive(Debug, Default)]
pub struct Violations {
    collect: AtomicBool,
    seen: Mutex<Vec<Violation>>,
}

impl Violations {
    /// From now on, keep violations for [`take`](Self::take) instead of panicking.
    pub fn collect(&self) {
        self.collect.store(true, Ordering::Relaxed);
    }

    /// The violations kept so far, in order; forgets them.
    pub fn take(&self) -> Vec<Violation> {
        std::mem::take(&mut self.lock())
    }

    pub(crate) fn report(&self, violation: Violation) {
        if !self.collect.load(Ordering::Relaxed) {
            panic!("{violation}");
        }
        self.lock().push(violation);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Violation>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
