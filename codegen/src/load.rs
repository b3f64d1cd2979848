//! Finds spec files and everything they refer to.

use crate::source::SourceMap;
use crate::spec;

/// All specs of a run, read but not yet checked.
#[derive(Debug, Default)]
pub struct Workspace {
    /// The files.
    pub sources: SourceMap,
    /// Kinds of resource, by name; all that the search path has.
    pub subsystems: Vec<Loaded<spec::Subsystem>>,
    /// Blocks that were asked for or that a soc uses.
    pub ips: Vec<Loaded<spec::Ip>>,
    /// Chips and boards that were asked for, merged with what they extend.
    pub socs: Vec<Loaded<spec::Soc>>,
}

/// A spec and where it comes from.
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    /// What was read.
    pub spec: T,
    /// Its file, relative to the search directory: `ip/pl330.yaml`.
    pub file: String,
    /// Asked for by the user, not only referred to.
    pub requested: bool,
}

impl Workspace {
    /// The subsystem of that name. `None`: there is none that can be read, which the loader reported.
    pub fn subsystem(&self, name: &str) -> Option<&spec::Subsystem> {
        self.subsystems.iter().map(|l| &l.spec).find(|s| s.name.value == name)
    }

    /// The subsystem that `ip` and `soc` files spell so.
    pub fn subsystem_by_key(&self, key: &str) -> Option<&spec::Subsystem> {
        self.subsystems.iter().map(|l| &l.spec).find(|s| s.key() == key)
    }

    /// The ip of that name. `None`: there is none that can be read, which the loader reported.
    pub fn ip(&self, name: &str) -> Option<&spec::Ip> {
        self.ips.iter().map(|l| &l.spec).find(|s| s.name.value == name)
    }
}
