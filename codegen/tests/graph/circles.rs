//! Orders and their reasons, devices that need each other, and what is said about two devices.

use linkwright_codegen::front::read;
use linkwright_codegen::graph::{Choices, Graph, InCircle, Reduce, explain, order};
use linkwright_codegen::load::{Input, Options};
use proptest::prelude::{ProptestConfig, any, proptest};
use serde_json::Value;

use crate::{HUB, NODE, chip, committed, made_up};

const CIRCLE: &str = "  gic: { ip: hub }
  clock: { ip: node, clocks: { a: phy/0 }, interrupts: { irq: gic/1 } }
  gate: { ip: node, clocks: { a: clock/0 } }
  phy: { ip: node, clocks: { a: clock/1, b: clock/2 }, resets: { r: gate/1 } }
  usb: { ip: node, clocks: { a: phy/0 } }
";

fn of_circle(graph: &Graph, part: InCircle) -> Vec<(&str, &str)> {
    let name = |device: usize| graph.devices[device].name.as_str();
    graph.edges.iter().filter(|e| e.circle == part).map(|e| (name(e.consumer), name(e.supplier))).collect()
}

#[test]
fn the_proposed_cut_is_that_of_the_finding() {
    let graph = chip(CIRCLE);
    assert_eq!(of_circle(&graph, InCircle::Cut), [("clock", "phy")]);
    let members = of_circle(&graph, InCircle::Member);
    assert_eq!(members, [("gate", "clock"), ("phy", "clock"), ("phy", "clock"), ("phy", "gate")]);

    let soc = format!("linkwright: 1\nsoc: chip\ndevices:\n{CIRCLE}");
    let text = |name: &str, text: &str| Input::Text(name.to_string(), text.to_string());
    let inputs = [text("ip/hub.yaml", HUB), text("ip/node.yaml", NODE), text("soc/chip.yaml", &soc)];
    let reading = read(&inputs, &Options::default());
    assert!(reading.model.is_none(), "it is an error for all others");
    let told = format!("{:?}", reading.diagnostics);
    assert!(told.contains("let `clock` probe without `phy`"), "{told}");
    assert_eq!(told.matches("probe without").count(), 1);
}

#[test]
fn a_circle_is_told_with_its_cut() {
    let graph = chip(CIRCLE);
    let order = order(&graph);
    assert_eq!(order.circles.len(), 1);
    assert!(order.circles[0].proposed);
    let text = order.text(&graph, false);
    for part in [
        "clock, gate and phy need each other.",
        "stays: gate needs clock: clk a (0), hard, part of a circle, runtime PM, at soc/chip.yaml:7",
        "gives way: clock needs phy: clk a (0), part of a circle: the proposed cut, at soc/chip.yaml:6",
        "There is no order unless a link gives way.",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let told = explain(&graph, 1, 3).text(&graph);
    assert!(told.starts_with("clock and phy are in a circle of devices that need each other."), "{told}");
}

#[test]
fn what_the_author_cut_is_no_alarm() {
    let graph = chip(&CIRCLE.replace("a: phy/0 }, int", "a: { to: phy, line: 0, post_init: true } }, int"));
    assert_eq!(of_circle(&graph, InCircle::GivesWay), [("clock", "phy")]);
    assert!(of_circle(&graph, InCircle::Member).is_empty() && of_circle(&graph, InCircle::Cut).is_empty());
    let order = order(&graph);
    assert!(order.circles.len() == 1 && !order.circles[0].proposed);
}

#[test]
fn an_edge_back_is_left_out_where_there_are_many() {
    let graph = chip(
        "  a: { ip: node, clocks: { a: { to: b, line: 0, post_init: true } }, resets: { r: c/0 } }
  b: { ip: node, clocks: { a: a/0 } }
  c: { ip: node, clocks: { a: { to: a, line: 0, post_init: true } } }
",
    );
    let edges = |reduce| {
        let shown = Choices { reduce, ..Choices::default() }.apply(&graph).expect("nothing is named");
        let name = |device: usize| shown.devices[device].name.clone();
        let edges: Vec<_> =
            shown.edges.iter().map(|e| format!("{} {} {}", name(e.consumer), e.subsystem, name(e.supplier))).collect();
        (edges, shown.notes)
    };
    let (all, notes) = edges(Reduce::Auto);
    assert_eq!((all.len(), notes), (4, vec![]));
    // The reset holds, but it is not what gives way.
    let (left, notes) = edges(Reduce::Always);
    assert_eq!(left, ["a reset c", "b clk a", "c clk a"]);
    assert_eq!(notes, ["1 edge that gives way to one the other way is not shown"]);
}

#[test]
fn devices_that_sit_on_each_other_have_no_graph() {
    let soc = "linkwright: 1\nsoc: chip\ndevices:\n  a: { ip: hub, parent: b }\n  b: { ip: hub, parent: a }\n";
    let text = |name: &str, text: &str| Input::Text(name.to_string(), text.to_string());
    let reading = read(&[text("ip/hub.yaml", HUB), text("soc/chip.yaml", soc)], &Options::default());
    assert!(reading.despite_circles().model.is_none());
}

#[test]
fn other_errors_are_no_graph() {
    let soc = format!("linkwright: 1\nsoc: chip\ndevices:\n{CIRCLE}  bad: {{ ip: hub, parent: nobody }}\n");
    let text = |name: &str, text: &str| Input::Text(name.to_string(), text.to_string());
    let inputs = [text("ip/hub.yaml", HUB), text("ip/node.yaml", NODE), text("soc/chip.yaml", &soc)];
    assert!(read(&inputs, &Options::default()).despite_circles().model.is_none());
}

#[test]
fn why_one_comes_after_another() {
    let graph = committed("exynos5433");
    let told = |device: &str, other: &str| {
        let find = |name: &str| graph.find(name).expect("it is there");
        explain(&graph, find(device), find(other)).text(&graph)
    };
    let text = told("i2s0", "adma");
    for part in [
        "i2s0 comes after adma, because it needs it.",
        "dma tx (0), hard, runtime PM, at soc/exynos5433.yaml:",
        "probing: i2s0 is not probed before adma has been",
        "runtime PM: adma is resumed before i2s0 and suspends only after it",
        "system sleep: i2s0 goes to sleep before adma and wakes up after it",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let back = told("adma", "i2s0");
    assert!(back.starts_with("adma comes before i2s0, which needs it."), "{back}");
    let text = told("i2s0", "pmu");
    assert!(text.contains("i2s0 comes after pmu, because it needs it through others."), "{text}");
    assert!(text.contains("i2s0 -> pd_aud -> pmu (through others):"), "{text}");
    let text = told("i2s0", "spi0");
    assert!(text.starts_with("i2s0 does not wait for spi0, nor spi0 for i2s0"), "{text}");
    assert!(text.contains("Both need gic."), "{text}");
    assert_eq!(told("gic", "gic"), "gic is one device: nothing orders it against itself.\n");
}

#[test]
fn phases_of_sleep_come_one_after_another() {
    let off = |phase: &str| {
        NODE.replace("ip: node", &format!("ip: {phase}-node\nsleep: {{ last_use: suspend, off: {phase} }}"))
    };
    let text = |name: &str, text: &str| Input::Text(name.to_string(), text.to_string());
    let sleep = |ip_of_a: &str, ip_of_b: &str| {
        let soc = format!(
            "linkwright: 1\nsoc: chip\ndevices:\n  a: {{ ip: {ip_of_a} }}\n  \
             b: {{ ip: {ip_of_b}, clocks: {{ a: a/0 }} }}\n  c: {{ ip: node }}\n"
        );
        let [early, late, noirq] = ["suspend", "late", "noirq"].map(off);
        let inputs = [
            text("ip/node.yaml", NODE),
            text("ip/suspend-node.yaml", &early),
            text("ip/late-node.yaml", &late),
            text("ip/noirq-node.yaml", &noirq),
            text("soc/chip.yaml", &soc),
        ];
        let reading = read(&inputs, &Options::default());
        let model = reading.model.unwrap_or_else(|| panic!("{:?}", reading.diagnostics));
        let soc = &model.socs[0];
        let graph = Graph::new(soc, &model);
        let order = order(&graph);
        let devices: Vec<usize> = order.sleep.iter().map(|step| step.device).collect();
        assert_eq!(devices, soc.sleep_order.iter().map(|step| step.device).collect::<Vec<_>>(), "that of the crate");
        let names: Vec<String> = devices.iter().map(|&device| graph.devices[device].name.clone()).collect();
        (names.concat(), order.text(&graph, true), explain(&graph, 1, 0).text(&graph))
    };
    let (names, text, told) = sleep("suspend-node", "noirq-node");
    assert_eq!(names, "acb", "all of a phase before any of the next");
    assert!(text.contains("suspend  a       what needs it goes to sleep in a later phase"), "{text}");
    assert!(text.contains("noirq    b       nothing needs it"), "{text}");
    assert!(told.contains("a goes to sleep in `suspend` already, before b, and wakes up after it"), "{told}");
    let (names, text, told) = sleep("node", "noirq-node");
    assert_eq!(names, "cba", "who says nothing is there as long as it is needed");
    assert!(text.contains("late     c") && text.contains("noirq    a       after 2 b (clk a)"), "{text}");
    let (names, text, _) = sleep("node", "late-node");
    assert!(names == "cba" && !text.contains("late "), "one phase for all is not worth a word: {text}");
    assert!(told.contains("b goes to sleep before a and wakes up after it"), "{told}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_comes_before_whom_it_waits_for(seed in any::<u64>(), count in 1_usize..60, circles in any::<bool>()) {
        let graph = made_up(seed, count, circles);
        let order = order(&graph);
        for steps in [&order.probe, &order.sleep] {
            let mut done = vec![None; graph.devices.len()];
            for step in steps {
                for (other, because) in &step.after {
                    assert!(done[*other].is_some_and(|round| round < step.round) && !because.is_empty());
                }
                assert!(done[step.device].replace(step.round).is_none());
            }
        }
        // Sleep is the reverse where no ip says in which phase it goes to sleep.
        let names = |steps: &[linkwright_codegen::graph::Step]| steps.iter().map(|step| step.device).collect::<Vec<_>>();
        let mut reverse = names(&order.sleep);
        reverse.reverse();
        assert_eq!(names(&order.probe), reverse);
        let value: Value = serde_json::from_str(&order.json(&graph)).expect("JSON");
        assert_eq!(value["probe"].as_array().map(Vec::len), Some(order.probe.len()));
        // What is explained agrees with the order.
        let (device, other) = ((seed as usize) % graph.devices.len(), (seed as usize / 7) % graph.devices.len());
        let told = explain(&graph, device, other);
        if let Some(chain) = &told.through {
            assert!(chain.len() > 1 && graph.devices[device].probe > graph.devices[other].probe);
        }
        assert!(!told.text(&graph).is_empty());
        serde_json::from_str::<Value>(&told.json(&graph)).expect("JSON");
    }
}
