//! What is known of PL330 boards: which client has which request of which controller.

use linkwright_codegen::lower::{Device, Soc};

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

/// Holds a board against the rows of its chip. Clients that the tree does not have, or that have no DMA there, are not
/// counted.
pub fn compare(soc: &Soc, chip: &[String]) -> Compared {
    let mut compared = Compared::default();
    for row in TABLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let [compatible, client, controller, requests, _] = row.split('\t').collect::<Vec<_>>()[..] else { continue };
        if !chip.iter().any(|own| own == compatible) {
            continue;
        }
        let address = u64::from_str_radix(client, 16).ok();
        let is = |device: &&Device| match address {
            Some(address) => device.reg.is_some_and(|(base, _)| base == address),
            None => device.name == client,
        };
        let Some(device) = soc.devices.iter().find(is) else { continue };
        let dmas = || device.references.iter().filter(|reference| reference.subsystem == "dma");
        if dmas().next().is_none() {
            continue;
        }
        for request in requests.split(' ') {
            let Some((name, number)) = request.split_once('=') else { continue };
            let found = dmas().find(|reference| reference.name == name);
            let found = found.map(|reference| {
                let base = soc.devices[reference.provider].reg.map_or(0, |(base, _)| base);
                (format!("{base:x}"), reference.args.first().map(u64::to_string).unwrap_or_default())
            });
            if found.as_ref().is_some_and(|(base, request)| base == controller && request == number) {
                compared.same += 1;
            } else {
                compared.wrong.push(format!("{client} {name}: {found:?}, not {number} of {controller}"));
            }
        }
    }
    compared
}
