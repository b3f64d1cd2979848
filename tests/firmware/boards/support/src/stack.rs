//! How deep the stack ever was.
#![allow(unsafe_code, reason = "start-up: looks at the memory of the stack")]

use core::hint::black_box;
use core::ops::Range;

unsafe extern "C" {
    /// Where the linker put the stack of tasks and interrupts.
    static _sys_stack_low_end: u32;
    static _sys_stack_high_end: u32;
}

/// What no program writes there by chance.
const PAINT: u32 = 0x5ca1_ab1e;
/// Bytes below the caller's frame that are left alone: this function's own, and what it calls.
const MARGIN: usize = 256;

fn stack() -> Range<usize> {
    (&raw const _sys_stack_low_end).addr()..(&raw const _sys_stack_high_end).addr()
}

/// Paint what is not in use yet.
///
/// # Safety
/// Called once, first of all, on the stack of tasks, with interrupts off.
pub unsafe fn paint() {
    let here = 0_u32;
    let top = (&raw const *black_box(&here)).addr() - MARGIN;
    for address in (stack().start..top).step_by(4) {
        let word = core::ptr::with_exposed_provenance_mut::<u32>(address);
        // SAFETY: below every frame, and interrupts are off.
        unsafe { word.write_volatile(PAINT) };
    }
}

/// Most bytes of the stack that were ever in use, and how many there are.
pub fn high_water() -> (usize, usize) {
    let stack = stack();
    let untouched = stack.clone().step_by(4).take_while(|address| {
        let word = core::ptr::with_exposed_provenance::<u32>(*address);
        // SAFETY: the stack is memory of the program; a frame that is read in passing is only compared.
        unsafe { word.read_volatile() == PAINT }
    });
    (stack.len() - untouched.count() * 4, stack.len())
}
