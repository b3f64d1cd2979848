use super::Name;

/// Named things in the order of the file; names are distinct.
#[derive(Clone, Debug)]
pub struct Map<T> {
    /// Those that could be read.
    pub entries: Vec<Entry<T>>,
    /// Names of those that could not; the errors are reported.
    pub broken: Vec<Name>,
    /// Indices of `entries`, sorted by name.
    order: Vec<u32>,
}

/// A name and what it names.
#[derive(Clone, Debug)]
pub struct Entry<T> {
    /// The key.
    pub name: Name,
    /// The value.
    pub value: T,
}

/// Values in the order of the file, without those that could not be read.
pub type List<T> = Vec<T>;

/// A list, which may be written as a lone value.
#[derive(Clone, Debug)]
pub struct OneOrMany<T>(pub Vec<T>);

impl<T> std::ops::Deref for OneOrMany<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'a, T> IntoIterator for &'a OneOrMany<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), broken: Vec::new(), order: Vec::new() }
    }
}

impl<T> Map<T> {
    /// From named values and the names of broken ones.
    pub fn new(entries: impl IntoIterator<Item = (Name, T)>, broken: Vec<Name>) -> Self {
        let entries: Vec<_> = entries.into_iter().map(|(name, value)| Entry { name, value }).collect();
        let mut order: Vec<u32> = (0..entries.len() as u32).collect();
        order.sort_by(|&a, &b| entries[a as usize].name.value.cmp(&entries[b as usize].name.value));
        Self { entries, broken, order }
    }

    /// Where in `entries` the name is.
    pub fn position(&self, name: &str) -> Option<usize> {
        let found = self.order.binary_search_by(|&i| self.entries[i as usize].name.value.as_str().cmp(name));
        found.ok().map(|at| self.order[at] as usize)
    }

    /// The entry of that name.
    pub fn entry(&self, name: &str) -> Option<&Entry<T>> {
        self.position(name).map(|at| &self.entries[at])
    }

    /// The value of that name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.entry(name).map(|e| &e.value)
    }

    /// Is the name there, readable or not?
    pub fn contains(&self, name: &str) -> bool {
        self.entry(name).is_some() || self.is_broken(name)
    }

    /// Is the name there with a value that could not be read?
    pub fn is_broken(&self, name: &str) -> bool {
        self.broken.iter().any(|n| n.value == name)
    }

    /// Readable names and values.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Name, &T)> + ExactSizeIterator + Clone {
        self.entries.iter().map(|e| (&e.name, &e.value))
    }

    /// All names, for suggestions.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.entries.iter().map(|e| &e.name).chain(&self.broken).map(|n| n.value.as_str())
    }

    /// How many could be read.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// None at all, not even broken ones?
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.broken.is_empty()
    }
}

impl<'a, T> IntoIterator for &'a Map<T> {
    type Item = &'a Entry<T>;
    type IntoIter = std::slice::Iter<'a, Entry<T>>;
    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}
