use super::Name;

/// Named things in the order of the file; names are distinct.
#[derive(Clone, Debug)]
pub struct Map<T> {
    /// Those that could be read.
    pub entries: Vec<Entry<T>>,
    /// Names of those that could not; the errors are reported.
    pub broken: Vec<Name>,
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

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), broken: Vec::new() }
    }
}

impl<T> Map<T> {
    /// The entry of that name.
    pub fn entry(&self, name: &str) -> Option<&Entry<T>> {
        self.entries.iter().find(|e| e.name.value == name)
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
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Name, &T)> + ExactSizeIterator {
        self.entries.iter().map(|e| (&e.name, &e.value))
    }

    /// All names, for suggestions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
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
