/// Why a DMA thread stopped. The controller's description maps its own fault bits to these.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
#[repr(u8)]
pub enum FaultCause {
    /// An undefined instruction.
    UndefinedInstruction,
    /// An operand that this configuration does not have.
    InvalidOperand,
    /// A non-secure manager tried to start a secure thread.
    StartSecurity,
    /// A non-secure thread used a secure event.
    EventSecurity,
    /// A non-secure thread used a secure peripheral.
    PeripheralSecurity,
    /// A non-secure thread asked for a secure bus access.
    AccessSecurity,
    /// The FIFO is too small for the load or store.
    FifoOverflow,
    /// A store found less data in the FIFO than it needs.
    FifoUnderflow,
    /// Bus error on an instruction fetch.
    InstructionFetch,
    /// Bus error on a write.
    DataWrite,
    /// Bus error on a read.
    DataRead,
    /// The thread made no progress for want of resources.
    Lockup,
    /// The failing instruction came through the debug port.
    DebugInstruction,
}

impl FaultCause {
    const ALL: [Self; 13] = [
        Self::UndefinedInstruction,
        Self::InvalidOperand,
        Self::StartSecurity,
        Self::EventSecurity,
        Self::PeripheralSecurity,
        Self::AccessSecurity,
        Self::FifoOverflow,
        Self::FifoUnderflow,
        Self::InstructionFetch,
        Self::DataWrite,
        Self::DataRead,
        Self::Lockup,
        Self::DebugInstruction,
    ];
}

impl core::fmt::Display for FaultCause {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::UndefinedInstruction => "undefined instruction",
            Self::InvalidOperand => "operand not valid for this controller",
            Self::StartSecurity => "non-secure manager started a secure thread",
            Self::EventSecurity => "non-secure thread used a secure event",
            Self::PeripheralSecurity => "non-secure thread used a secure peripheral",
            Self::AccessSecurity => "non-secure thread asked for a secure bus access",
            Self::FifoOverflow => "FIFO too small for the access",
            Self::FifoUnderflow => "store found too little data in the FIFO",
            Self::InstructionFetch => "bus error on an instruction fetch",
            Self::DataWrite => "bus error on a write",
            Self::DataRead => "bus error on a read",
            Self::Lockup => "locked up for want of FIFO or queue space",
            Self::DebugInstruction => "instruction came through the debug port",
        })
    }
}

/// A set of [`FaultCause`]s.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct FaultCauses(u16);

impl FaultCauses {
    /// No cause.
    pub const NONE: Self = Self(0);

    /// With `cause` added.
    #[must_use]
    pub const fn with(self, cause: FaultCause) -> Self {
        Self(self.0 | 1 << cause as u8)
    }

    /// Is `cause` among them?
    pub const fn contains(self, cause: FaultCause) -> bool {
        self.0 & 1 << cause as u8 != 0
    }

    /// No cause at all?
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The causes.
    pub fn iter(self) -> impl Iterator<Item = FaultCause> {
        FaultCause::ALL.into_iter().filter(move |c| self.contains(*c))
    }
}

impl core::fmt::Debug for FaultCauses {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl core::fmt::Display for FaultCauses {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if self.is_empty() {
            return f.write_str("no cause given");
        }
        for (i, cause) in self.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            core::fmt::Display::fmt(&cause, f)?;
        }
        Ok(())
    }
}
