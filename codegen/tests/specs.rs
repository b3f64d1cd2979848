//! The specs that Linkwright brings along are right, and hold what they promise.

use std::sync::LazyLock;

use linkwright_codegen::front::{Reading, read};
use linkwright_codegen::load::{Input, Options};
use linkwright_codegen::lower::{LinkClass, Lost, Model, Node, Role, ThreadKind};
use linkwright_codegen::report::{Style, human};
use linkwright_specs::FILES;

static ALL: LazyLock<Reading> = LazyLock::new(|| {
    let inputs: Vec<Input> = FILES.iter().map(|(name, text)| Input::Text((*name).into(), (*text).into())).collect();
    read(&inputs, &Options::default())
});

fn model() -> &'static Model {
    ALL.model.as_ref().expect("the specs are right")
}

#[test]
fn nothing_is_wrong_with_them() {
    let findings = human(&ALL.diagnostics, &ALL.workspace.sources, Style::default());
    assert_eq!(findings, "");
    let read = model().subsystems.len() + model().ips.len() + model().socs.len();
    assert_eq!(read, FILES.len());
}

/// Every property of a device tree from which Linux 6.12 infers a supplier (drivers/of/property.c), and whether it
/// makes a link of it.
const SUPPLIERS: &[(&str, LinkClass)] = &[
    ("clocks", LinkClass::Hard),
    ("interconnects", LinkClass::Hard),
    // Linux: only when strict. Here a client of an IOMMU or a DMA controller always waits for it.
    ("iommus", LinkClass::Hard),
    ("iommu-map", LinkClass::Optional),
    ("mboxes", LinkClass::Hard),
    ("io-channels", LinkClass::Hard),
    ("io-backends", LinkClass::Hard),
    ("dmas", LinkClass::Hard),
    ("power-domains", LinkClass::Hard),
    ("hwlocks", LinkClass::Hard),
    ("extcon", LinkClass::Hard),
    ("nvmem-cells", LinkClass::Hard),
    ("phys", LinkClass::Hard),
    ("wakeup-parent", LinkClass::Hard),
    ("pinctrl-0", LinkClass::Hard),
    ("pinctrl-1", LinkClass::Hard),
    ("pinctrl-2", LinkClass::Hard),
    ("pinctrl-3", LinkClass::Hard),
    ("pinctrl-4", LinkClass::Hard),
    ("pinctrl-5", LinkClass::Hard),
    ("pinctrl-6", LinkClass::Hard),
    ("pinctrl-7", LinkClass::Hard),
    ("pinctrl-8", LinkClass::Hard),
    ("remote-endpoint", LinkClass::Hard),
    ("pwms", LinkClass::Hard),
    ("resets", LinkClass::Hard),
    ("leds", LinkClass::Hard),
    ("backlight", LinkClass::Hard),
    ("panel", LinkClass::Hard),
    ("msi-parent", LinkClass::Hard),
    ("pses", LinkClass::Hard),
    ("power-supplies", LinkClass::Hard),
    ("gpio", LinkClass::Hard),
    ("gpios", LinkClass::Hard),
    ("interrupts", LinkClass::Hard),
    ("interrupts-extended", LinkClass::Hard),
    ("interrupt-map", LinkClass::Hard),
    ("access-controllers", LinkClass::Hard),
    ("*-supply", LinkClass::Hard),
    ("*-gpio", LinkClass::Hard),
    ("*-gpios", LinkClass::Hard),
    ("post-init-providers", LinkClass::Ignore),
];

#[test]
fn every_supplier_of_a_device_tree_has_one_subsystem() {
    for (property, class) in SUPPLIERS {
        let owners: Vec<_> = model().subsystems.iter().filter(|s| s.properties.iter().any(|p| p == property)).collect();
        assert_eq!(owners.len(), 1, "{property}");
        assert_eq!(owners[0].class, *class, "{property}");
    }
    let known: usize = model().subsystems.iter().map(|subsystem| subsystem.properties.len()).sum();
    assert_eq!(known, SUPPLIERS.len());
}

#[test]
fn pl330_has_every_register_at_its_place() {
    fn flat(nodes: &[Node], base: u32, out: &mut Vec<(String, u32, u32)>) {
        for node in nodes {
            match node {
                Node::Register(register) => {
                    let count = register.array.as_ref().map_or(1, |array| array.count);
                    out.push((register.name.clone(), base + register.offset, count));
                }
                Node::Block(block) => flat(&block.registers, base + block.offset, out),
            }
        }
    }
    let ip = model().ip("pl330").expect("it is there");
    let mut found = Vec::new();
    flat(&ip.registers, 0, &mut found);
    let expected = [
        ("DSR", 0x000, 1),
        ("DPC", 0x004, 1),
        ("INTEN", 0x020, 1),
        ("INT_EVENT_RIS", 0x024, 1),
        ("INTMIS", 0x028, 1),
        ("INTCLR", 0x02c, 1),
        ("FSRD", 0x030, 1),
        ("FSRC", 0x034, 1),
        ("FTRD", 0x038, 1),
        ("FTR", 0x040, 8),
        ("CSR", 0x100, 1),
        ("CPC", 0x104, 1),
        ("SAR", 0x400, 1),
        ("DAR", 0x404, 1),
        ("CCR", 0x408, 1),
        ("LC0", 0x40c, 1),
        ("LC1", 0x410, 1),
        ("DBGSTATUS", 0xd00, 1),
        ("DBGCMD", 0xd04, 1),
        ("DBGINST0", 0xd08, 1),
        ("DBGINST1", 0xd0c, 1),
        ("CR0", 0xe00, 1),
        ("CR1", 0xe04, 1),
        ("CR2", 0xe08, 1),
        ("CR3", 0xe0c, 1),
        ("CR4", 0xe10, 1),
        ("CRD", 0xe14, 1),
        ("WD", 0xe80, 1),
        ("PERIPH_ID_0", 0xfe0, 1),
        ("PERIPH_ID_1", 0xfe4, 1),
        ("PERIPH_ID_2", 0xfe8, 1),
        ("PERIPH_ID_3", 0xfec, 1),
        ("PCELL_ID_0", 0xff0, 1),
        ("PCELL_ID_1", 0xff4, 1),
        ("PCELL_ID_2", 0xff8, 1),
        ("PCELL_ID_3", 0xffc, 1),
    ];
    let expected: Vec<_> = expected.iter().map(|(name, offset, count)| (name.to_string(), *offset, *count)).collect();
    assert_eq!(found, expected);
    assert_eq!(ip.lost, Lost::All);
    assert_eq!(ip.restore, [["INTEN"], ["WD"]]);
}

#[test]
fn pl330_has_every_instruction_where_it_may_stand() {
    let ip = model().ip("pl330").expect("it is there");
    let set = ip.instructions.as_ref().expect("it executes programs");
    let with = |kind: ThreadKind| {
        let allowed = set.instructions.iter().filter(|instruction| instruction.threads.contains(&kind));
        allowed.map(|instruction| instruction.name.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(with(ThreadKind::Manager), ["END", "GO", "NOP", "SEV", "WFE"]);
    assert_eq!(with(ThreadKind::Debug), ["GO", "KILL", "SEV"]);
    assert_eq!(with(ThreadKind::Channel).len(), 19);
    assert!(set.instructions.iter().all(|instruction| !instruction.roles.is_empty() && !instruction.doc.is_empty()));
    let moves = set.instructions.iter().find(|instruction| instruction.name == "MOV").expect("it is there");
    assert!(moves.roles.iter().any(|role| matches!(role, Role::SetAddress { .. })));
    assert!(moves.roles.iter().any(|role| matches!(role, Role::SetControl { .. })));
}

#[test]
fn clients_of_exynos4210_reach_their_dma_controllers() {
    let soc = model().socs.iter().find(|soc| soc.name == "exynos4210").expect("it is there");
    let request = |device: &str, name: &str| {
        let device = soc.devices.iter().find(|known| known.name == device).expect("it is there");
        let reference = device.references.iter().find(|known| known.subsystem == "dma" && known.name == name);
        reference.map(|reference| (soc.devices[reference.provider].name.as_str(), reference.args[0]))
    };
    assert_eq!(request("serial0", "tx"), Some(("pdma0", 16)));
    assert_eq!(request("serial1", "rx"), Some(("pdma1", 15)));
    assert_eq!(request("spi2", "rx"), Some(("pdma0", 8)));
    assert_eq!(request("i2s0", "tx-sec"), Some(("pdma0", 10)));
    assert_eq!(request("i2s1", "tx-sec"), None);
    // The memory-copy controller loses its registers with the display.
    let index = |name: &str| soc.devices.iter().position(|known| known.name == name).expect("it is there");
    let (mdma, domain) = (index("mdma1"), index("pd_lcd0"));
    assert!(soc.edges.iter().any(|edge| edge.consumer == mdma && edge.supplier == domain && edge.runtime_pm));
}

#[test]
fn no_client_of_zynq7000_has_a_request_line() {
    let soc = model().socs.iter().find(|soc| soc.name == "zynq7000").expect("it is there");
    assert!(soc.devices.iter().all(|device| device.references.iter().all(|reference| reference.subsystem != "dma")));
    let secure = soc.devices.iter().find(|device| device.name == "dmac_s").expect("it is there");
    let lines: Vec<u64> =
        secure.references.iter().filter(|r| r.subsystem == "interrupt").map(|reference| reference.args[0]).collect();
    assert_eq!(lines, [45, 46, 47, 48, 49, 72, 73, 74, 75]);
    assert!(soc.devices.iter().any(|device| device.name == "dmac_ns" && !device.enabled));
}
