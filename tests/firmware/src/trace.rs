//! Instructions from the entry of the interrupt to the callback, counted one by one.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Command;

use crate::build::output;
use crate::machine;

/// What the interrupt reaches, in this order, by name.
const POINTS: [&str; 3] = ["_asm_default_irq_handler", "linkwright::dma::irq::serve", "minimal::copied"];

/// Most instructions from the first to the last: a little more than there are.
const MOST: u64 = 3_200;

/// Addresses of functions by name.
pub(crate) fn addresses(image: &Path) -> Result<BTreeMap<String, u64>, String> {
    let text = output(Command::new("nm").arg("-C").arg(image))?;
    let place = |line: &str| {
        let mut words = line.splitn(3, ' ');
        let address = u64::from_str_radix(words.next()?, 16).ok()?;
        // The lowest bit says that it is T32 code.
        (words.next()? != "U").then_some((words.next()?.to_string(), address & !1))
    };
    Ok(text.lines().filter_map(place).collect())
}

/// Run the minimal firmware one instruction at a time and count.
pub(crate) fn interrupt(image: &Path) -> Result<(), String> {
    let addresses = addresses(image)?;
    let mut points = Vec::new();
    for name in POINTS {
        points.push(*addresses.get(name).ok_or_else(|| format!("the image has no function {name}"))?);
    }
    let log = image.with_extension("trace");
    let mut qemu = machine::qemu("xilinx-zynq-a9", image);
    qemu.args(["-serial", "null", "-singlestep", "-d", "exec,nochain", "-D"]).arg(&log);
    output(&mut qemu)?;
    let trace = std::fs::File::open(&log).map_err(|e| format!("{}: {e}", log.display()))?;
    let mut count = 0_u64;
    let mut reached: Vec<u64> = Vec::new();
    for line in BufReader::new(trace).lines() {
        let line = line.map_err(|e| e.to_string())?;
        // `Trace 0: 0x7f… [00000000/00100040/…/…] name`
        let address = line.split('[').nth(1).and_then(|rest| rest.split('/').nth(1));
        let Some(address) = address.and_then(|text| u64::from_str_radix(text, 16).ok()) else { continue };
        if points.get(reached.len()) == Some(&address) {
            reached.push(count);
        }
        count += u64::from(!reached.is_empty());
        if reached.len() == points.len() {
            break;
        }
    }
    std::fs::remove_file(&log).map_err(|e| format!("{}: {e}", log.display()))?;
    let [_, serve, callback] = reached[..] else {
        return Err(format!("the interrupt reached only {} of {POINTS:?}", reached.len()));
    };
    if callback + 1 > MOST {
        return Err(format!(
            "{} instructions from interrupt entry to callback, at most {MOST} are allowed",
            callback + 1
        ));
    }
    // The vector's own instruction comes before the handler's first.
    println!(
        "minimal firmware: {} instructions from interrupt entry to callback, {} of them before the driver",
        callback + 1,
        serve + 1
    );
    Ok(())
}
