//! The faces of the registers: which register an offset is, and what its bits say.
//!
//! Offsets, fields and their values come from the generated crate; nothing about the layout is written here.

use std::sync::OnceLock;

use linkwright::dma::{FaultCause, FaultCauses};
use linkwright::mmio::{Access, Bounded, Field, FieldValue, Readable, Reg, RegArray, Register};
use linkwright_pl330::regs;

use crate::core::Core;
use crate::requests::Wait;
use crate::thread::{Channel, ControlWord, SideControl, State};
use crate::violation::Violation;

/// A register; arrays by index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Name {
    Dsr,
    Dpc,
    Inten,
    IntEventRis,
    Intmis,
    Intclr,
    Fsrd,
    Fsrc,
    Ftrd,
    Ftr(u8),
    Csr(u8),
    Cpc(u8),
    Sar(u8),
    Dar(u8),
    Ccr(u8),
    Lc0(u8),
    Lc1(u8),
    Dbgstatus,
    Dbgcmd,
    Dbginst0,
    Dbginst1,
    Cr0,
    Cr1,
    Cr2,
    Cr3,
    Cr4,
    Crd,
    Wd,
    PeriphId0,
    PeriphId1,
    PeriphId2,
    PeriphId3,
    PcellId0,
    PcellId1,
    PcellId2,
    PcellId3,
}

/// The register at each word of the window.
struct Layout(Vec<Option<Name>>);

impl Layout {
    fn put<R: Register, A: Access>(&mut self, register: Reg<R, A>, name: Name) {
        self.0[register.offset() as usize / 4] = Some(name);
    }

    fn put_each<R: Register, A: Access>(&mut self, array: RegArray<R, A, 7>, name: fn(u8) -> Name) {
        for i in 0..8u8 {
            self.put(array.at(Bounded::saturating(i.into())), name(i));
        }
    }

    fn get() -> &'static Self {
        static LAYOUT: OnceLock<Layout> = OnceLock::new();
        LAYOUT.get_or_init(|| {
            let mut l = Layout(vec![None; regs::SIZE as usize / 4]);
            l.put(regs::DSR, Name::Dsr);
            l.put(regs::DPC, Name::Dpc);
            l.put(regs::INTEN, Name::Inten);
            l.put(regs::INT_EVENT_RIS, Name::IntEventRis);
            l.put(regs::INTMIS, Name::Intmis);
            l.put(regs::INTCLR, Name::Intclr);
            l.put(regs::FSRD, Name::Fsrd);
            l.put(regs::FSRC, Name::Fsrc);
            l.put(regs::FTRD, Name::Ftrd);
            l.put_each(regs::FTR, Name::Ftr);
            l.put_each(regs::CHANNEL_STATUS_CSR, Name::Csr);
            l.put_each(regs::CHANNEL_STATUS_CPC, Name::Cpc);
            l.put_each(regs::CHANNEL_SAR, Name::Sar);
            l.put_each(regs::CHANNEL_DAR, Name::Dar);
            l.put_each(regs::CHANNEL_CCR, Name::Ccr);
            l.put_each(regs::CHANNEL_LC0, Name::Lc0);
            l.put_each(regs::CHANNEL_LC1, Name::Lc1);
            l.put(regs::DBGSTATUS, Name::Dbgstatus);
            l.put(regs::DBGCMD, Name::Dbgcmd);
            l.put(regs::DBGINST0, Name::Dbginst0);
            l.put(regs::DBGINST1, Name::Dbginst1);
            l.put(regs::CR0, Name::Cr0);
            l.put(regs::CR1, Name::Cr1);
            l.put(regs::CR2, Name::Cr2);
            l.put(regs::CR3, Name::Cr3);
            l.put(regs::CR4, Name::Cr4);
            l.put(regs::CRD, Name::Crd);
            l.put(regs::WD, Name::Wd);
            l.put(regs::PERIPH_ID_0, Name::PeriphId0);
            l.put(regs::PERIPH_ID_1, Name::PeriphId1);
            l.put(regs::PERIPH_ID_2, Name::PeriphId2);
            l.put(regs::PERIPH_ID_3, Name::PeriphId3);
            l.put(regs::PCELL_ID_0, Name::PcellId0);
            l.put(regs::PCELL_ID_1, Name::PcellId1);
            l.put(regs::PCELL_ID_2, Name::PcellId2);
            l.put(regs::PCELL_ID_3, Name::PcellId3);
            l
        })
    }

    fn at(&self, offset: u32) -> Option<Name> {
        if !offset.is_multiple_of(4) {
            return None;
        }
        *self.0.get(offset as usize / 4)?
    }
}

/// `word` with `field` set, whoever else may not write it.
fn set<R: Register<Word = u32>, T: FieldValue<u32>, A: Access>(word: u32, field: Field<R, T, A>, value: T) -> u32 {
    let mask = u32::MAX >> (32 - u32::from(field.width())) << field.shift();
    word & !mask | (value.into_field() as u32) << field.shift() & mask
}

/// What `field` of `word` holds, whoever else may not read it.
fn get<R: Register<Word = u32>, T: FieldValue<u32>, A: Access>(word: u32, field: Field<R, T, A>) -> T {
    T::from_field((u64::from(word) >> field.shift()) & (u64::MAX >> (64 - u32::from(field.width()))))
}

/// A channel control word, taken apart.
pub(crate) fn control(word: u32) -> ControlWord {
    use regs::{Addressing, BeatSize, Ccr, EndianSwap};
    let bytes = |size| match size {
        BeatSize::Bytes1 => 1,
        BeatSize::Bytes2 => 2,
        BeatSize::Bytes4 => 4,
        BeatSize::Bytes8 => 8,
        BeatSize::Bytes16 => 16,
        BeatSize::Bytes32 => 32,
        BeatSize::Bytes64 => 64,
        BeatSize::Bytes128 => 128,
    };
    ControlWord {
        source: SideControl {
            increment: get(word, Ccr::SRC_INC) == Addressing::Incrementing,
            beat: bytes(get(word, Ccr::SRC_BURST_SIZE)),
            beats: get(word, Ccr::SRC_BURST_LEN).get() + 1,
            protection: get(word, Ccr::SRC_PROT_CTRL).get() as u8,
            cache: get(word, Ccr::SRC_CACHE_CTRL).get() as u8,
        },
        destination: SideControl {
            increment: get(word, Ccr::DST_INC) == Addressing::Incrementing,
            beat: bytes(get(word, Ccr::DST_BURST_SIZE)),
            beats: get(word, Ccr::DST_BURST_LEN).get() + 1,
            protection: get(word, Ccr::DST_PROT_CTRL).get() as u8,
            cache: get(word, Ccr::DST_CACHE_CTRL).get() as u8,
        },
        swap: match get(word, Ccr::ENDIAN_SWAP_SIZE) {
            EndianSwap::NoSwap | EndianSwap::Reserved(_) => 1,
            EndianSwap::Bits16 => 2,
            EndianSwap::Bits32 => 4,
            EndianSwap::Bits64 => 8,
            EndianSwap::Bits128 => 16,
        },
    }
}

/// The thread and the instruction that the debug registers name; `Some`: a channel.
pub(crate) fn debug_instruction(first: u32, second: u32) -> (Option<u8>, [u8; 6]) {
    use regs::{Dbginst0, Dbginst1, DebugThread};
    let channel = match get(first, Dbginst0::DEBUG_THREAD) {
        DebugThread::Manager => None,
        DebugThread::Channel => Some(get(first, Dbginst0::CHANNEL_NUM).get() as u8),
    };
    let bytes = [
        get(first, Dbginst0::INSTR_BYTE0),
        get(first, Dbginst0::INSTR_BYTE1),
        get(second, Dbginst1::INSTR_BYTE2),
        get(second, Dbginst1::INSTR_BYTE3),
        get(second, Dbginst1::INSTR_BYTE4),
        get(second, Dbginst1::INSTR_BYTE5),
    ];
    (channel, bytes)
}

/// How a channel's fault register shows its causes.
fn ftr(causes: FaultCauses) -> u32 {
    use regs::Ftr;
    causes.iter().fold(0, |word, cause| {
        let field = match cause {
            FaultCause::UndefinedInstruction => Ftr::UNDEF_INSTR,
            FaultCause::InvalidOperand => Ftr::OPERAND_INVALID,
            FaultCause::EventSecurity => Ftr::CH_EVNT_ERR,
            FaultCause::PeripheralSecurity => Ftr::CH_PERIPH_ERR,
            FaultCause::AccessSecurity => Ftr::CH_RDWR_ERR,
            FaultCause::FifoOverflow => Ftr::MFIFO_ERR,
            FaultCause::FifoUnderflow => Ftr::ST_DATA_UNAVAILABLE,
            FaultCause::InstructionFetch => Ftr::INSTR_FETCH_ERR,
            FaultCause::DataWrite => Ftr::DATA_WRITE_ERR,
            FaultCause::DataRead => Ftr::DATA_READ_ERR,
            FaultCause::Lockup => Ftr::LOCKUP_ERR,
            FaultCause::DebugInstruction => Ftr::DBG_INSTR,
            _ => return word,
        };
        set(word, field, true)
    })
}

/// How the manager's fault register shows its causes.
fn ftrd(causes: FaultCauses) -> u32 {
    use regs::Ftrd;
    causes.iter().fold(0, |word, cause| {
        let field = match cause {
            FaultCause::UndefinedInstruction => Ftrd::UNDEF_INSTR,
            FaultCause::InvalidOperand => Ftrd::OPERAND_INVALID,
            FaultCause::StartSecurity => Ftrd::DMAGO_ERR,
            FaultCause::EventSecurity => Ftrd::MGR_EVNT_ERR,
            FaultCause::InstructionFetch => Ftrd::INSTR_FETCH_ERR,
            FaultCause::DebugInstruction => Ftrd::DBG_INSTR,
            _ => return word,
        };
        set(word, field, true)
    })
}

/// What a channel is doing, as its status register says it.
pub(crate) fn thread_state(state: State) -> regs::ThreadState {
    match state {
        State::Stopped => regs::ThreadState::Stopped,
        State::Executing => regs::ThreadState::Executing,
        State::Fetching(_) => regs::ThreadState::CacheMiss,
        State::WaitingForEvent(_) => regs::ThreadState::WaitingForEvent,
        State::ReadBarrier | State::WriteBarrier => regs::ThreadState::AtBarrier,
        State::WaitingForPeripheral(..) => regs::ThreadState::WaitingForPeripheral,
        State::Killing => regs::ThreadState::Killing,
        State::Completing => regs::ThreadState::Completing,
        State::FaultingCompleting => regs::ThreadState::FaultingCompleting,
        State::Faulting => regs::ThreadState::Faulting,
    }
}

fn manager_state(state: State) -> regs::ManagerState {
    match state {
        State::Executing => regs::ManagerState::Executing,
        State::Fetching(_) => regs::ManagerState::CacheMiss,
        State::WaitingForEvent(_) => regs::ManagerState::WaitingForEvent,
        State::Faulting => regs::ManagerState::Faulting,
        _ => regs::ManagerState::Stopped,
    }
}

fn security(non_secure: bool) -> regs::Security {
    if non_secure { regs::Security::NonSecure } else { regs::Security::Secure }
}

fn csr(c: &Channel) -> u32 {
    use regs::{Csr, RequestedKind};
    let word = set(0, Csr::CHANNEL_STATUS, thread_state(c.state));
    let word = set(word, Csr::WAKEUP_NUMBER, Bounded::saturating(c.wakeup.into()));
    let kind = if c.wait == Wait::Burst { RequestedKind::Burst } else { RequestedKind::Single };
    let word = set(word, Csr::DMAWFP_B_NS, kind);
    let word = set(word, Csr::DMAWFP_PERIPH, c.wait == Wait::Peripheral);
    set(word, Csr::CNS, security(c.non_secure))
}

fn less_one<const MAX: u32>(count: impl Into<u32>) -> Bounded<0, MAX> {
    Bounded::saturating(count.into().saturating_sub(1))
}

fn cr0(core: &Core) -> u32 {
    use regs::Cr0;
    let config = &core.config;
    let word = set(0, Cr0::PERIPH_REQ, config.requests > 0);
    let word = set(word, Cr0::BOOT_EN, config.boot.is_some());
    let word = set(word, Cr0::MGR_NS_AT_RST, security(config.manager_non_secure));
    let word = set(word, Cr0::NUM_CHNLS, less_one(config.channels));
    let word = set(word, Cr0::NUM_PERIPH_REQ, less_one(config.requests));
    set(word, Cr0::NUM_EVENTS, less_one(config.events))
}

fn cr1(core: &Core) -> u32 {
    use regs::{CacheLine, Cr1};
    let length = match core.config.icache_line {
        4 => CacheLine::Bytes4,
        8 => CacheLine::Bytes8,
        16 => CacheLine::Bytes16,
        _ => CacheLine::Bytes32,
    };
    set(set(0, Cr1::I_CACHE_LEN, length), Cr1::NUM_I_CACHE_LINES, less_one(core.config.icache_lines))
}

fn crd(core: &Core) -> u32 {
    use regs::{BusWidth, Crd};
    let config = &core.config;
    let width = match config.bus_bytes {
        4 => BusWidth::Bits32,
        8 => BusWidth::Bits64,
        _ => BusWidth::Bits128,
    };
    let word = set(0, Crd::DATA_WIDTH, width);
    let word = set(word, Crd::WR_CAP, less_one(config.write_capability));
    let word = set(word, Crd::WR_Q_DEP, less_one(config.write_queue));
    let word = set(word, Crd::RD_CAP, less_one(config.read_capability));
    let word = set(word, Crd::RD_Q_DEP, less_one(config.read_queue));
    set(word, Crd::DATA_BUFFER_DEP, less_one(config.fifo_lines))
}

fn periph_id_2(core: &Core) -> u32 {
    use regs::{PeriphId2, Revision};
    // High bits of ARM's JEP106 code.
    let word = set(0, PeriphId2::DESIGNER_1, Bounded::of::<4>());
    let revision = <Revision as FieldValue<u32>>::from_field(core.config.revision.into());
    set(word, PeriphId2::REVISION, revision)
}

fn reset<R: Register>(_: Reg<R, impl Readable>) -> u32 {
    R::RESET as u32
}

impl Core {
    /// Read a register through the window.
    pub(crate) fn read_register(&mut self, offset: u32) -> u32 {
        let Some(name) = Layout::get().at(offset) else {
            self.violations.report(Violation::Reserved { offset });
            return 0;
        };
        let channel = |i: u8| self.channels.get(usize::from(i));
        match name {
            Name::Dsr => {
                let word = set(0, regs::Dsr::DMA_STATUS, manager_state(self.manager.state));
                let word = set(word, regs::Dsr::WAKEUP_EVENT, Bounded::saturating(self.manager.wakeup.into()));
                set(word, regs::Dsr::DNS, security(self.manager.non_secure))
            }
            Name::Dpc => self.manager.pc,
            Name::Inten => self.interrupt_enable,
            Name::IntEventRis => self.pending_events | self.raised,
            Name::Intmis => self.raised,
            Name::Fsrd => set(0, regs::Fsrd::FS_MGR, self.manager.state == State::Faulting),
            Name::Fsrc => {
                let faulting = self.channels.iter().enumerate().filter(|(_, c)| c.faulting());
                set(0, regs::Fsrc::FAULT_STATUS, faulting.fold(0, |bits, (i, _)| bits | 1 << i))
            }
            Name::Ftrd => ftrd(self.manager.causes),
            Name::Ftr(i) => channel(i).map_or(0, |c| ftr(c.causes)),
            Name::Csr(i) => channel(i).map_or(0, csr),
            Name::Cpc(i) => channel(i).map_or(0, |c| c.pc),
            Name::Sar(i) => channel(i).map_or(0, |c| c.source),
            Name::Dar(i) => channel(i).map_or(0, |c| c.destination),
            Name::Ccr(i) => channel(i).map_or(0, |c| c.control_word),
            Name::Lc0(i) => channel(i).map_or(0, |c| c.loops[0].into()),
            Name::Lc1(i) => channel(i).map_or(0, |c| c.loops[1].into()),
            Name::Dbgstatus => {
                let busy = if self.debug.busy() { regs::DebugInterface::Busy } else { regs::DebugInterface::Idle };
                set(0, regs::Dbgstatus::DBGSTATUS, busy)
            }
            Name::Cr0 => cr0(self),
            Name::Cr1 => cr1(self),
            Name::Cr2 => self.config.boot.unwrap_or(0),
            Name::Cr3 => self.config.non_secure_events,
            Name::Cr4 => self.config.non_secure_requests,
            Name::Crd => crd(self),
            Name::Wd => watchdog_word(self.watchdog_interrupt_only),
            Name::PeriphId0 => reset(regs::PERIPH_ID_0),
            Name::PeriphId1 => reset(regs::PERIPH_ID_1),
            Name::PeriphId2 => periph_id_2(self),
            Name::PeriphId3 => reset(regs::PERIPH_ID_3),
            Name::PcellId0 => reset(regs::PCELL_ID_0),
            Name::PcellId1 => reset(regs::PCELL_ID_1),
            Name::PcellId2 => reset(regs::PCELL_ID_2),
            Name::PcellId3 => reset(regs::PCELL_ID_3),
            Name::Intclr | Name::Dbgcmd | Name::Dbginst0 | Name::Dbginst1 => {
                self.violations.report(Violation::WriteOnly { offset });
                0
            }
        }
    }

    /// Write a register through the secure or the non-secure window.
    pub(crate) fn write_register(&mut self, offset: u32, value: u32, non_secure: bool) {
        let Some(name) = Layout::get().at(offset) else {
            self.violations.report(Violation::Reserved { offset });
            return;
        };
        match name {
            Name::Inten => {
                let events = self.interrupt_enable & !value & self.raised;
                if events != 0 {
                    self.violations.report(Violation::DisabledWhileRaised { events });
                }
                self.interrupt_enable = value;
            }
            // As QEMU: acts only on events that are interrupts.
            Name::Intclr => self.raised &= !(value & self.interrupt_enable),
            Name::Wd => self.watchdog_interrupt_only = interrupt_only(value),
            Name::Dbginst0 | Name::Dbginst1 | Name::Dbgcmd if !self.debug.accepts() => {
                self.violations.report(Violation::DebugBusy { offset });
            }
            Name::Dbginst0 => self.debug.first = value,
            Name::Dbginst1 => self.debug.second = value,
            Name::Dbgcmd if non_secure && self.debug_target_secure() => {
                self.violations.report(Violation::NonSecureWindow { offset });
            }
            Name::Dbgcmd => match get(value, regs::Dbgcmd::DBGCMD) {
                regs::DebugCommand::Execute => self.debug_command(),
                regs::DebugCommand::Reserved(_) => self.violations.report(Violation::DebugCommand { value }),
            },
            _ => self.violations.report(Violation::ReadOnly { offset }),
        }
    }

    fn debug_target_secure(&self) -> bool {
        match debug_instruction(self.debug.first, self.debug.second).0 {
            None => !self.manager.non_secure,
            Some(c) => self.channels.get(usize::from(c)).is_some_and(|c| !c.non_secure),
        }
    }
}

fn watchdog_word(interrupt_only: bool) -> u32 {
    use regs::{LockupAction, Wd};
    let action = if interrupt_only { LockupAction::InterruptOnly } else { LockupAction::AbortThread };
    set(0, Wd::WD_IRQ_ONLY, action)
}

fn interrupt_only(word: u32) -> bool {
    get(word, regs::Wd::WD_IRQ_ONLY) == regs::LockupAction::InterruptOnly
}
