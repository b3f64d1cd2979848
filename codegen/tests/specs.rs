//! The specs that Linkwright brings along are right, and hold what they promise.

use std::sync::LazyLock;

use linkwright_codegen::front::{Reading, read};
use linkwright_codegen::load::{Input, Options};
use linkwright_codegen::lower::{Handshake, LinkClass, Lost, Model, Node, Role, Soc, ThreadKind};
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

/// Properties of the provider that count the cells of a reference; the others carry none.
const CELLS: &[(&str, &str)] = &[
    ("clocks", "#clock-cells"),
    ("interconnects", "#interconnect-cells"),
    ("iommus", "#iommu-cells"),
    ("iommu-map", "#iommu-cells"),
    ("mboxes", "#mbox-cells"),
    ("io-channels", "#io-channel-cells"),
    ("io-backends", "#io-backend-cells"),
    ("dmas", "#dma-cells"),
    ("power-domains", "#power-domain-cells"),
    ("hwlocks", "#hwlock-cells"),
    ("nvmem-cells", "#nvmem-cell-cells"),
    ("phys", "#phy-cells"),
    ("pwms", "#pwm-cells"),
    ("resets", "#reset-cells"),
    ("msi-parent", "#msi-cells"),
    ("pses", "#pse-cells"),
    ("gpio", "#gpio-cells"),
    ("interrupts", "#interrupt-cells"),
    // Each parent has its own count.
    ("interrupt-map", "#interrupt-cells"),
    ("access-controllers", "#access-controller-cells"),
    ("*-gpio", "#gpio-cells"),
    ("*-gpios", "#gpio-cells"),
    ("gpios", "#gpio-cells"),
    ("interrupts-extended", "#interrupt-cells"),
];

#[test]
fn references_have_the_cells_of_their_bindings() {
    for (property, _) in SUPPLIERS {
        let owner = model().subsystems.iter().find(|s| s.properties.iter().any(|p| p == property)).expect("one");
        let cells = CELLS.iter().find(|(of, _)| of == property).map_or("", |(_, cells)| cells);
        assert_eq!(owner.cells, cells, "{property}");
        assert!(owner.runtime_pm || owner.class == LinkClass::Ignore, "{property}");
    }
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

/// Controller and request of a device's port.
fn request(soc: &'static Soc, device: &str, name: &str) -> Option<(&'static str, u64)> {
    let device = soc.devices.iter().find(|known| known.name == device).expect("it is there");
    let reference = device.references.iter().find(|known| known.subsystem == "dma" && known.name == name);
    reference.map(|reference| (soc.devices[reference.provider].name.as_str(), reference.args[0]))
}

fn soc(name: &str) -> &'static Soc {
    model().socs.iter().find(|soc| soc.name == name).expect("it is there")
}

/// Does runtime PM of one device hold the other?
fn holds(soc: &Soc, consumer: &str, supplier: &str) -> bool {
    let index = |name: &str| soc.devices.iter().position(|known| known.name == name).expect("it is there");
    let (consumer, supplier) = (index(consumer), index(supplier));
    soc.edges.iter().any(|edge| edge.consumer == consumer && edge.supplier == supplier && edge.runtime_pm)
}

#[test]
fn clients_of_exynos4210_reach_their_dma_controllers() {
    let soc = soc("exynos4210");
    assert_eq!(request(soc, "serial0", "tx"), Some(("pdma0", 16)));
    assert_eq!(request(soc, "serial1", "rx"), Some(("pdma1", 15)));
    assert_eq!(request(soc, "spi2", "rx"), Some(("pdma0", 8)));
    assert_eq!(request(soc, "i2s0", "tx-sec"), Some(("pdma0", 10)));
    assert_eq!(request(soc, "i2s1", "tx-sec"), None);
    // The memory-copy controller loses its registers with the display.
    assert!(holds(soc, "mdma1", "pd_lcd0"));
}

#[test]
fn the_audio_block_of_exynos5433_stands_in_one_domain() {
    let soc = soc("exynos5433");
    for device in ["lpass", "adma", "i2s0", "serial3", "cmu_aud", "pinctrl_aud"] {
        assert!(holds(soc, device, "pd_aud"), "{device}");
    }
    for device in ["adma", "i2s0", "serial3"] {
        assert!(holds(soc, device, "lpass") && holds(soc, device, "cmu_aud"), "{device}");
    }
    assert_eq!((request(soc, "i2s0", "tx"), request(soc, "i2s0", "rx")), (Some(("adma", 0)), Some(("adma", 2))));
    assert_eq!(request(soc, "serial3", "tx"), None);
    assert_eq!(request(soc, "spi4", "rx"), Some(("pdma0", 24)));
    assert!(holds(soc, "i2s0", "pinctrl_aud") && holds(soc, "serial3", "pinctrl_aud"));
    assert!(holds(soc, "i2s0", "adma") && !holds(soc, "pdma0", "pd_aud"));
}

#[test]
fn clients_of_rk3399_request_bursts_of_their_controllers() {
    let soc = soc("rk3399");
    for (device, tx, rx) in [
        ("spi0", ("dmac_peri", 10), ("dmac_peri", 11)),
        ("spi4", ("dmac_peri", 18), ("dmac_peri", 19)),
        ("spi5", ("dmac_bus", 8), ("dmac_bus", 9)),
        ("i2s0", ("dmac_bus", 0), ("dmac_bus", 1)),
        ("i2s2", ("dmac_bus", 4), ("dmac_bus", 5)),
    ] {
        assert_eq!((request(soc, device, "tx"), request(soc, device, "rx")), (Some(tx), Some(rx)), "{device}");
    }
    assert_eq!(request(soc, "spdif", "tx"), Some(("dmac_bus", 7)));
    assert_eq!((request(soc, "spi3", "tx"), request(soc, "uart0", "tx")), (None, None));
    let ports = soc.devices.iter().flat_map(|device| &device.references).filter_map(|reference| reference.requests);
    assert!(ports.clone().count() == 17 && ports.into_iter().all(|port| port.handshake == Handshake::Burst));
    // The domain of the clients, not of the controller.
    assert!(holds(soc, "i2s0", "pd_sdioaudio") && !holds(soc, "dmac_bus", "pd_sdioaudio"));
}

#[test]
fn clients_of_cyclonev_use_the_lines_that_the_fpga_does_not() {
    let soc = soc("cyclonev");
    for (device, tx) in
        [("uart0", 28), ("uart1", 30), ("spi0", 16), ("spi1", 20), ("i2c0", 8), ("i2c3", 14), ("qspi", 24)]
    {
        assert_eq!(request(soc, device, "tx"), Some(("pdma", tx)), "{device}");
        assert_eq!(request(soc, device, "rx"), Some(("pdma", tx + 1)), "{device}");
    }
    let controller = soc.devices.iter().find(|device| device.name == "pdma").expect("it is there");
    let lines = controller.references.iter().filter(|reference| reference.subsystem == "interrupt");
    assert_eq!(lines.map(|line| line.args[0]).collect::<Vec<_>>(), [144, 136, 137, 138, 139, 140, 141, 142, 143]);
    assert!(soc.devices.iter().any(|device| device.name == "pdma_ns" && !device.enabled));
}

#[test]
fn no_client_of_zynq7000_has_a_request_line() {
    let soc = soc("zynq7000");
    assert!(soc.devices.iter().all(|device| device.references.iter().all(|reference| reference.subsystem != "dma")));
    let secure = soc.devices.iter().find(|device| device.name == "dmac_s").expect("it is there");
    let lines: Vec<u64> =
        secure.references.iter().filter(|r| r.subsystem == "interrupt").map(|reference| reference.args[0]).collect();
    assert_eq!(lines, [45, 46, 47, 48, 49, 72, 73, 74, 75]);
    assert!(soc.devices.iter().any(|device| device.name == "dmac_ns" && !device.enabled));
}
