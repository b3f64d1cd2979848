//! What differs between two specs, in terms of what they say: a register moved, an edge added, an order changed.
//!
//! Both are resolved first, so whitespace, comments, the order of entries and ways of writing make no difference, and
//! neither do texts (`doc`, `source`). A spec becomes a tree of entries with facts; entries are matched by name, then by
//! what they are if only the name changed; what is within an added or removed entry is not told again.

mod compare;
mod effect;
mod entries;
mod order;
mod output;

use crate::front::Reading;
use crate::locate::Locator;
use entries::Entry;
pub use order::OrderChange;

/// What differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    /// `ip`, `soc` or `subsystem`.
    pub kind: &'static str,
    /// Name of the spec; of the new one, if that changed.
    pub name: String,
    /// Each change once, in the order of the old spec, then of the new one.
    pub changes: Vec<Change>,
    /// Which devices wait for others now, or no longer: what follows from changed references. A renamed device has its
    /// new name.
    pub order: Vec<OrderChange>,
    /// Users of generated code may have to change theirs.
    pub breaking: bool,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is about: `register`, `field`, `device`, `edge`, …
    pub what: &'static str,
    /// Its name with those around it: `CR0.num_chnls`, `i2s0 dma tx`.
    pub path: String,
    /// What happened.
    pub happened: Happened,
    /// Users of generated code may have to change theirs.
    pub breaking: bool,
    /// Why, in a few words; empty if there is nothing to say.
    pub because: &'static str,
    /// Where it is in the new spec, or where it would be.
    pub place: Option<Place>,
    /// Where it was in the old spec.
    pub was: Option<Place>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as the command line calls it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// What happened to an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// It is new: what it is.
    Added(String),
    /// It is gone: what it was.
    Removed(String),
    /// It is the same, but for its name: the old one.
    Renamed(String),
    /// A fact about it.
    Changed {
        /// Which: `offset`, `access`, …
        fact: &'static str,
        /// Before.
        old: String,
        /// After.
        new: String,
    },
}

/// Why two specs cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffError {
    /// One of them has errors.
    Errors,
    /// They describe different kinds of things: the old one's kind, the new one's.
    Kinds(&'static str, &'static str),
}

impl std::fmt::Display for DiffError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Errors => f.write_str("a spec with errors cannot be compared"),
            Self::Kinds(old, new) => write!(f, "a `{old}` and a `{new}` cannot be compared"),
        }
    }
}

impl std::error::Error for DiffError {}

impl Diff {
    /// Is there no difference?
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.order.is_empty()
    }
}

/// Compare what two runs were asked to read: one spec each.
///
/// # Errors
/// [`DiffError`].
pub fn diff(old: &Reading, new: &Reading) -> Result<Diff, DiffError> {
    let (before, old_file) = Entry::of(old).ok_or(DiffError::Errors)?;
    let (after, new_file) = Entry::of(new).ok_or(DiffError::Errors)?;
    if before.what != after.what {
        return Err(DiffError::Kinds(before.what, after.what));
    }
    let (mut in_old, mut in_new) = (Locator::new(&old.workspace), Locator::new(&new.workspace));
    // Around everything: where the spec says its name.
    let place = |locator: &mut Locator<'_>, reading: &Reading, file: &str, keys: &str| {
        let span = locator.find(file, keys).or_else(|| locator.find(file, after.what))?;
        let (line, column) = reading.workspace.sources.line_column(span);
        Some(Place { file: reading.workspace.sources.file(span.file).name.clone(), line, column })
    };
    let changes: Vec<Change> = compare::compare(&before, &after)
        .into_iter()
        .map(|found| Change {
            was: found.old.and_then(|keys| place(&mut in_old, old, &old_file, &keys)),
            place: found.new.and_then(|keys| place(&mut in_new, new, &new_file, &keys)),
            ..found.change
        })
        .collect();
    let renamed = changes.iter().filter_map(|change| match &change.happened {
        Happened::Renamed(old) if change.what == "device" => Some((old.as_str(), change.path.as_str())),
        _ => None,
    });
    let mut order = order::compare(old, new, &renamed.collect());
    for change in &mut order {
        change.place = place(&mut in_new, new, &new_file, &format!("devices/{}", change.device));
    }
    let breaking = changes.iter().any(|change| change.breaking);
    Ok(Diff { kind: after.what, name: after.name, changes, order, breaking })
}
