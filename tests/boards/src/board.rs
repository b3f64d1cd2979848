//! One tree, from its bytes to an order of devices.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use linkwright_codegen::front;
use linkwright_codegen::import::devicetree::{Blob, Catalog, Cut, Finding, Imported, Settings, import};
use linkwright_codegen::load::{Input, Options};
use linkwright_codegen::lower::Soc;
use linkwright_codegen::report::Level;

/// Consumer, supplier (paths of their nodes) and name of the subsystem.
pub type Edge = (String, String, String);

/// A reference of an enabled device to another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Who refers to whom.
    pub edge: Edge,
    /// The supplier's references are known by names of nodes within it, not by numbers.
    pub by_name: bool,
    /// That name; else the numbers, as in `1/20`.
    pub specifier: String,
}

/// What became of a tree.
#[derive(Debug)]
pub struct Outcome {
    /// Devices, and how many of these are disabled.
    pub devices: (usize, usize),
    /// Who needs whom among enabled devices, by a reference.
    pub edges: BTreeSet<Edge>,
    /// Each reference among enabled devices, with what it carries.
    pub references: Vec<Reference>,
    /// Links as the model counts them, parents included.
    pub links: usize,
    /// Devices in the order in which they can come up.
    pub ordered: usize,
    /// References that give way.
    pub cuts: Vec<Cut>,
    /// What was found in the tree and in the specs: rule and title.
    pub findings: Vec<(&'static str, String)>,
    /// Titles of errors.
    pub errors: Vec<String>,
    /// Time for import, and for lint and order.
    pub times: (Duration, Duration),
    /// The resolved chip.
    pub soc: Option<Soc>,
    /// What the board and its chip call themselves.
    pub chip: Vec<String>,
    /// The specs.
    pub imported: Imported,
}

/// Imports, judges and orders a tree.
///
/// # Errors
/// Why it could not be imported.
pub fn run(name: &str, bytes: &[u8], catalog: &Catalog) -> Result<Outcome, String> {
    let start = Instant::now();
    let blob = Blob { name, origin: name, bytes };
    let mut imported = import(&[blob], catalog, Settings::default())
        .map_err(|failures| failures.iter().map(|(_, error)| error.to_string()).collect::<Vec<_>>().join("; "))?;
    let import_time = start.elapsed();
    let start = Instant::now();
    let inputs: Vec<Input> =
        imported.files.iter().map(|(path, text)| Input::Text(path.clone(), text.clone())).collect();
    let options = Options { above: false, ..Options::default() };
    let reading = front::read_beside(catalog.workspace(), &inputs, &options);
    let lint_time = start.elapsed();
    let of_tree = |finding: &Finding| (finding.rule.id, format!("{} (node {})", finding.title, finding.node));
    let mut findings: Vec<(&'static str, String)> = imported.findings.iter().map(of_tree).collect();
    let mut errors = Vec::new();
    for finding in reading.diagnostics.iter() {
        findings.push((finding.rule, finding.title.clone()));
        if finding.level == Level::Error {
            errors.push(format!(
                "{}: {} {}",
                reading.workspace.sources.place(finding.primary.span),
                finding.title,
                finding.primary.text
            ));
        }
    }
    let summary = imported.boards.remove(0);
    let soc = reading.model.map(|mut model| model.socs.remove(0));
    let paths: BTreeMap<&str, &str> = reading
        .workspace
        .socs
        .iter()
        .flat_map(|soc| soc.spec.devices.iter())
        .filter_map(|(name, device)| Some((name.value.as_str(), device.source.as_ref()?.as_str())))
        .collect();
    let (mut edges, mut references) = (BTreeSet::new(), Vec::new());
    if let Some(soc) = &soc {
        let path = |device: usize| {
            paths.get(soc.devices[device].name.as_str()).map(|path| path.to_string()).unwrap_or_default()
        };
        for edge in soc.edges.iter().filter(|edge| edge.subsystem != "parent") {
            edges.insert((path(edge.consumer), path(edge.supplier), edge.subsystem.clone()));
        }
        // Only specs that the import made know references by names.
        let made: BTreeSet<&str> =
            reading.workspace.ips.iter().filter(|ip| ip.requested).map(|ip| ip.spec.name.value.as_str()).collect();
        for (consumer, device) in soc.devices.iter().enumerate().filter(|(_, device)| device.enabled) {
            for reference in &device.references {
                let supplier = &soc.devices[reference.provider];
                if reference.provider == consumer || !supplier.enabled {
                    continue;
                }
                let by_name = made.contains(supplier.ip.as_str()) && !reference.id.is_empty();
                let numbers = || reference.args.iter().map(u64::to_string).collect::<Vec<_>>().join("/");
                let edge = (path(consumer), path(reference.provider), reference.subsystem.clone());
                // What only says that nothing waits makes no link.
                if !edges.contains(&edge) {
                    continue;
                }
                let specifier = if by_name { reference.id.clone() } else { numbers() };
                references.push(Reference { edge, by_name, specifier });
            }
        }
    }
    Ok(Outcome {
        devices: (summary.devices, summary.disabled),
        edges,
        references,
        links: soc.as_ref().map_or(0, |soc| soc.edges.len()),
        ordered: soc.as_ref().map_or(0, |soc| soc.probe_order.len()),
        cuts: summary.cuts,
        findings,
        errors,
        times: (import_time, lint_time),
        soc,
        chip: summary.compatible,
        imported,
    })
}
