//! Everything in one file, a module for each ip and soc: what a build script puts into `OUT_DIR` for `include!`.

use std::collections::BTreeSet;

use super::{directory, has_crate, manifest};
use crate::emit::{Files, Generated, header};
use crate::lower::{Ip, Model};
use crate::names;

/// How a module of a device, within those of its soc and of its devices, reaches the modules of ips.
const ABOVE: &str = "super::super::super::";

/// And how another module of the soc does.
const BESIDE: &str = "super::super::";

/// The file of a model. Ips named in `external` have crates of their own, `linkwright-<ip>`, which the user depends on;
/// the others, if they have registers or instructions, become modules beside those of the socs, those named in `driven`
/// with what their drivers are made of.
pub fn one_file(model: &Model, external: &BTreeSet<String>, driven: &BTreeSet<String>) -> Generated {
    let drivers = super::Drivers::Only(external | driven);
    let options = super::Options { drivers, ..super::Options::default() };
    let specs: Vec<&str> = model.socs.iter().map(|soc| soc.file.as_str()).collect();
    let inner: Vec<&Ip> = model.ips.iter().filter(|ip| has_crate(ip) && !external.contains(&ip.name)).collect();
    let files: Vec<&str> = inner.iter().map(|ip| ip.file.as_str()).chain(specs).collect();
    let mut text = format!("// {}\n", header(&files.join(", ")).replace("run `linkwright generate`", "build again"));
    for ip in &inner {
        let files = super::ip(ip, &model.subsystems, &options);
        text += &module(&ip.name, &root(&files, &directory(&ip.name)));
    }
    for soc in &model.socs {
        let files = super::soc(soc, &model.ips, &model.subsystems, &options);
        let mut body = root(&files, &directory(&soc.name));
        for ip in &inner {
            let (module, library) = (names::module_name(&ip.name), manifest::crate_identifier(&ip.name));
            // Instances stand in a module of the soc's, not in one of a device's.
            body = body.replace(&format!("impl {library}::driver::"), &format!("impl {BESIDE}{module}::driver::"));
            let path = format!("{ABOVE}{module}::");
            body = body.replace(&format!("{library}::"), &path);
        }
        text += &module(&soc.name, &body);
    }
    Generated { text, spec: files.join(", "), origins: Vec::new() }
}

/// A crate's files as the body of a module: each `mod name;` becomes the file of that name.
fn root(files: &Files, directory: &str) -> String {
    let file = |name: &str| files.get(&format!("{directory}/src/{name}.rs")).map_or("", |file| file.text.as_str());
    let mut out = String::new();
    for line in file("lib").lines() {
        let declared = line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod ");
        match declared.and_then(|name| name.strip_suffix(';')) {
            Some(name) => {
                out += &format!("{} {{\n{}}}\n", line.trim_end_matches(';'), without_header(file(name)));
            }
            // A module cannot be without the standard library by itself.
            None if line == "#![no_std]" => {}
            // In a crate it is a feature; here it was asked for.
            None if line == r#"#[cfg(feature = "driver")]"# => {}
            None => out += &format!("{line}\n"),
        }
    }
    without_header(&out)
}

/// The first line tells the origin of a file; the file that it became part of has its own.
fn without_header(text: &str) -> String {
    match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("// ") => rest.trim_start_matches('\n').to_string(),
        _ => text.to_string(),
    }
}

fn module(name: &str, body: &str) -> String {
    // Whether an item is used is the user's business, and how it looks is settled elsewhere.
    let allowed = "#[allow(dead_code, unused_imports, unreachable_pub, clippy::all)]";
    format!("\n{allowed}\n#[rustfmt::skip]\npub mod {} {{\n{body}}}\n", names::module_name(name))
}
