//! What generated code costs: instructions of a register access, and work of the compiler.
//!
//! Compiler work is counted in instructions of rustc by valgrind, which does not depend on how busy the machine is; the
//! CPU seconds beside them are for the reader.

mod compiler;

use std::path::{Path, PathBuf};
use std::process::Command;

use compiler::{arguments, build, compile_driver, put, root, rustc, subsystems};
use linkwright_codegen::emit::{Choices, all};
use linkwright_codegen::front::read;
use linkwright_codegen::load::{self, Input};

/// Generate the crates of the specs into a directory.
fn generate(inputs: &[Input]) -> tempfile::TempDir {
    let reading = read(inputs, &load::Options::default());
    let model = reading.model.unwrap_or_else(|| panic!("{:?}", reading.diagnostics));
    let out = tempfile::tempdir().expect("a directory for tests");
    put(out.path(), &all(&model, &Choices::default()).expect("the built-in templates are right"));
    out
}

const CONTROL: &str = "
linkwright: 1
ip: control
window: { size: 0x1000, width: 32 }
registers:
  CTRL:
    offset: 0x10
    fields:
      mode: { bits: 6:4, enum: { Idle: 0, Fast: 5 } }
      level: { bits: 11:8 }
";

/// One register: set a 3-bit enum and a 4-bit number known only at run time, keep the rest.
const USERS: &str = "
#![no_std]
use control::regs::{CTRL, Ctrl, CtrlMode};
use linkwright::mmio::{Bounded, Io, Mmio};

#[unsafe(no_mangle)]
pub fn generated(io: Mmio<0x1000>, level: Bounded<0, 15>) {
    io.modify(CTRL, |v| v.with(Ctrl::MODE, CtrlMode::Fast).with(Ctrl::LEVEL, level));
}

/// # Safety
/// `base` is the block.
#[unsafe(no_mangle)]
pub unsafe fn by_hand(base: *mut u8, level: u32) {
    unsafe {
        let register = base.add(0x10).cast::<u32>();
        let value = register.read_volatile();
        register.write_volatile(value & !0xf70 | 0x50 | (level & 15) << 8);
    }
}
";

/// Instructions of a function in an assembly listing; a label that two functions share stands for both.
fn instructions<'a>(listing: &'a str, function: &str) -> Vec<&'a str> {
    let label = format!("{function}:");
    let body = listing.lines().skip_while(|line| *line != label).skip(1);
    let lines: Vec<&str> = body
        .take_while(|line| !line.starts_with(".Lfunc_end"))
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with(['.', '#']) && !line.ends_with(':'))
        .collect();
    assert!(lines.last().is_some_and(|line| line.starts_with("ret")), "no body of {function} in:\n{listing}");
    lines
}

#[test]
#[cfg(target_arch = "x86_64")]
fn a_read_modify_write_is_what_one_writes_by_hand() {
    let out = generate(&[Input::Text("ip/control.yaml".into(), CONTROL.into())]);
    let block = build(&out.path().join("control"), "control", &[]).unwrap_or_else(|error| panic!("{error}"));
    let source = out.path().join("users.rs");
    std::fs::write(&source, USERS).expect("a file for tests");
    let mut shown = String::new();
    for level in ["3", "s"] {
        let listing = out.path().join("users.s");
        let output = rustc()
            .args(arguments(&source, "users", &[("control", &block)]))
            .args(["--emit=asm", "-C", "codegen-units=1", "-C"])
            .arg(format!("opt-level={level}"))
            .arg("-o")
            .arg(&listing)
            .output()
            .expect("rustc runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let listing = std::fs::read_to_string(listing).expect("rustc wrote it");
        // Equal bodies are merged, and one becomes another name of the other.
        let merged = [("generated", "by_hand"), ("by_hand", "generated")]
            .into_iter()
            .find(|(alias, _)| listing.contains(&format!(".set {alias}, ")))
            .map(|(_, body)| body);
        let ours = instructions(&listing, merged.unwrap_or("generated"));
        let theirs = instructions(&listing, merged.unwrap_or("by_hand"));
        assert_eq!(ours.len(), theirs.len(), "opt-level {level}: ours\n{ours:#?}\nby hand\n{theirs:#?}");
        assert_eq!(ours.len(), 8, "opt-level {level}: {ours:#?}");
        shown.push_str(&format!("opt-level {level}\n"));
        for line in ours {
            shown.push_str(&format!("    {}\n", line.replace('\t', " ")));
        }
    }
    insta::assert_snapshot!("read_modify_write_x86_64", shown);
}

/// Instructions (of rustc) and CPU seconds (user and system, least of five) that checking a crate takes.
fn cost(source: &Path, name: &str, others: &[(&str, &Path)]) -> (u64, f64) {
    let sysroot = rustc().args(["--print", "sysroot"]).output().expect("rustc runs");
    let sysroot = PathBuf::from(String::from_utf8(sysroot.stdout).expect("a path").trim());
    let out = tempfile::tempdir().expect("a directory for tests");
    let mut arguments = arguments(source, name, others);
    arguments.extend(["--emit=metadata".into(), "-o".into(), out.path().join("x.rmeta").display().to_string()]);
    let counted = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(sysroot.join("bin/rustc"))
        .args(&arguments)
        .env("LD_LIBRARY_PATH", sysroot.join("lib"))
        .output()
        .expect("this test needs valgrind: apt-get install valgrind (tests/run installs it)");
    let text = String::from_utf8_lossy(&counted.stderr);
    assert!(counted.status.success(), "{text}");
    let count = text.lines().find_map(|line| line.split_once("refs:")).expect("cachegrind counts").1;
    let count = count.trim().replace(',', "").parse().expect("a number");
    let seconds =
        (0..5).map(|_| cpu_seconds(&sysroot.join("bin/rustc"), &sysroot, &arguments)).fold(f64::MAX, f64::min);
    (count, seconds)
}

/// User and system time of a command, as the shell tells it.
fn cpu_seconds(rustc: &Path, sysroot: &Path, arguments: &[String]) -> f64 {
    let output = Command::new("bash")
        .args(["-c", "TIMEFORMAT='cpu %U %S'; time \"$@\"", "bash"])
        .arg(rustc)
        .args(arguments)
        .env("LD_LIBRARY_PATH", sysroot.join("lib"))
        .env("LC_ALL", "C")
        .output()
        .expect("bash runs");
    let text = String::from_utf8_lossy(&output.stderr);
    let times = text.lines().find_map(|line| line.strip_prefix("cpu ")).expect("bash tells the time");
    times.split(' ').map(|t| t.parse::<f64>().expect("seconds")).sum()
}

/// A chip with so many instances of the PL330.
fn chip(instances: usize) -> String {
    let mut text = String::from("linkwright: 1\nsoc: chip\ndevices:\n  slcr: { ip: zynq-slcr, reg: 0xF8000000 }\n");
    for i in 0..instances {
        let reg = 0x1000_0000 + i * 0x1000;
        text.push_str(&format!("  dma{i}: {{ ip: pl330, reg: {reg:#x}, clocks: {{ apb_pclk: slcr/dma }} }}\n"));
    }
    text
}

#[test]
fn checking_generated_code_costs_little_and_an_ip_is_checked_once() {
    let empty = tempfile::tempdir().expect("a directory for tests");
    let source = empty.path().join("lib.rs");
    std::fs::write(&source, "//! Nothing.\n#![no_std]\nextern crate linkwright as _;\n").expect("a file for tests");
    let nothing = cost(&source, "nothing", &[]);

    let committed = root().join("generated/pl330/src/lib.rs");
    let pl330 = cost(&committed, "linkwright_pl330", &[]);

    let chips = [1, 100].map(|instances| {
        let out = generate(&[Input::Text("soc/chip.yaml".into(), chip(instances))]);
        let handles = out.path().join("subsystems");
        let ip = compile_driver(&out.path().join("pl330"), "linkwright_pl330", &handles);
        let ip = ip.unwrap_or_else(|error| panic!("{error}"));
        let slcr = compile_driver(&out.path().join("zynq-slcr"), "linkwright_zynq_slcr", &handles);
        let slcr = slcr.unwrap_or_else(|error| panic!("{error}"));
        let handles = subsystems(&handles).unwrap_or_else(|error| panic!("{error}"));
        let others = [
            ("linkwright_pl330", ip.as_path()),
            ("linkwright_zynq_slcr", slcr.as_path()),
            ("linkwright_subsystems", handles),
        ];
        cost(&out.path().join("chip/src/lib.rs"), "linkwright_chip", &others)
    });

    println!("checking                     rustc instructions    CPU seconds");
    for (what, (count, seconds)) in [
        ("a crate with nothing in it", nothing),
        ("generated/pl330", pl330),
        ("a chip with 1 PL330", chips[0]),
        ("a chip with 100 PL330", chips[1]),
    ] {
        println!("{what:<28} {:>15.1} M    {seconds:>11.3}", count as f64 / 1e6);
    }
    let ip = pl330.0 - nothing.0;
    let instance = chips[1].0.saturating_sub(chips[0].0) / 99;
    println!("generated/pl330 above nothing: {:.1} M, {:.3} s", ip as f64 / 1e6, pl330.1 - nothing.1);
    println!("one more instance: {:.2} M, 1/{} of the ip", instance as f64 / 1e6, ip / instance.max(1));
    assert!(ip <= PL330, "checking generated/pl330 costs {ip} instructions, at most {PL330} were wanted");
    assert!(instance * 50 <= ip, "an instance costs {instance} instructions, the ip {ip}");
}

/// Instructions of rustc that are about 0.12 CPU seconds on the machine where the bar was set.
const PL330: u64 = 480_000_000;
