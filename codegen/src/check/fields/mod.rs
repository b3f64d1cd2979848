//! Rules about the fields of a register, and about enums.

pub(super) mod colliding_enum_names;
pub(super) mod colliding_field_names;
pub(super) mod colliding_value_names;
pub(super) mod duplicate_enum_values;
pub(super) mod enums;
pub(super) mod fields_outside_register;
pub(super) mod impossible_field_access;
pub(super) mod mixed_clearing_fields;
pub(super) mod mixed_enum_widths;
pub(super) mod overlapping_fields;
pub(super) mod oversized_enum_values;
pub(super) mod reversed_bits;
pub(super) mod unknown_enums;
pub(super) mod unused_enums;
pub(super) mod wide_fault_bits;

use super::Cx;
use super::registers::layout;
use crate::spec::Ip;

pub(super) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    for (path, register) in layout::registers(ip) {
        let name = path[path.len() - 1];
        colliding_field_names::check(register, cx);
        reversed_bits::check(register, cx);
        let bits = layout::width(register, ip);
        if layout::is_width(bits) {
            fields_outside_register::check(name, register, bits, cx);
        }
        overlapping_fields::check(register, cx);
        impossible_field_access::check(name, register, cx);
        mixed_clearing_fields::check(name, register, cx);
        wide_fault_bits::check(register, cx);
    }
}

pub(super) fn check_enums(ip: &Ip, cx: &mut Cx<'_>) {
    let sets = enums::collect(ip);
    unknown_enums::check(ip, cx);
    colliding_enum_names::check(ip, cx);
    colliding_value_names::check(&sets, cx);
    duplicate_enum_values::check(&sets, cx);
    unused_enums::check(&sets, cx);
    mixed_enum_widths::check(&sets, cx);
    oversized_enum_values::check(&sets, cx);
}
