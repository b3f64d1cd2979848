//! `derivedFrom`: what an entry takes from another one.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;

use svd_parser::svd::derive_from::DeriveFrom;
use svd_parser::svd::{Cluster, Device, EnumeratedValues, Field, Peripheral, Register, RegisterCluster};

use super::names::without_index;

/// Longest chain of entries that derive from each other.
const MOST: usize = 32;

/// All entries by their path: `PERIPHERAL.CLUSTER.REGISTER.FIELD`.
pub(super) struct Index<'d> {
    device: &'d Device,
    peripherals: HashMap<&'d str, &'d Peripheral>,
    /// Made when something derives from one of these.
    inner: OnceCell<Inner<'d>>,
}

#[derive(Default)]
struct Inner<'d> {
    clusters: HashMap<String, &'d Cluster>,
    registers: HashMap<String, &'d Register>,
    fields: HashMap<String, &'d Field>,
    sets: HashMap<String, &'d EnumeratedValues>,
    /// By the name alone: the first of that name.
    named_sets: HashMap<&'d str, &'d EnumeratedValues>,
}

/// Why something has no base.
pub(super) struct NoBase(pub(super) String);

impl<'d> Index<'d> {
    pub(super) fn new(device: &'d Device) -> Self {
        let peripherals = device.peripherals.iter().rev().map(|peripheral| (peripheral.name.as_str(), peripheral));
        Self { device, peripherals: peripherals.collect(), inner: OnceCell::new() }
    }

    /// What a peripheral without registers of its own has them from, and that from, …
    pub(super) fn base(&self, peripheral: &'d Peripheral) -> Result<Vec<&'d Peripheral>, NoBase> {
        let mut chain: Vec<&Peripheral> = Vec::new();
        let mut at = peripheral;
        while let Some(from) = &at.derived_from {
            at = self.peripherals.get(from.as_str()).copied().ok_or_else(|| missing(from))?;
            chain.push(at);
            if chain.len() > MOST {
                return Err(endless(from));
            }
        }
        Ok(chain)
    }

    pub(super) fn cluster(&self, own: &'d Cluster, path: &[String]) -> Result<Cow<'d, Cluster>, NoBase> {
        derive(own, |cluster| cluster.derived_from.as_deref(), |name| find(&self.inner().clusters, path, name))
    }

    /// The registers of a cluster that has none of its own.
    pub(super) fn children(&self, own: &'d Cluster, path: &[String]) -> Option<&'d [RegisterCluster]> {
        let mut at = own;
        for _ in 0..MOST {
            if !at.children.is_empty() {
                return Some(&at.children);
            }
            at = find(&self.inner().clusters, path, at.derived_from.as_deref()?)?;
        }
        None
    }

    pub(super) fn register(&self, own: &'d Register, path: &[String]) -> Result<Cow<'d, Register>, NoBase> {
        derive(own, |register| register.derived_from.as_deref(), |name| find(&self.inner().registers, path, name))
    }

    pub(super) fn field<'f>(&self, own: &'f Field, path: &[String]) -> Result<Cow<'f, Field>, NoBase>
    where
        'd: 'f,
    {
        derive(own, |field| field.derived_from.as_deref(), |name| find(&self.inner().fields, path, name))
    }

    /// `path` is the field's.
    pub(super) fn set<'f>(
        &self,
        own: &'f EnumeratedValues,
        path: &[String],
    ) -> Result<Cow<'f, EnumeratedValues>, NoBase>
    where
        'd: 'f,
    {
        let by_name = |name: &str| {
            let inner = self.inner();
            find(&inner.sets, path, name).or_else(|| inner.named_sets.get(name).copied())
        };
        derive(own, |set| set.derived_from.as_deref(), by_name)
    }

    fn inner(&self) -> &Inner<'d> {
        self.inner.get_or_init(|| {
            let mut inner = Inner::default();
            for peripheral in &self.device.peripherals {
                inner.walk(peripheral.registers.as_deref().unwrap_or_default(), &peripheral.name);
            }
            inner
        })
    }
}

impl<'d> Inner<'d> {
    fn walk(&mut self, children: &'d [RegisterCluster], path: &str) {
        for child in children {
            match child {
                RegisterCluster::Cluster(cluster) => {
                    for path in paths(path, &cluster.name) {
                        self.clusters.entry(path.clone()).or_insert(cluster);
                        self.walk(&cluster.children, &path);
                    }
                }
                RegisterCluster::Register(register) => {
                    for path in paths(path, &register.name) {
                        self.registers.entry(path.clone()).or_insert(register);
                        for field in register.fields.iter().flatten() {
                            self.field(field, &path);
                        }
                    }
                }
            }
        }
    }

    fn field(&mut self, field: &'d Field, path: &str) {
        for path in paths(path, &field.name) {
            for set in &field.enumerated_values {
                if let Some(name) = &set.name {
                    self.sets.entry(format!("{path}.{name}")).or_insert(set);
                    // Others in the register or the block say the set's name alone.
                    self.named_sets.entry(name).or_insert(set);
                }
                self.sets.entry(path.clone()).or_insert(set);
            }
            self.fields.entry(path).or_insert(field);
        }
    }
}

/// The path of an entry, as it is written and without an index.
fn paths(outer: &str, name: &str) -> Vec<String> {
    let mut list = vec![format!("{outer}.{name}")];
    if name.contains("%s") {
        list.push(format!("{outer}.{}", without_index(name)));
    }
    list
}

/// From the inside out: beside the entry, then in what is around it.
fn find<T: Copy>(map: &HashMap<String, T>, path: &[String], name: &str) -> Option<T> {
    (0..=path.len()).rev().find_map(|outer| {
        let whole = path[..outer].iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join(".");
        map.get(&whole).copied()
    })
}

/// An entry with what it takes from others.
fn derive<'a, 'd: 'a, T: DeriveFrom + Clone + 'd>(
    own: &'a T,
    from: impl Fn(&T) -> Option<&str>,
    find: impl Fn(&str) -> Option<&'d T>,
) -> Result<Cow<'a, T>, NoBase> {
    let mut chain: Vec<&T> = vec![own];
    while let Some(name) = from(chain[chain.len() - 1]) {
        let base = find(name).ok_or_else(|| missing(name))?;
        if chain.len() > MOST || std::ptr::eq(base, own) {
            return Err(endless(name));
        }
        chain.push(base);
    }
    let Some(first) = chain.pop() else { return Ok(Cow::Borrowed(own)) };
    if chain.is_empty() {
        return Ok(Cow::Borrowed(own));
    }
    Ok(Cow::Owned(chain.into_iter().rev().fold(first.clone(), |base, next| next.derive_from(&base))))
}

fn missing(name: &str) -> NoBase {
    NoBase(format!("derived from `{name}`, which is not there"))
}

fn endless(name: &str) -> NoBase {
    NoBase(format!("derived from itself, through `{name}`"))
}
