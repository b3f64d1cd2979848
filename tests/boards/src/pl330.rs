//! What is known of PL330 boards: which client has which request of which controller.

use linkwright_codegen::lower::{Device, Reference, Soc};

const TABLE: &str = include_str!("../data/pl330-clients.tsv");
const CONTROLLERS: [&str; 2] = ["pl330", "arm-pl330"];

/// A board beside the table.
#[derive(Debug, Default)]
pub struct Compared {
    /// Requests that are as the table says.
    pub same: usize,
    /// What is different.
    pub wrong: Vec<String>,
}

/// Has the board a PL330?
pub fn has(soc: &Soc) -> bool {
    soc.devices.iter().any(is_controller)
}

fn is_controller(device: &Device) -> bool {
    CONTROLLERS.contains(&device.ip.as_str())
}

/// A client of a chip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// One of them is what the chip is compatible to.
    chips: Vec<String>,
    /// Unit address, or alias.
    client: String,
    /// Address of the controller.
    controller: u64,
    /// Name and number.
    requests: Vec<(String, u64)>,
}

/// The table.
///
/// # Errors
/// A row is not of its form.
pub fn rows() -> Result<Vec<Row>, String> {
    parse(TABLE)
}

/// A table of that form: compatible strings, client, controller, requests, source.
///
/// # Errors
/// A row is not of that form.
pub fn parse(table: &str) -> Result<Vec<Row>, String> {
    let lines = table.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|(at, line)| row(line).ok_or_else(|| format!("line {}: not a row of the table: `{line}`", at + 1)))
        .collect()
}

fn row(line: &str) -> Option<Row> {
    let [chips, client, controller, requests, source] = line.split('\t').collect::<Vec<_>>()[..] else { return None };
    let request = |text: &str| {
        let (name, number) = text.split_once('=').filter(|(name, _)| !name.is_empty())?;
        Some((name.to_string(), number.parse().ok()?))
    };
    Some(Row {
        chips: chips.split(' ').map(str::to_string).collect(),
        client: Some(client).filter(|client| !client.is_empty() && !source.is_empty())?.to_string(),
        controller: u64::from_str_radix(controller, 16).ok()?,
        requests: requests.split(' ').map(request).collect::<Option<_>>()?,
    })
}

/// Holds a board against the rows of its chip. Clients that the tree does not have, or that have no DMA there, are not
/// counted.
pub fn compare(soc: &Soc, chip: &[String], table: &[Row]) -> Compared {
    let mut compared = Compared::default();
    for Row { client, controller, requests, .. } in
        table.iter().filter(|row| row.chips.iter().any(|c| chip.contains(c)))
    {
        let address = u64::from_str_radix(client, 16).ok();
        // Several devices may share an address, of which a board uses one.
        let is = |device: &&Device| match address {
            Some(address) => device.reg.is_some_and(|(base, _)| base == address),
            None => device.name == *client,
        };
        let has_dma = |device: &&Device| device.references.iter().any(|reference| reference.subsystem == "dma");
        let Some(device) = soc.devices.iter().filter(is).find(has_dma) else { continue };
        for (name, number) in requests {
            let is = |reference: &&Reference| reference.subsystem == "dma" && reference.name == *name;
            let found = device.references.iter().find(is).map(|reference| {
                (soc.devices[reference.provider].reg.map_or(0, |(base, _)| base), reference.args.first().copied())
            });
            if found == Some((*controller, Some(*number))) {
                compared.same += 1;
                continue;
            }
            let found = match found {
                Some((base, Some(number))) => format!("{number} of {base:x}"),
                Some((base, None)) => format!("no number of {base:x}"),
                None => "not there".to_string(),
            };
            compared.wrong.push(format!("{client} {name}: {found}; the table says {number} of {controller:x}"));
        }
    }
    compared
}
