//! What a soc says about controllers with an engine and about the ports they serve reaches the driver.
#![forbid(unsafe_code)]

mod common;

use linkwright_codegen::emit::{self, Choices};
use linkwright_codegen::front::{Reading, read};
use linkwright_codegen::load::{Input, Options};
use linkwright_codegen::lower::{Attributes, Device, DmaRequests, EngineSetup, Expected, Handshake};

use common::{file_name, judge};

const CLOCKS: &str = "linkwright: 1\nip: fixed-clocks\nprovides: { clk: {} }\n";

/// Ports of each kind.
const CODEC: &str = "\
linkwright: 1
ip: codec
window: { size: 0x100 }
consumes:
  dmas:
    plain: { direction: memory-to-device, fifo: 0x0, width: 32, optional: true }
    burst: { direction: memory-to-device, fifo: 0x4, width: 32, burst: 4, optional: true }
    both: { direction: device-to-memory, fifo: 0x8, width: 16, burst: 8, handshake: peripheral, optional: true }
    single: { direction: device-to-memory, fifo: 0xc, width: 8, handshake: single, optional: true }
    virtual: { optional: true }
";

/// A soc with a PL330 `dmac` of these keys and a `codec` with these requests.
fn soc(dmac: &str, dmas: &str) -> String {
    format!(
        "linkwright: 1\nsoc: board\ndevices:\n  clocks: {{ ip: fixed-clocks }}\n  \
         gic: {{ ip: arm-gic, reg: 0x1000 }}\n  \
         dmac: {{ ip: pl330, reg: 0x10000, clocks: {{ apb_pclk: clocks/0 }}, {dmac} }}\n  \
         codec: {{ ip: codec, reg: 0x20000, dmas: {{ {dmas} }} }}\n"
    )
}

fn reading(dmac: &str, dmas: &str) -> Reading {
    let texts = [CLOCKS.to_string(), CODEC.to_string(), soc(dmac, dmas)];
    let inputs: Vec<Input> = texts.into_iter().map(|text| Input::Text(file_name(&text), text)).collect();
    let reading = read(&inputs, &Options::default());
    let found: Vec<_> = reading.diagnostics.iter().map(|d| (d.rule, d.title.clone())).collect();
    assert!(reading.model.is_some(), "{found:?}");
    reading
}

fn device(reading: &Reading, name: &str) -> Device {
    let socs = &reading.model.as_ref().unwrap().socs;
    socs[0].devices.iter().find(|device| device.name == name).unwrap().clone()
}

fn setup(dmac: &str) -> EngineSetup {
    device(&reading(dmac, "plain: dmac/0"), "dmac").engine.unwrap()
}

fn requests(quirks: &str, dmas: &str) -> DmaRequests {
    device(&reading(&format!("quirks: [{quirks}]"), dmas), "codec").references[0].requests.unwrap()
}

/// The rules that a codec's requests break.
fn broken(dmac: &str, dmas: &str) -> Vec<&'static str> {
    let (_, findings) = judge([CLOCKS, CODEC, soc(dmac, dmas).as_str()]);
    findings.sorted().iter().map(|finding| finding.rule).collect()
}

#[test]
fn without_a_word_there_are_no_quirks_and_nothing_is_wired() {
    let expected = Expected {
        threads: 8,
        events: 32,
        requests: 32,
        bus_bytes: 8,
        fifo_lines: 64,
        icache_line: 16,
        non_secure: false,
    };
    let plain = Attributes { cache: 0, protection: 0 };
    let wanted = EngineSetup {
        threads: 0xff,
        events: u32::MAX,
        polled: true,
        memory: plain,
        device: plain,
        flush: true,
        burst_requests: false,
        barriers: false,
        subtracts: true,
        strict_fifo: false,
        write_queue: Some(8),
        expected: Some(expected),
    };
    assert_eq!(setup("quirks: []"), wanted);
}

#[test]
fn parameters_quirks_and_interrupts_mean_what_the_engine_section_says() {
    let all = setup(
        "parameters: { threads: 4, events: 6, requests: 3, data_width: 32, mfifo_depth: 17, icache_line: 32, \
         write_queue_depth: 3, non_secure: 1, memory_cache: 2, device_cache: 1, excluded_threads: 9, strict_fifo: 1 }, \
         quirks: [no-flushp, periph-burst, lockup-r0p0, no-adnh], \
         interrupts: { abort: gic/40, irq1: gic/41, irq5: gic/42, irq9: gic/43 }",
    );
    assert_eq!(
        (all.threads, all.events, all.polled),
        (0b0110, 0b10_0010, false),
        "an event beyond the last is not one"
    );
    assert_eq!(all.memory, Attributes { cache: 2, protection: 2 });
    assert_eq!(all.device, Attributes { cache: 1, protection: 2 });
    assert_eq!(all.write_queue, Some(3));
    assert_eq!((all.flush, all.burst_requests, all.barriers), (false, true, true));
    assert_eq!((all.subtracts, all.strict_fifo), (false, true));
    let Expected { threads, events, requests, bus_bytes, fifo_lines, icache_line, non_secure } = all.expected.unwrap();
    assert_eq!((threads, events, requests, bus_bytes, fifo_lines), (4, 6, 3, 4, 17));
    assert_eq!((icache_line, non_secure), (32, true));
    let combined = setup("parameters: { events: 16 }, interrupts: { combined: gic/40 }");
    assert_eq!((combined.events, combined.polled), (0xffff, false));
    let faults = setup("interrupts: { abort: gic/40 }");
    assert_eq!((faults.events, faults.polled), (u32::MAX, true), "transfers end without an interrupt");
}

#[test]
fn the_soc_goes_before_the_controller_and_the_controller_before_the_ip() {
    let answer = |burst, handshake| DmaRequests { burst, handshake };
    assert_eq!(requests("", "plain: dmac/0"), answer(1, Handshake::Single));
    assert_eq!(requests("", "burst: dmac/0"), answer(4, Handshake::Burst));
    assert_eq!(requests("", "both: dmac/0"), answer(8, Handshake::Peripheral));
    assert_eq!(requests("", "single: dmac/0"), answer(1, Handshake::Single));
    for port in ["plain", "burst", "both", "single"] {
        assert_eq!(requests("periph-burst", &format!("{port}: dmac/0")).handshake, Handshake::Burst, "{port}");
    }
    let long = |more: &str| format!("both: {{ to: dmac, request: 0, {more} }}");
    assert_eq!(requests("", &long("burst: 2")), answer(2, Handshake::Peripheral));
    assert_eq!(requests("", &long("handshake: burst")), answer(8, Handshake::Burst));
    assert_eq!(requests("", &long("handshake: single")), answer(1, Handshake::Single));
    assert_eq!(requests("periph-burst", &long("handshake: peripheral, burst: 16")), answer(16, Handshake::Peripheral));
}

#[test]
fn what_no_controller_can_move_is_reported() {
    let long = |port: &str, more: &str| format!("{port}: {{ to: dmac, request: 0, {more} }}");
    let small = "parameters: { data_width: 32, mfifo_depth: 4 }";
    for (dmac, dmas) in [
        ("quirks: []", long("plain", "burst: 0")),
        ("quirks: []", long("plain", "burst: 256")),
        ("quirks: []", long("plain", "burst: 17")),
        ("quirks: []", long("plain", "burst: 4, handshake: single")),
        ("quirks: []", long("single", "burst: 4")),
        ("quirks: []", long("virtual", "burst: 4")),
        ("quirks: []", long("virtual", "handshake: single")),
        (small, long("burst", "burst: 5")),
        ("parameters: { mfifo_depth: 64, strict_fifo: 1 }, quirks: []", long("plain", "burst: 17")),
    ] {
        assert_eq!(broken(dmac, &dmas), ["LW0511"], "{dmac} {dmas}");
    }
    for (dmac, dmas) in [
        (small, long("burst", "burst: 4")),
        ("quirks: []", long("both", "handshake: single")),
        ("parameters: { mfifo_depth: 64, strict_fifo: 1 }", long("plain", "burst: 16")),
    ] {
        assert_eq!(broken(dmac, &dmas), [""; 0], "{dmac} {dmas}");
    }
}

#[test]
fn a_word_wider_than_the_bus_is_reported() {
    let wide = "linkwright: 1\nip: codec\nwindow: { size: 8 }\nconsumes: { dmas: { direction: memory-to-device, \
                fifo: 0, width: 64, optional: true } }\n";
    let found = |width: u32| {
        let dmac = format!("parameters: {{ data_width: {width} }}");
        let soc = soc(&dmac, "").replace("dmas: {  }", "dmas: dmac/0");
        let (_, findings) = judge([CLOCKS, wide, soc.as_str()]);
        findings.sorted().iter().map(|finding| finding.rule).collect::<Vec<_>>()
    };
    assert_eq!(found(32), ["LW0511"]);
    assert_eq!(found(64), [""; 0]);
}

#[test]
fn an_ip_is_judged_without_a_soc() {
    let found = |port: &str| {
        let ip = format!(
            "linkwright: 1\nip: codec\nwindow: {{ size: 8 }}\nconsumes: {{ dmas: {{ tx: {{ direction: \
             memory-to-device, fifo: 0, width: 8, {port} }} }} }}\n"
        );
        let (_, findings) = judge([ip.as_str()]);
        findings.sorted().iter().map(|finding| finding.rule).collect::<Vec<_>>()
    };
    assert_eq!(found("burst: 0"), ["LW0511"]);
    assert_eq!(found("burst: 300"), ["LW0511"]);
    assert_eq!(found("burst: 2, handshake: single"), ["LW0511"]);
    assert_eq!(found("burst: 255, handshake: peripheral"), [""; 0]);
    let (_, findings) = judge(["linkwright: 1\nip: codec\nconsumes: { dmas: { tx: { burst: 4 } } }\n"]);
    assert_eq!(common::ids(&findings), ["LW0421"], "a burst alone is no port");
}

#[test]
fn generated_code_says_so() {
    let reading = reading(
        "parameters: { memory_cache: 2, excluded_threads: 1 }, quirks: [periph-burst, no-flushp], \
         interrupts: { abort: gic/40, irq0: gic/41 }",
        "plain: dmac/0, both: { to: dmac, request: 1, burst: 16, handshake: peripheral }",
    );
    let files = emit::all(reading.model.as_ref().unwrap(), &Choices::default()).expect("the templates are right");
    let text = |path: &str| {
        let (_, file) = files.iter().find(|(name, _)| name.as_str() == path).expect(path);
        file.text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let wiring = text("board/src/wiring.rs");
    assert!(wiring.contains("Port::new(0, 0x0002_0000).handshake(Handshake::Burst)"), "{wiring}");
    assert!(wiring.contains("Port::new(1, 0x0002_0008).burst(16).handshake(Handshake::Peripheral)"), "{wiring}");
    let devices = text("board/src/devices.rs");
    for part in [
        "pub const CONFIG: linkwright::dma::Config",
        "threads: 0xfe, events: 0x01, polled: false,",
        "source: linkwright::dma::plan::Attributes { cache: 2, protection: 0 }",
        "flush: false, tail: linkwright::dma::plan::Tail::ShortBurst,",
        "pub const EXPECTED: linkwright::dma::Expected",
    ] {
        assert!(devices.contains(part), "no `{part}` in {devices}");
    }
}
