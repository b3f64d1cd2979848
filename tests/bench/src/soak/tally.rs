use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// Counts what was compared, and what of it was not as it must be.
#[derive(Default)]
pub(super) struct Tally {
    compared: Cell<u64>,
    wrong: Cell<u64>,
    kinds: RefCell<BTreeMap<String, u64>>,
}

impl Tally {
    /// `got` must be `expected`.
    pub(super) fn same<T: PartialEq>(&self, what: &str, got: &[T], expected: &[T]) {
        self.count(what, size_of::<T>(), got, expected, got.len().abs_diff(expected.len()));
    }

    /// `got` must be how `expected` begins.
    pub(super) fn begins<T: PartialEq>(&self, what: &str, got: &[T], expected: &[T]) {
        self.count(what, size_of::<T>(), got, expected, got.len().saturating_sub(expected.len()));
    }

    fn count<T: PartialEq>(&self, what: &str, size: usize, got: &[T], expected: &[T], beyond: usize) {
        let differing = got.iter().zip(expected).filter(|(got, expected)| got != expected).count() + beyond;
        self.compared.set(self.compared.get() + (got.len().max(expected.len()) * size) as u64);
        if differing > 0 {
            if self.wrong.get() == 0 {
                eprintln!("the first wrong bytes: {differing} of {} words are wrong {what}", got.len());
            }
            self.wrong.set(self.wrong.get() + (differing * size) as u64);
        }
    }

    /// One more of this kind has arrived whole.
    pub(super) fn whole(&self, kind: String, times: u64) {
        *self.kinds.borrow_mut().entry(kind).or_default() += times;
    }

    pub(super) fn compared(&self) -> u64 {
        self.compared.get()
    }

    pub(super) fn wrong(&self) -> u64 {
        self.wrong.get()
    }

    pub(super) fn kinds(&self) -> BTreeMap<String, u64> {
        self.kinds.borrow().clone()
    }
}
