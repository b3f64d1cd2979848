//! How deep the stack of an image ever was, without a byte of it for that: read off the processor's registers before
//! each instruction.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use crate::machine::{self, Running};
use crate::tap::Stack;
use crate::trace::addresses;

/// What QEMU calls the mode that tasks and interrupt handlers run in.
const MODE: &str = "sys32";

/// Lowest stack pointer of that mode in QEMU's log of the registers; before start-up has set it, it is 0.
fn lowest(log: impl BufRead) -> Result<Option<u32>, String> {
    let (mut pointer, mut lowest) = (None, None);
    for line in log.lines() {
        let line = line.map_err(|e| e.to_string())?;
        // `R12=… R13=… R14=… R15=…`, and then `PSR=… ---- T sys32`
        if let Some((_, rest)) = line.split_once("R13=") {
            pointer = rest.get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        } else if line.starts_with("PSR=") && line.ends_with(MODE) {
            let all = [lowest, pointer.take().filter(|pointer| *pointer != 0)];
            lowest = all.into_iter().flatten().min();
        }
    }
    Ok(lowest)
}

/// Run the minimal firmware one instruction at a time and measure.
pub(crate) fn measure(image: &Path) -> Result<Stack, String> {
    let addresses = addresses(image)?;
    let address = |name: &str| {
        let found = addresses.get(name).ok_or_else(|| format!("the image has no symbol {name}"))?;
        u32::try_from(*found).map_err(|_| format!("{name} is at {found:#x}"))
    };
    let (begin, end) = (address("_sys_stack_low_end")?, address("_sys_stack_high_end")?);
    let mut qemu = machine::qemu("xilinx-zynq-a9", image);
    qemu.args(["-serial", "null", "-singlestep", "-d", "cpu,nochain"]).stdin(Stdio::null()).stderr(Stdio::piped());
    let mut running = Running(qemu.spawn().map_err(|e| format!("{}: {e}", machine::QEMU))?);
    let log = running.0.stderr.take().ok_or("QEMU has no log")?;
    let lowest = lowest(BufReader::new(log))?.ok_or_else(|| format!("QEMU's log has no registers of mode {MODE}"))?;
    let used = end.checked_sub(lowest).ok_or_else(|| format!("the stack pointer is never below {end:#x}"))?;
    Stack::new(used, end - begin)
}

#[cfg(test)]
mod tests {
    #[test]
    fn registers() {
        let log = "R12=0 R13=00000008 R14=00000000 R15=00000000\nPSR=800001d3 N--- A svc32\n\
                   R12=0 R13=00000000 R14=00000000 R15=00000000\nPSR=0000017f ---- T sys32\n\
                   R12=0 R13=00000100 R14=00000000 R15=00000000\nPSR=0000017f ---- T sys32\n\
                   R12=0 R13=000000f8 R14=00000000 R15=00000000\nPSR=0000017f ---- T sys32\n";
        assert_eq!(super::lowest(log.as_bytes()), Ok(Some(0xf8)));
        assert_eq!(super::lowest(&b"no log"[..]), Ok(None));
    }
}
