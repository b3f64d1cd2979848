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
    /// The dependency, as a manifest spells it.
    fn dependency(&self) -> String {
        match self {
            Self::Registry => format!("linkwright = \"{RUNTIME_VERSION}\""),
            Self::Path(path) => format!("linkwright = {{ path = {}, version = \"{RUNTIME_VERSION}\" }}", quoted(path)),
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

pub(super) fn ip(ip: &Ip, options: &super::Options) -> Generated {
    let description = format!(
        "Typed registers{} of the {} block",
        if ip.instructions.is_some() { " and instructions" } else { "" },
        ip.name
    );
    manifest(&ip.name, &ip.file, &description, &[], options)
}

/// The manifest of a crate that uses the runtime and the crates of some ips.
pub(super) fn manifest(name: &str, spec: &str, description: &str, ips: &[&str], options: &super::Options) -> Generated {
    let mut text = format!(
        "# {}\n\n[package]\nname = {}\ndescription = {}\nversion = \"{RUNTIME_VERSION}\"\nedition = \"2024\"\n\
         license = \"MIT OR Apache-2.0\"\nreadme = \"README.md\"\n\n[lib]\ntest = false\ndoctest = false\n\n[dependencies]\n{}\n",
        header(spec),
        quoted(&package(name)),
        quoted(description),
        options.runtime.dependency(),
    );
    for ip in ips {
        let directory = super::directory(ip);
        text.push_str(&format!(
            "{} = {{ path = {}, version = \"{RUNTIME_VERSION}\" }}\n",
            package(ip),
            quoted(&format!("../{directory}"))
        ));
    }
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
