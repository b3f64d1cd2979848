//! Graphs: what they show, what they leave out, and that pictures are right for chips of any shape.

mod choices;
mod circles;
mod formats;
mod picture;

use std::fmt::Write as _;

use linkwright_codegen::front::read;
use linkwright_codegen::graph::Graph;
use linkwright_codegen::load::{Input, Options};

/// What everybody may need, and something of each kind to need it for.
const HUB: &str = "linkwright: 1
ip: hub
provides: { interrupt: {}, clk: { args: { line: u8 } }, reset: { args: { line: u8 } } }
";
const NODE: &str = "linkwright: 1
ip: node
provides:
  { power-domain: {}, dma: {}, clk: { args: { line: u8 } }, reset: { args: { line: u8 } }, iommu: {}, iommu-map: {} }
consumes:
  clocks: { a: { optional: true }, b: { optional: true } }
  resets: { r: { optional: true } }
  interrupts: { irq: { optional: true } }
  power-domains: { optional: true }
  dmas: { tx: { optional: true }, rx: { optional: true } }
  iommus: { optional: true }
  iommu-map: { optional: true }
";

/// The graph of a soc whose devices are these lines.
fn chip(devices: &str) -> Graph {
    let soc = format!("linkwright: 1\nsoc: chip\ndoc: A chip.\ndevices:\n{devices}");
    let text = |name: &str, text: &str| Input::Text(name.to_string(), text.to_string());
    let inputs = [text("ip/hub.yaml", HUB), text("ip/node.yaml", NODE), text("soc/chip.yaml", &soc)];
    let reading = read(&inputs, &Options::default()).despite_circles();
    let model = reading.model.unwrap_or_else(|| panic!("{:?}\n{soc}", reading.diagnostics));
    Graph::new(&model.socs[0], &model)
}

/// A committed chip.
fn committed(name: &str) -> Graph {
    let reading = read(&[Input::Soc(name.to_string())], &Options::default());
    let model = reading.model.expect("a committed spec is right");
    let soc = model.socs.iter().find(|soc| soc.name == name).expect("it is there");
    Graph::new(soc, &model)
}

/// Numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides.max(1)
    }
}

/// A made-up chip: hubs, nested domains, controllers, and devices that need some of them. With `circles` some devices
/// need later ones, too.
fn made_up(seed: u64, count: usize, circles: bool) -> Graph {
    let mut dice = Dice(seed);
    let mut out = String::from("  gic: { ip: hub }\n  cmu: { ip: hub }\n");
    let domains = count / 12 + 1;
    for index in 0..domains {
        let outer = if index > 0 && dice.roll(3) == 0 {
            format!(", power-domains: pd{}", dice.roll(index))
        } else {
            String::new()
        };
        let _ = writeln!(out, "  pd{index}: {{ ip: node, parent: cmu{outer} }}");
    }
    for index in 0..count {
        let earlier = |dice: &mut Dice| match dice.roll(4) {
            0 | 1 => "cmu".to_string(),
            _ if index > 0 => format!("d{}", dice.roll(index)),
            _ => "gic".to_string(),
        };
        let mut keys = Vec::new();
        let (clock, reset) = (earlier(&mut dice), earlier(&mut dice));
        keys.push(format!("clocks: {{ a: {clock}/1{} }}", if dice.roll(2) == 0 { ", b: cmu/2" } else { "" }));
        if dice.roll(3) == 0 {
            keys.push(format!("resets: {{ r: {reset}/1 }}"));
        }
        if dice.roll(2) == 0 {
            keys.push("interrupts: { irq: gic/1 }".to_string());
        }
        if dice.roll(2) == 0 {
            keys.push(format!("power-domains: pd{}", dice.roll(domains)));
        }
        if index > 0 && dice.roll(4) == 0 {
            keys.push(format!("dmas: {{ tx: d{0}/1, rx: d{0}/2 }}", dice.roll(index)));
        }
        if index > 0 && dice.roll(5) == 0 {
            keys.push(format!("iommus: d{}", dice.roll(index)));
        }
        if circles && index + 1 < count && dice.roll(8) == 0 {
            keys.push(format!("iommu-map: d{}", index + 1 + dice.roll(count - index - 1)));
        }
        if dice.roll(15) == 0 {
            keys.push("status: disabled".to_string());
        }
        let _ = writeln!(out, "  d{index}: {{ ip: node, {} }}", keys.join(", "));
    }
    chip(&out)
}
