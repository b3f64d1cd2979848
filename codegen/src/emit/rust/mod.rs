//! Rust crates: one for each ip that has registers or instructions, one for each soc.
//!
//! Every file is made of tokens, printed by prettyplease. Nothing names `crate::`, so a crate's files also work as a
//! module of another one. Instances of an ip share its crate.

mod codec;
mod controller;
mod device;
mod docs;
mod driver;
mod imports;
mod inline;
mod instances;
mod instruction;
mod layout;
mod manifest;
mod map;
mod microcode;
mod needs;
mod print;
mod regs;
mod root;
mod scope;
mod setup;
mod sheet;
mod soc;
mod subsystem;
mod topology;
mod wiring;

use std::collections::{BTreeMap, BTreeSet};

pub use inline::one_file;
pub(in crate::emit) use manifest::crate_identifier;
pub use manifest::{Runtime, package};

use super::{Files, Generated};
use crate::lower::{Engine, Ip, Soc, Subsystem};
use crate::names;

/// Choices that are not the spec's.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the generated crates find the runtime.
    pub runtime: Runtime,
    /// Which ips come with what their drivers are made of.
    pub drivers: Drivers,
}

/// Ips that come with what their drivers are made of.
#[derive(Clone, Debug, Default)]
pub enum Drivers {
    /// All that have registers.
    #[default]
    All,
    /// Those of these names.
    Only(BTreeSet<String>),
}

impl Drivers {
    fn include(&self, ip: &Ip) -> bool {
        let chosen = match self {
            Self::All => true,
            Self::Only(names) => names.contains(&ip.name),
        };
        chosen && !ip.registers.is_empty()
    }
}

/// Does an ip get a crate? One without registers and instructions is known by its name only.
pub fn has_crate(ip: &Ip) -> bool {
    !ip.registers.is_empty() || ip.instructions.is_some()
}

/// Directory of the crate of an ip or a soc.
pub fn directory(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// The crate of an ip; no files if it gets none. `subsystems` holds at least those that it names.
pub fn ip(ip: &Ip, subsystems: &[Subsystem], options: &Options) -> Files {
    let mut files = BTreeMap::new();
    if !has_crate(ip) {
        return files;
    }
    let directory = directory(&ip.name);
    let mut add = |path: &str, file: Generated| files.insert(format!("{directory}/{path}"), file);
    let map = map::Map::new(ip);
    let mut root = scope::Scope::module();
    let name = root.claim(&names::type_name(&ip.name), "Block");
    let registers = !ip.registers.is_empty();
    if registers {
        add("src/regs.rs", regs::emit(ip, &map));
        add("src/device.rs", device::emit(ip, &map, &name));
    }
    let set = ip.instructions.as_ref().map(instruction::Set::new);
    let mut parts = root::Parts {
        registers,
        instructions: set.is_some(),
        microcode: false,
        controller: false,
        saves: registers && device::saves(ip, &map),
        driver: options.drivers.include(ip),
    };
    if let Some(set) = &set {
        add("src/instruction.rs", instruction::emit(ip, set));
        if let Some(Engine::MicrocodeDma(engine)) = &ip.engine {
            add("src/microcode.rs", microcode::emit(ip, &map, set, engine));
            parts.microcode = true;
            if let Some(file) = controller::emit(ip, &map, set, engine, &name) {
                add("src/controller.rs", file);
                parts.controller = true;
            }
        }
    }
    let needs = needs::needs(ip, subsystems);
    if parts.driver {
        add("src/driver.rs", driver::emit(ip, &map, &name, &needs));
    }
    add("src/lib.rs", root::emit(ip, &name, &parts));
    add("Cargo.toml", manifest::ip(ip, uses_subsystems(ip, subsystems, options), options));
    add("rustfmt.toml", manifest::rustfmt(&ip.file));
    files
}

/// Does the crate of an ip use that of all subsystems?
pub fn uses_subsystems(ip: &Ip, subsystems: &[Subsystem], options: &Options) -> bool {
    options.drivers.include(ip) && needs::uses_subsystems(&needs::needs(ip, subsystems))
}

/// The crate of all subsystems that drivers hold resources of; no files if there are none.
pub fn subsystems(subsystems: &[Subsystem], options: &Options) -> Files {
    subsystem::emit(subsystems, options)
}

/// The crate of a soc. `ips` and `subsystems` hold at least those that it names.
pub fn soc(soc: &Soc, ips: &[Ip], subsystems: &[Subsystem], options: &Options) -> Files {
    let directory = directory(&soc.name);
    let plan = soc::Plan::new(soc, ips, subsystems);
    let instances = instances::emit(&plan, subsystems, options);
    let handles = instances::uses_handles(&plan, subsystems, options);
    let mut files = BTreeMap::from([
        (format!("{directory}/Cargo.toml"), manifest::soc(&soc.name, &soc.file, &plan.crates(), handles, options)),
        (format!("{directory}/rustfmt.toml"), manifest::rustfmt(&soc.file)),
        (format!("{directory}/src/devices.rs"), soc::devices(&plan)),
        (format!("{directory}/src/lib.rs"), soc::root(&plan, instances.is_some())),
        (format!("{directory}/src/topology.rs"), topology::emit(&plan)),
        (format!("{directory}/src/wiring.rs"), wiring::emit(&plan)),
    ]);
    files.extend(instances.map(|file| (format!("{directory}/src/instances.rs"), file)));
    files
}
