//! `Cargo.toml` of a generated crate, and the file that keeps rustfmt away from it.

use crate::emit::{Generated, header};
use crate::lower::Ip;

/// Where generated crates find the runtime.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Runtime {
    /// In the registry.
    #[default]
    Registry,
    /// At a path relative to the directory of a generated crate, with `/` between folders.
    Path(String),
}

/// Version of the runtime that generated code is written for.
const RUNTIME_VERSION: &str = env!("CARGO_PKG_VERSION");

impl Runtime {
    /// The dependency, as a manifest spells it. Which transfers there are is for who makes them to say.
    fn dependency(&self) -> String {
        match self {
            Self::Registry => format!("linkwright = {{ version = \"{RUNTIME_VERSION}\", default-features = false }}"),
            Self::Path(path) => {
                let path = quoted(path);
                format!("linkwright = {{ path = {path}, version = \"{RUNTIME_VERSION}\", default-features = false }}")
            }
        }
    }
}

/// As [`crate_identifier`], for code.
pub(super) fn crate_name(name: &str) -> proc_macro2::Ident {
    super::scope::ident(&crate_identifier(name))
}

/// The crate of an ip or a soc, as Rust names it: `linkwright_pl330`.
pub(in crate::emit) fn crate_identifier(name: &str) -> String {
    package(name).replace('-', "_")
}

/// Name of the package of an ip or a soc.
pub fn package(name: &str) -> String {
    format!("linkwright-{}", name.to_ascii_lowercase())
}

/// The manifest of an ip's crate. What its driver is made of is a feature, so that who wants registers only pays for no
/// more; `handles`: the driver holds handles of the crate of all subsystems.
pub(super) fn ip(ip: &Ip, handles: bool, options: &super::Options) -> Generated {
    let description = format!(
        "Typed registers{} of the {} block",
        if ip.instructions.is_some() { " and instructions" } else { "" },
        ip.name
    );
    let mut out = package_of(&ip.name, &ip.file, &description, options);
    if handles {
        out.text.push_str(&dependency(super::subsystem::NAME, "optional = true"));
    }
    if !ip.registers.is_empty() {
        let needed = if handles { quoted(&format!("dep:{}", package(super::subsystem::NAME))) } else { String::new() };
        out.text.push_str(&format!(
            "\n[features]\n# What a driver is made of: instance, board and field types.\ndriver = [{needed}]\n"
        ));
    }
    out
}

/// The manifest of the crate of all subsystems.
pub(super) fn subsystems(spec: &str, options: &super::Options) -> Generated {
    package_of(super::subsystem::NAME, spec, "Typed handles of clocks, resets and all other resources", options)
}

/// The manifest of a soc's crate, which uses the crates of some ips; `handles`: and that of all subsystems.
pub(super) fn soc(name: &str, spec: &str, ips: &[&Ip], handles: bool, options: &super::Options) -> Generated {
    let description = format!("Devices, links and wiring of the {name} chip");
    let mut out = package_of(name, spec, &description, options);
    for ip in ips {
        let driver = if ip.registers.is_empty() { "" } else { "features = [\"driver\"]" };
        out.text.push_str(&dependency(&ip.name, driver));
    }
    if handles {
        out.text.push_str(&dependency(super::subsystem::NAME, ""));
    }
    out
}

/// Another generated crate; `more` as a manifest spells it.
fn dependency(name: &str, more: &str) -> String {
    let separator = if more.is_empty() { "" } else { ", " };
    format!(
        "{} = {{ path = {}, version = \"{RUNTIME_VERSION}\"{separator}{more} }}\n",
        package(name),
        quoted(&format!("../{}", super::directory(name)))
    )
}

/// The manifest as far as it is the same for all; it ends in the list of dependencies.
fn package_of(name: &str, spec: &str, description: &str, options: &super::Options) -> Generated {
    let text = format!(
        "# {}\n\n[package]\nname = {}\ndescription = {}\nversion = \"{RUNTIME_VERSION}\"\nedition = \"2024\"\n\
         license = \"MIT OR Apache-2.0\"\nreadme = \"README.md\"\n\n[lib]\ntest = false\ndoctest = false\n\n[dependencies]\n{}\n",
        header(spec),
        quoted(&package(name)),
        quoted(description),
        options.runtime.dependency(),
    );
    Generated { text, spec: spec.to_string(), origins: Vec::new() }
}

/// rustfmt has another taste than the generator's printer; `cargo fmt --check` over the workspace is to pass.
pub(super) fn rustfmt(spec: &str) -> Generated {
    let text = format!("# {}\ndisable_all_formatting = true\n", header(spec));
    Generated { text, spec: spec.to_string(), origins: Vec::new() }
}

/// A TOML string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
