//! Memory map and caches of a Cortex-A9.
//!
//! Memory is mapped where it is, in sections of 1 MiB: RAM cached (write-back), devices as device memory, everything
//! else not at all, so that a stray access is an abort instead of a silent success.
#![allow(unsafe_code, reason = "start-up: tells the processor what memory is")]

use core::cell::UnsafeCell;
use core::ops::Range;

use aarch32_cpu::asm::{dsb, isb};
use aarch32_cpu::mmu::{AccessPermissions, L1Section, MemoryRegionAttributes, SectionAttributes};
use aarch32_cpu::register::{
    BpIAll, Ccsidr, Csselr, Dacr, Dcisw, Iciallu, Sctlr, SysRegWrite, TlbIAll, Ttbr0, dacr::DomainAccess,
};

const SECTION: u32 = 1 << 20;
const SECTIONS: usize = 4096;

#[repr(C, align(16384))]
struct Table(UnsafeCell<[u32; SECTIONS]>);

// SAFETY: written by `enable` alone, before anybody else runs.
unsafe impl Sync for Table {}

/// Entries of zeros: nothing is mapped.
static TABLE: Table = Table(UnsafeCell::new([0; SECTIONS]));

fn entry(address: u32, memory: MemoryRegionAttributes, execute_never: bool) -> u32 {
    let attributes = SectionAttributes {
        non_global: false,
        p_bit: false,
        shareable: false,
        access: AccessPermissions::FullAccess,
        memory_attrs: memory.as_raw(),
        domain: Default::default(),
        execute_never,
    };
    L1Section::new_with_addr_and_attrs(address & !(SECTION - 1), attributes).raw_value()
}

/// Map `ram` cached and the sections that `devices` lie in as device memory, and switch MMU, caches and branch
/// prediction on. The outer cache stays off.
///
/// # Safety
/// Called once, first of all, with interrupts off. `ram` is memory that the program, its data and its stacks lie in.
pub unsafe fn enable(ram: Range<u32>, devices: &[u64]) {
    let table = TABLE.0.get().cast::<u32>();
    let map = |address: u32, memory, execute_never| {
        let place = table.wrapping_add((address / SECTION) as usize);
        // SAFETY: there is an entry for every address, and nobody else uses the table yet.
        unsafe { place.write(entry(address, memory, execute_never)) };
    };
    for device in devices {
        map(*device as u32, MemoryRegionAttributes::ShareableDevice, true);
    }
    for section in ram.start / SECTION..ram.end.div_ceil(SECTION) {
        map(section * SECTION, MemoryRegionAttributes::OuterAndInnerWriteBackWriteAlloc, false);
    }
    invalidate_data_cache();
    TlbIAll::write();
    Iciallu::write();
    BpIAll::write();
    Dacr::write(Dacr::new_with_raw_value(0).with_d(0, DomainAccess::Client));
    // Walks of the table are not cached, so it needs no cleaning.
    // SAFETY: the table maps what runs here where it is.
    unsafe { Ttbr0::write(Ttbr0::new_with_raw_value(0).with_address(table.addr())) };
    dsb();
    isb();
    Sctlr::modify(|control| *control = control.with_m(true).with_c(true).with_i(true).with_z(true));
    dsb();
    isb();
}

/// After power-up the cache may hold anything.
fn invalidate_data_cache() {
    // SAFETY: selects the data cache of the first level, which nobody else asks about.
    unsafe { Csselr::write_raw(0) };
    isb();
    let size = Ccsidr::read();
    let (sets, ways) = (u32::from(size.num_sets().value()) + 1, u32::from(size.associativity().value()) + 1);
    let (line_shift, way_shift) = (u32::from(size.line_size().value()) + 4, (ways - 1).leading_zeros());
    for way in 0..ways {
        for set in 0..sets {
            // SAFETY: the cache is off, so it holds nothing that anybody wrote.
            unsafe { Dcisw::write_raw(way << way_shift | set << line_shift) };
        }
    }
    dsb();
}
