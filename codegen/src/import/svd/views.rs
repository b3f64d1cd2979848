//! Registers that share their place.

use super::model::{Access, Item, Kind};
use super::notes::Notes;

/// Bytes up to the end of the last item, and of the widest register.
pub(super) fn extent(items: &[Item]) -> (u64, u64) {
    let mut most = (0, 1);
    for item in items {
        let (size, alignment) = one(item);
        most = (most.0.max(item.offset + beyond(item) + size), most.1.max(alignment));
    }
    most
}

/// Bytes and alignment of one element.
fn one(item: &Item) -> (u64, u64) {
    match &item.kind {
        Kind::Register(register) => (u64::from(register.width / 8), u64::from(register.width / 8)),
        Kind::Cluster(inner) => extent(inner),
    }
}

/// Bytes from the first element to the last.
fn beyond(item: &Item) -> u64 {
    item.array.map_or(0, |array| array.stride * (array.count - 1))
}

/// Where an item is.
struct Range {
    start: u64,
    end: u64,
    size: u64,
    array: Option<(u64, u64)>,
    access: Option<Access>,
}

impl Range {
    fn of(item: &Item) -> Self {
        let size = one(item).0;
        let access = match &item.kind {
            Kind::Register(register) => Some(register.access),
            Kind::Cluster(_) => None,
        };
        let array = item.array.map(|array| (array.count, array.stride));
        Self { start: item.offset, end: item.offset + beyond(item) + size, size, array, access }
    }

    fn meets(&self, other: &Range) -> bool {
        if self.end <= other.start || other.end <= self.start {
            return false;
        }
        if let (Some(one), Some(two)) = (self.access, other.access) {
            let both = one.reads() && two.reads() || one.writes() && two.writes();
            if !both && self.start == other.start && self.size == other.size {
                return false;
            }
        }
        // Arrays with one stride interleave; others that reach into each other are as good as overlapping.
        match (self.array, other.array) {
            (Some((_, one)), Some((_, two))) if one == two => {
                let (low, high) = if self.start <= other.start { (self, other) } else { (other, self) };
                let place = (high.start - low.start) % one.max(1);
                place < low.size || place + high.size > one
            }
            (Some((_, stride)), None) => other.meets_element(self, stride),
            (None, Some((_, stride))) => self.meets_element(other, stride),
            _ => true,
        }
    }

    fn meets_element(&self, array: &Range, stride: u64) -> bool {
        if self.start < array.start {
            return true;
        }
        let place = (self.start - array.start) % stride.max(1);
        let last = self.start - place + array.size >= array.end;
        place < array.size || !last && place + self.size > stride
    }
}

/// Give those that share bytes different views, and leave none that overlaps in its own.
pub(super) fn assign(items: &mut [Item], notes: &mut Notes<'_>) {
    let ranges: Vec<Range> = items.iter().map(Range::of).collect();
    // Indices of those that reach beyond where we are.
    let mut open: Vec<usize> = Vec::new();
    for at in 0..items.len() {
        open.retain(|&before| ranges[before].end > ranges[at].start);
        let clashes = |view: &Option<String>, items: &[Item]| {
            open.iter().copied().find(|&before| items[before].view == *view && ranges[before].meets(&ranges[at]))
        };
        if let Some(other) = clashes(&items[at].view, items) {
            let told = items[at].view.take();
            let mut view = Some("alternate".to_string());
            let mut number = 2;
            while clashes(&view, items).is_some() {
                view = Some(format!("alternate{number}"));
                number += 1;
            }
            // Those of one alternate group are alternatives of each other.
            if told.is_none() {
                let other = &items[other].name;
                let comment = notes.mend(format!("overlaps `{other}`; the SVD does not say when it is which"));
                items[at].comments.0.push(comment);
            }
            items[at].view = view;
        }
        open.push(at);
    }
}
