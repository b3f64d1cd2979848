//! Rules about registers and clusters: names, sizes, places, reset values.

pub(super) mod colliding_register_names;
pub(super) mod layout;
pub(super) mod missing_windows;
pub(super) mod odd_array_counts;
pub(super) mod odd_register_widths;
pub(super) mod overlapping_registers;
pub(super) mod overrunning_arrays;
pub(super) mod oversized_resets;
pub(super) mod registers_outside_window;
pub(super) mod resets_of_reserved_bits;
pub(super) mod short_strides;
pub(super) mod unaligned_registers;
pub(super) mod unknown_registers;
pub(super) mod unrestorable_registers;
pub(super) mod unrestored_registers;

use super::Cx;
use crate::spec::Ip;

pub(super) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    colliding_register_names::check(ip, cx);
    odd_register_widths::check(ip, cx);
    odd_array_counts::check(ip, cx);
    oversized_resets::check(ip, cx);

    short_strides::check(&layout::blocks(ip, cx), cx);
    let blocks = layout::blocks(ip, cx);
    overlapping_registers::check(&blocks, cx);
    unaligned_registers::check(&blocks, cx);
    missing_windows::check(ip, cx);
    registers_outside_window::check(ip, &blocks, cx);
    unknown_registers::check(ip, cx);
    unrestorable_registers::check(ip, cx);
    unrestored_registers::check(ip, cx);
}
