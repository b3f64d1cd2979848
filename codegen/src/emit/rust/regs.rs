//! `regs.rs`: kinds of registers, their fields and values, and where they are.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs;
use super::map::{EnumItem, FieldItem, Holds, Map, Place, access_name as access, hex_text as hex, word_name};
use super::print;
use super::scope::ident;
use super::sheet::Sheet;
use crate::emit::Generated;
use crate::lower::{Access, Engine, Ip};

/// The file.
pub(super) fn emit(ip: &Ip, map: &Map<'_>) -> Generated {
    let uses = uses(map);
    let title = format!("Registers of the `{}` block.", ip.name);
    let docs = docs::inner(&[
        &title,
        "The constants are places, the empty enums stand for kinds of registers and hold their fields, the other \
         enums are what fields hold.",
    ]);
    let mut out = Sheet::new(print::file(&ip.file, quote! { #docs #uses }));
    let size = docs::lines(&["Bytes of the block."]);
    out.constant(0, String::new(), &size, "pub const SIZE: u32 =", &format!("{};", hex(ip.window, 3)));
    for item in &map.places {
        place(item, &mut out);
    }
    proof(map, &mut out);
    for item in &map.places {
        kind(item, &mut out);
    }
    let state = state_enum(ip, map);
    for item in &map.enums {
        enumeration(item, state == Some(&item.name), &mut out);
    }
    out.finish(&ip.file)
}

/// What the file uses of the runtime.
fn uses(map: &Map<'_>) -> TokenStream {
    let Map { places, enums } = map;
    let fields = || places.iter().flat_map(|place| &place.fields);
    let arrays = places.iter().any(|place| !place.dimensions.is_empty());
    let has = |wanted: Access| {
        let field = fields().any(|item| item.spec.access == wanted && wanted != Access::ReadWrite);
        field || places.iter().any(|place| place.register.access == wanted)
    };
    let names = [
        ("Bounded", arrays || fields().any(|item| matches!(item.holds, Holds::Bounded(_)))),
        ("Field", fields().next().is_some()),
        ("FieldValue", !enums.is_empty()),
        ("ReadOnly", has(Access::ReadOnly)),
        ("ReadWrite", has(Access::ReadWrite)),
        ("Reg", places.iter().any(|place| place.dimensions.is_empty())),
        ("RegArray", arrays),
        ("Register", !places.is_empty()),
        ("Word", !enums.is_empty()),
        ("WriteOnly", has(Access::WriteOnly)),
        ("WriteToClear", has(Access::WriteToClear)),
        ("WriteToSet", has(Access::WriteToSet)),
        ("WriteToToggle", has(Access::WriteToToggle)),
        ("WriteZeroToClear", has(Access::WriteZeroToClear)),
    ];
    let used: Vec<_> = names.into_iter().filter(|(_, used)| *used).map(|(name, _)| ident(name)).collect();
    match used.as_slice() {
        [] => quote!(),
        used => quote!(use linkwright::mmio::{#(#used),*};),
    }
}

/// The constant or function that tells where a register is.
fn place(place: &Place<'_>, out: &mut Sheet) {
    let Place { marker, constant, register, .. } = place;
    let mark = format!("{}/offset", place.spec_path());
    let access = access(register.access);
    let offset = hex(u64::from(place.offset), 3);
    let summary = docs::summary(&register.doc);
    let title = if summary.is_empty() { format!("{}.", what(place)) } else { format!("{}: {summary}.", what(place)) };
    let Some((inner, outer)) = place.dimensions.split_last() else {
        let start = format!("pub const {constant}: Reg<{marker}, {access}> =");
        return out.constant(0, mark, &docs::lines(&[&title]), &start, &format!("Reg::new({offset});"));
    };
    let last = inner.count.saturating_sub(1);
    let stride = hex(u64::from(inner.stride), 1);
    if outer.is_empty() {
        let start = format!("pub const {constant}: RegArray<{marker}, {access}, {last}> =");
        let value = format!("RegArray::new({offset}, {stride});");
        return out.constant(0, mark, &docs::lines(&[&title]), &start, &value);
    }
    let arguments = outer.iter().enumerate().map(|(n, array)| {
        let last = array.count.saturating_sub(1);
        format!("i{n}: Bounded<0, {last}>")
    });
    let arguments = arguments.collect::<Vec<_>>().join(", ");
    let steps = outer.iter().enumerate().map(|(n, array)| format!(" + {} * i{n}.get()", hex(array.stride.into(), 1)));
    let steps: String = steps.collect();
    let about = format!("The arguments are the indices from the outside in: {}.", index_names(outer));
    let head = format!("pub const fn {constant}({arguments}) -> RegArray<{marker}, {access}, {last}> {{");
    out.body(Some(mark), &docs::lines(&[&title, &about]), &head);
    out.line(4, &[&format!("RegArray::new({offset}{steps}, {stride})")]);
    out.close();
}

/// The register by its name in the spec, and how often it is there.
fn what(place: &Place<'_>) -> String {
    let name = format!("`{}`", place.dotted());
    match place.dimensions.as_slice() {
        [] => name,
        all if all.iter().all(|array| !array.index.is_empty()) => format!("{name} of each {}", index_names(all)),
        _ => format!("{name} (an array)"),
    }
}

fn index_names(dimensions: &[&crate::lower::Array]) -> String {
    let name = |array: &&crate::lower::Array| match array.index.as_str() {
        "" => format!("0 to {}", array.count.saturating_sub(1)),
        index => index.to_string(),
    };
    dimensions.iter().map(name).collect::<Vec<_>>().join(" and ")
}

/// Compile-time proof of the map.
fn proof(map: &Map<'_>, out: &mut Sheet) {
    if map.places.is_empty() {
        return;
    }
    let about =
        "The map of the block: the first and last place of every register is where it belongs, and none is outside.";
    out.body(None, &docs::lines(&[about]), "const _: () = {");
    let mut pairs = Vec::with_capacity(map.places.len());
    for place in &map.places {
        let constant = &place.constant;
        let (first, last) = (hex(u64::from(place.offset), 3), hex(u64::from(place.last_offset()), 3));
        let indices = |bound: &str| vec![bound; place.dimensions.len().saturating_sub(1)].join(", ");
        let (least, most) = match place.dimensions.len() {
            0 => {
                pairs.push(format!("({constant}.offset(), {first})"));
                continue;
            }
            1 => (String::new(), String::new()),
            _ => (format!("({})", indices("Bounded::MIN")), format!("({})", indices("Bounded::MAX"))),
        };
        pairs.push(format!("({constant}{least}.at(Bounded::MIN).offset(), {first})"));
        pairs.push(format!("({constant}{most}.at(Bounded::MAX).offset(), {last})"));
    }
    out.list("let places = [", &pairs, "];");
    // Registers do not overlap (a rule), so the one that ends last is enough.
    let end = map.places.iter().map(|place| (place.last_offset(), place.bytes())).max();
    let (last, bytes) = end.unwrap_or_default();
    let end = hex(u64::from(last) + u64::from(bytes), 3);
    out.line(4, &["let mut i = 0;"]);
    out.line(4, &["while i < places.len() {"]);
    out.line(8, &["assert!(places[i].0 == places[i].1, \"a register is not at its offset\");"]);
    out.line(8, &["i += 1;"]);
    out.line(4, &["}"]);
    out.line(4, &["assert!(SIZE >= ", &end, ", \"a register outside its block\");"]);
    out.line(0, &["};"]);
}

/// The type that stands for a kind of register, and its fields.
fn kind(place: &Place<'_>, out: &mut Sheet) {
    let Place { marker, register, .. } = place;
    let path = place.spec_path();
    let mut notes = Vec::new();
    match register.access {
        Access::ReadOnly => notes.push("Read-only."),
        Access::WriteOnly => notes.push("Write-only."),
        Access::ReadWrite => {}
        Access::WriteToClear => notes.push("Writing a one clears that bit."),
        Access::WriteToSet => notes.push("Writing a one sets that bit."),
        Access::WriteToToggle => notes.push("Writing a one toggles that bit."),
        Access::WriteZeroToClear => notes.push("Writing a zero clears that bit."),
    }
    if register.read_side_effect {
        notes.push("Reading it changes something in the hardware.");
    }
    let view = place.views.iter().map(|view| format!("`{view}`")).collect::<Vec<_>>().join(", ");
    let view = if view.is_empty() { view } else { format!("There in view {view} only.") };
    notes.extend((!view.is_empty()).then_some(view.as_str()));
    let notes = notes.join(" ");
    let title = if register.doc.trim().is_empty() {
        format!("Contents of `{}`.", place.dotted())
    } else {
        register.doc.clone()
    };
    let docs = docs::lines(&[&title, &notes]);
    out.body(Some(path.clone()), &docs, &format!("pub enum {marker} {{}}"));
    out.body(None, &[], &format!("impl Register for {marker} {{"));
    out.line(4, &["type Word = ", word_name(register.width), ";"]);
    out.open();
    if let Some(reset) = register.reset.filter(|reset| *reset != 0) {
        let value = format!("{};", hex(reset, usize::from(register.width / 4)));
        out.constant(4, format!("{path}/reset"), &[], "const RESET: u64 =", &value);
    }
    out.close();
    if place.fields.is_empty() {
        return;
    }
    out.body(None, &[], &format!("impl {marker} {{"));
    out.open();
    for item in &place.fields {
        field(place, item, &path, out);
    }
    out.close();
}

fn field(place: &Place<'_>, item: &FieldItem<'_>, path: &str, out: &mut Sheet) {
    let FieldItem { spec, name, holds } = item;
    let ty = holds.text();
    let access = match spec.access {
        Access::ReadWrite => String::new(),
        other => format!(", {}", access(other)),
    };
    let bits = match spec.width {
        1 => format!("bit {}", spec.shift),
        width => format!("bits {}:{}", spec.shift + (width - 1), spec.shift),
    };
    let mut text = docs::with_note(&spec.doc, &bits);
    if *holds == Holds::Integer(64) && spec.width < 64 {
        text.push_str("\n\nOnly as many bits of a number as the field has are written.");
    }
    let mark = format!("{path}/fields/{}/bits", spec.name);
    let start = format!("pub const {name}: Field<{}, {ty}{access}> =", place.marker);
    out.constant(4, mark, &docs::lines(&[&text]), &start, &format!("Field::new({}, {});", spec.shift, spec.width));
}

/// The enum of thread states, which has a text form; the others do with `Debug`, since every impl costs compile time.
fn state_enum<'m>(ip: &Ip, map: &'m Map<'_>) -> Option<&'m proc_macro2::Ident> {
    let Some(Engine::MicrocodeDma(engine)) = &ip.engine else { return None };
    match &map.field(&engine.thread_state)?.1.holds {
        Holds::Enum(name) => map.enumeration(name).map(|item| &item.name),
        _ => None,
    }
}

/// What a field holds.
fn enumeration(item: &EnumItem<'_>, with_text: bool, out: &mut Sheet) {
    let EnumItem { spec, name, variants, reserved } = item;
    let path = format!("enums/{}", spec.name);
    let title = if spec.doc.trim().is_empty() { format!("Values of `{}`.", spec.name) } else { spec.doc.clone() };
    out.body(Some(path.clone()), &docs::lines(&[&title]), "#[derive(Clone, Copy, PartialEq, Eq, Debug)]");
    out.line(0, &[&format!("pub enum {name} {{")]);
    let names: Vec<String> = variants.iter().map(ToString::to_string).collect();
    for (value, variant) in spec.values.iter().zip(&names) {
        let title =
            if value.doc.trim().is_empty() { format!("`{}`: {}.", value.name, value.value) } else { value.doc.clone() };
        out.variant(Some(format!("{path}/values/{}", value.name)), &docs::lines(&[&title]), &[variant, ","]);
    }
    let raw = word_name(spec.width);
    if let Some(reserved) = reserved {
        out.variant(None, &docs::lines(&["The bits of a value without a name."]), &[&format!("{reserved}({raw}),")]);
    }
    out.close();
    // Casts to the type a number already has would be warned about.
    let (narrow, widen) = match spec.width {
        33.. => ("other".to_string(), "other"),
        _ => (format!("other as {raw}"), "other as u64"),
    };
    out.body(None, &[], &format!("impl<W: Word> FieldValue<W> for {name} {{"));
    out.line(4, &["#[inline(always)]"]);
    out.line(4, &["fn from_field(bits: u64) -> Self {"]);
    out.line(8, &["match bits {"]);
    // The last of an exhaustive set stands for all that is left.
    let told = if reserved.is_some() { names.len() } else { names.len().saturating_sub(1) };
    for (value, variant) in spec.values.iter().zip(&names).take(told) {
        out.line(12, &[&value.value.to_string(), " => Self::", variant, ","]);
    }
    match (reserved, names.last()) {
        (Some(reserved), _) => out.line(12, &[&format!("other => Self::{reserved}({narrow}),")]),
        (None, Some(last)) => out.line(12, &["_ => Self::", last, ","]),
        (None, None) => {}
    }
    out.line(8, &["}"]);
    out.line(4, &["}"]);
    out.line(0, &[]);
    out.line(4, &["#[inline(always)]"]);
    out.line(4, &["fn into_field(self) -> u64 {"]);
    out.line(8, &["match self {"]);
    for (value, variant) in spec.values.iter().zip(&names) {
        out.line(12, &["Self::", variant, " => ", &value.value.to_string(), ","]);
    }
    if let Some(reserved) = reserved {
        out.line(12, &[&format!("Self::{reserved}(other) => {widen},")]);
    }
    out.line(8, &["}"]);
    out.line(4, &["}"]);
    out.close();
    if with_text {
        display(item, out);
    }
}

/// The text of a value.
fn display(item: &EnumItem<'_>, out: &mut Sheet) {
    let EnumItem { spec, name, variants, reserved } = item;
    out.body(None, &[], &format!("impl core::fmt::Display for {name} {{"));
    out.line(4, &["fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {"]);
    out.line(8, &["f.write_str(match self {"]);
    for (value, variant) in spec.values.iter().zip(variants) {
        out.line(12, &[&format!("Self::{variant} => {:?},", words(&value.name))]);
    }
    if let Some(reserved) = reserved {
        out.line(12, &[&format!("Self::{reserved}(other) => return write!(f, \"reserved ({{other}})\"),")]);
    }
    out.line(8, &["})"]);
    out.line(4, &["}"]);
    out.close();
}

/// A name as words: `WaitingForEvent` is `waiting for event`.
fn words(name: &str) -> String {
    use heck::ToSnakeCase;
    name.to_snake_case().replace('_', " ")
}
