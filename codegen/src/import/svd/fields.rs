//! Fields of a register.

use std::borrow::Cow;

use svd_parser::svd::derive_from::DeriveFrom;
use svd_parser::svd::{Access as SvdAccess, MaybeArray, ModifiedWriteValues, Register};

use super::access::{meaning, read_action};
use super::enums;
use super::model::{Access, Field, Words};
use super::names::{Unique, legal, with_index};
use super::registers::Builder;
use super::resolve::NoBase;
use super::text;
use crate::names::const_name;

/// What fields have from their register.
#[derive(Clone, Copy)]
pub(super) struct Inherited {
    pub(super) width: u32,
    pub(super) access: SvdAccess,
    pub(super) writes: Option<ModifiedWriteValues>,
}

/// The fields of a register.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) list: Vec<Field>,
    /// Of the register, about fields that are not there.
    pub(super) comments: Vec<String>,
    pub(super) read_side_effect: bool,
}

/// Which bits are taken, for reading and for writing.
#[derive(Default)]
struct Taken {
    reads: u64,
    writes: u64,
}

impl Taken {
    fn claim(&mut self, field: &Field) -> bool {
        let bits = (u64::MAX >> (64 - field.width)) << field.low;
        let (reads, writes) = (field.access.reads(), field.access.writes());
        if reads && self.reads & bits != 0 || writes && self.writes & bits != 0 {
            return false;
        }
        self.reads |= if reads { bits } else { 0 };
        self.writes |= if writes { bits } else { 0 };
        true
    }
}

/// By lowest bit.
pub(super) fn build(builder: &mut Builder<'_, '_, '_>, register: &Register, outer: Inherited) -> Fields {
    let mut out = Fields::default();
    let mut names = Unique::default();
    let mut taken = Taken::default();
    for own in register.fields.iter().flatten() {
        // What a register has from another one refers to fields beside it there.
        let beside = || register.fields.iter().flatten().find(|other| Some(&other.name) == own.derived_from.as_ref());
        let field = match (builder.index.field(own, &builder.path), beside()) {
            (Ok(field), _) => field,
            (Err(_), Some(base)) if base.derived_from.is_none() => Cow::Owned(own.derive_from(base)),
            (Err(NoBase(why)), _) => {
                builder.left_out("field", &own.name, &why);
                continue;
            }
        };
        builder.path.push(own.name.clone());
        let access = field.access.unwrap_or(outer.access);
        let meaning = meaning(access, field.modified_write_values.or(outer.writes));
        let mut doc = text::doc(field.description.as_deref(), &field.name);
        for note in &meaning.notes {
            text::add(&mut doc, note);
        }
        if let Some(reading) = read_action(field.read_action) {
            text::add(&mut doc, reading);
            out.read_side_effect = true;
        }
        let held = enums::held(builder, &field, meaning.access);
        builder.path.pop();
        if let Some(sentence) = &held.sentence {
            text::add(&mut doc, sentence);
        }
        for (svd, low) in places(&field) {
            let mut comments = held.comments.clone();
            let width = field.bit_range.width;
            if width == 0 || u64::from(low) + u64::from(width) > u64::from(outer.width) {
                let last = u64::from(low) + u64::from(width).saturating_sub(1);
                let why = format!("bits {last}:{low} are not within its register's {}", outer.width);
                builder.left_out("field", &own.name, &why);
                continue;
            }
            let wanted = legal(&svd);
            let name = names.claim(&wanted, &[const_name]);
            if name != svd {
                comments.push(builder.notes.mend(format!("`{svd}` in the SVD")));
            }
            let field = Field {
                name,
                doc: Words(doc.replace("%s", "n")),
                low,
                width,
                access: meaning.access,
                values: held.values.clone(),
                comments: Words(comments),
            };
            if taken.claim(&field) {
                out.list.push(field);
                continue;
            }
            let same = out.list.iter().any(|other| other.low == field.low && other.width == field.width);
            if same && field.name.starts_with(wanted.as_str()) && field.name != wanted {
                out.comments.push(builder.notes.mend(format!("field `{svd}` is there twice in the SVD")));
            } else {
                builder.left_out("field", &own.name, "it shares bits with a field before it");
                out.comments.push(format!("left out: field `{svd}`, bits {}:{low}, overlaps others", field.high()));
            }
        }
    }
    out.list.sort_by_key(|field| field.low);
    out
}

/// Name and lowest bit of each element.
fn places(field: &svd_parser::svd::Field) -> Vec<(String, u32)> {
    let low = field.bit_range.offset;
    match field {
        MaybeArray::Single(field) => vec![(field.name.clone(), low)],
        // Bits are no address: an array of fields is one field after the other.
        MaybeArray::Array(field, dim) => {
            let place = |i: u32| low.saturating_add(dim.dim_increment.saturating_mul(i));
            // No register has more bits.
            (0..dim.dim.min(65))
                .zip(dim.indexes())
                .map(|(i, index)| (with_index(&field.name, &index), place(i)))
                .collect()
        }
    }
}

/// Does the access of a field need to be told?
pub(super) fn differs(field: &Field, register: Access) -> bool {
    field.access != register
}
