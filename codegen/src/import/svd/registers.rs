//! Registers and clusters of a block.

use std::collections::HashSet;

use svd_parser::svd::derive_from::DeriveFrom;
use svd_parser::svd::{Cluster, DimElement, MaybeArray, Register, RegisterCluster, RegisterProperties};

use super::access::{meaning, read_action};
use super::model::{self, Access, Array, Item, Kind, Words};
use super::names::{Unique, legal, with_index, without_index};
use super::notes::Notes;
use super::read::MAX_DIM;
use super::resolve::{Index, NoBase};
use super::{fields, text, views};
use crate::names::{const_name, const_path, type_name};

/// Builds the registers of one block.
pub(super) struct Builder<'b, 'd, 'x> {
    pub(super) index: &'b Index<'d>,
    pub(super) notes: &'b mut Notes<'x>,
    /// Names in the SVD, from the peripheral down to where we are.
    pub(super) path: Vec<String>,
    /// Names in the spec, from the outermost cluster down.
    pub(super) clusters: Vec<String>,
    /// Places in Rust that are taken.
    pub(super) constants: HashSet<String>,
}

/// An entry's name, place and repetition, one for each item of the spec that it becomes.
struct Shape {
    name: String,
    offset: u64,
    array: Option<Array>,
}

impl<'d> Builder<'_, 'd, '_> {
    /// The registers of a block or cluster, by offset.
    pub(super) fn items(
        &mut self,
        children: impl IntoIterator<Item = &'d RegisterCluster>,
        outer: RegisterProperties,
    ) -> Vec<Item> {
        let mut names = Unique::default();
        let mut items = Vec::new();
        for child in children {
            match child {
                RegisterCluster::Register(register) => self.register(register, outer, &mut names, &mut items),
                RegisterCluster::Cluster(cluster) => self.cluster(cluster, outer, &mut names, &mut items),
            }
        }
        items.sort_by_key(|item| item.offset);
        views::assign(&mut items, self.notes);
        items
    }

    fn register(&mut self, own: &'d Register, outer: RegisterProperties, names: &mut Unique, out: &mut Vec<Item>) {
        let register = match self.index.register(own, &self.path) {
            Ok(register) => register,
            Err(NoBase(why)) => return self.left_out("register", &own.name, &why),
        };
        let properties = register.properties.derive_from(&outer);
        self.path.push(own.name.clone());
        let built = self.contents(&register, properties);
        self.path.pop();
        let Some((kind, mut comments, doc)) = built else { return };
        let bytes = u64::from(kind.width / 8);
        let shapes = match shapes(&register.name, u64::from(register.address_offset), dim(&register), bytes, bytes) {
            Ok(shapes) => shapes,
            Err(why) => return self.left_out("register", &own.name, &why),
        };
        if shapes.iter().any(|shape| !shape.offset.is_multiple_of(bytes)) {
            let why = format!("offset {:#x} is not a multiple of its {bytes} bytes", register.address_offset);
            return self.left_out("register", &own.name, &why);
        }
        let view = register.alternate_group.as_deref().or(register.alternate_register.as_deref().map(|_| "alternate"));
        for shape in shapes {
            let mut comments = std::mem::take(&mut comments);
            let name = self.name(&shape.name, names, true, &mut comments);
            let item = Item {
                name,
                doc: Words(doc.replace("%s", "n")),
                offset: shape.offset,
                view: view.map(legal),
                array: shape.array,
                kind: Kind::Register(kind.clone()),
                comments: Words(comments),
            };
            out.push(item);
        }
    }

    /// Width, access and fields of a register, comments, and its documentation.
    fn contents(
        &mut self,
        register: &Register,
        properties: RegisterProperties,
    ) -> Option<(model::Register, Vec<String>, String)> {
        let mut comments = Vec::new();
        let size = properties.size.unwrap_or(32);
        let Some(width) = [8, 16, 32, 64].into_iter().find(|width| *width >= size && size > 0) else {
            self.left_out_here("register", &format!("it has {size} bits, and no bus moves so many at once"));
            return None;
        };
        if width != size {
            comments.push(self.notes.mend(format!("{size} bits in the SVD, which no bus moves at once")));
        }
        let access = properties.access.unwrap_or_default();
        let own = meaning(access, register.modified_write_values);
        let mut doc = text::doc(register.description.as_deref(), &register.name);
        for note in &own.notes {
            text::add(&mut doc, note);
        }
        let reading = read_action(register.read_action);
        if let Some(reading) = reading {
            text::add(&mut doc, reading);
        }
        let inherited = fields::Inherited { width, access, writes: register.modified_write_values };
        let fields = fields::build(self, register, inherited);
        let access = match unite(own.access, &fields.list) {
            Ok(access) => access,
            Err(wider) => {
                let (is, becomes) = (own.access.word(), wider.word());
                comments.push(self.notes.mend(format!("`{is}` in the SVD, but its fields need `{becomes}`")));
                wider
            }
        };
        let (reset, comment) = reset(&properties, width);
        comments.extend(comment);
        comments.extend(fields.comments);
        let read_side_effect = (reading.is_some() || fields.read_side_effect) && access.reads();
        let register = model::Register { width, access, reset, read_side_effect, fields: fields.list };
        Some((register, comments, doc))
    }

    fn cluster(&mut self, own: &'d Cluster, outer: RegisterProperties, names: &mut Unique, out: &mut Vec<Item>) {
        let cluster = match self.index.cluster(own, &self.path) {
            Ok(cluster) => cluster,
            Err(NoBase(why)) => return self.left_out("cluster", &own.name, &why),
        };
        // What is derived lives as long as the file, so it is its owner that is looked into.
        let children = match &cluster {
            std::borrow::Cow::Borrowed(cluster) => &cluster.children,
            std::borrow::Cow::Owned(_) => match self.index.children(own, &self.path) {
                Some(children) => children,
                None => return self.left_out("cluster", &own.name, "what it is derived from has no registers"),
            },
        };
        let properties = cluster.default_register_properties.derive_from(&outer);
        let stem = legal(&without_index(&cluster.name));
        self.path.push(own.name.clone());
        self.clusters.push(stem);
        let inner = self.items(children, properties);
        self.clusters.pop();
        self.path.pop();
        if inner.is_empty() {
            return self.left_out("cluster", &own.name, "it has no registers");
        }
        let (size, alignment) = views::extent(&inner);
        let offset = u64::from(cluster.address_offset);
        let shapes = match shapes(&cluster.name, offset, dim(&cluster), size, alignment) {
            Ok(shapes) => shapes,
            Err(why) => return self.left_out("cluster", &own.name, &why),
        };
        if shapes.iter().any(|shape| !shape.offset.is_multiple_of(alignment)) {
            let why = format!("offset {offset:#x} is not a multiple of its widest register's {alignment} bytes");
            return self.left_out("cluster", &own.name, &why);
        }
        let doc = text::doc(cluster.description.as_deref(), &cluster.name).replace("%s", "n");
        let view = cluster.alternate_cluster.as_deref().map(|_| "alternate".to_string());
        for shape in shapes {
            let mut comments = Vec::new();
            let name = self.name(&shape.name, names, false, &mut comments);
            out.push(Item {
                name,
                doc: Words(doc.clone()),
                offset: shape.offset,
                view: view.clone(),
                array: shape.array,
                kind: Kind::Cluster(inner.clone()),
                comments: Words(comments),
            });
        }
    }

    /// A name of the spec that nothing else has.
    fn name(&mut self, svd: &str, names: &mut Unique, leaf: bool, comments: &mut Vec<String>) -> String {
        let wanted = legal(svd);
        let mut name = names.claim(&wanted, &[const_name, type_name]);
        let place = |name: &str| const_path(self.clusters.iter().map(String::as_str).chain([name]));
        // `A.B_C` and `A_B.C` are one constant in Rust.
        while leaf && !self.constants.insert(place(&name)) {
            name = names.claim(&wanted, &[const_name, type_name]);
        }
        if name != svd {
            comments.push(self.notes.mend(format!("`{svd}` in the SVD")));
        }
        name
    }

    pub(super) fn left_out(&mut self, what: &str, name: &str, why: &str) {
        self.path.push(name.to_string());
        self.left_out_here(what, why);
        self.path.pop();
    }

    fn left_out_here(&mut self, what: &str, why: &str) {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        self.notes.left_out(&path, format!("{what} `{}` cannot be in a spec", path.join(".")), why.to_string());
    }
}

fn dim<T>(entry: &MaybeArray<T>) -> Option<&DimElement> {
    match entry {
        MaybeArray::Single(_) => None,
        MaybeArray::Array(_, dim) => Some(dim),
    }
}

/// One array, or an entry for each name of a list.
fn shapes(name: &str, offset: u64, dim: Option<&DimElement>, size: u64, alignment: u64) -> Result<Vec<Shape>, String> {
    let fits = |end: u64| {
        if end <= u64::from(u32::MAX) { Ok(()) } else { Err(format!("it ends at {end:#x}, beyond 4 GiB")) }
    };
    let Some(dim) = dim else {
        fits(offset + size)?;
        return Ok(vec![Shape { name: without_index(name), offset, array: None }]);
    };
    let (count, stride) = (u64::from(dim.dim), u64::from(dim.dim_increment));
    if count == 0 || count > MAX_DIM {
        return Err(format!("an array of {count}"));
    }
    if count > 1 && stride < size {
        return Err(format!("one element has {size:#x} bytes, but the next begins after {stride:#x}"));
    }
    if count > 1 && !stride.is_multiple_of(alignment) {
        return Err(format!("elements {stride:#x} bytes apart are not aligned to {alignment}"));
    }
    fits(offset + stride * (count - 1) + size)?;
    let from_zero = dim.indexes_as_range().is_some_and(|range| *range.start() == 0);
    if count > 1 && (name.contains("[%s]") || from_zero) {
        return Ok(vec![Shape { name: without_index(name), offset, array: Some(Array { count, stride }) }]);
    }
    // Names of a list are what the manual calls them: each is an entry of its own.
    let shape = |(i, index): (u64, std::borrow::Cow<'_, str>)| Shape {
        name: with_index(name, &index),
        offset: offset + stride * i,
        array: None,
    };
    Ok((0..count).zip(dim.indexes()).map(shape).collect())
}

/// The access of a register whose fields are these; an error is one that differs from what it says itself.
fn unite(own: Access, fields: &[model::Field]) -> Result<Access, Access> {
    if fields.is_empty() {
        return Ok(own);
    }
    let reads = own.reads() || fields.iter().any(|field| field.access.reads());
    let mut writers = fields.iter().map(|field| field.access).filter(|access| access.writes());
    let first = writers.next();
    let writes = own.writes() || first.is_some();
    let same = first.filter(|first| writers.all(|other| other == *first));
    let access = match (reads, writes) {
        (false, _) => Access::WriteOnly,
        (true, false) => Access::ReadOnly,
        // Every field that can be written acts alike, and a register like that has no read-modify-write.
        (true, true) => same.filter(|access| access.acts()).unwrap_or(Access::ReadWrite),
    };
    let within = own == access || own.acts() || access.acts() && own == Access::ReadWrite;
    if within { Ok(access) } else { Err(access) }
}

/// Contents after reset, if all bits that are known make a number; and a comment.
fn reset(properties: &RegisterProperties, width: u32) -> (Option<u64>, Option<String>) {
    let bits = u64::MAX >> (64 - width);
    let mask = properties.reset_mask.unwrap_or(bits) & bits;
    let Some(value) = properties.reset_value.filter(|_| mask != 0) else { return (None, None) };
    let comment = match (value & !bits, bits & !mask) {
        (0, 0) => None,
        (0, unknown) => Some(format!("bits {unknown:#x} are unknown after reset")),
        _ => Some(format!("reset to {value:#x} in the SVD, more than {width} bits")),
    };
    (Some(value & mask & bits), comment)
}
