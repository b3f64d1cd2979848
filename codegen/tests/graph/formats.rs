//! Dot, Mermaid and JSON: the same devices and edges, and nothing that a name could do to them.

use linkwright_codegen::graph::{Choices, Graph, Lanes, Reduce, dot, json, mermaid, svg};
use proptest::prelude::{ProptestConfig, any, proptest};
use roxmltree::Document;
use serde_json::Value;

use crate::{chip, committed, made_up};

/// Names that mean something to one of the formats.
const HOSTILE: [&str; 6] = [
    "a\"]; evil [\"",
    "</text><script>alert(1)</script>&amp;",
    "end\nsubgraph x",
    "back\\slash\\",
    "%%{init}%% --> d1",
    "\u{1}\u{fffe}{{#quot;}}",
];

fn names(graph: &Graph, of: impl Fn(&str, &str, &str) -> String) -> Vec<String> {
    let name = |device: usize| graph.devices[device].name.as_str();
    let mut list: Vec<String> =
        graph.edges.iter().map(|edge| of(name(edge.consumer), name(edge.supplier), &edge.what())).collect();
    list.sort();
    list
}

/// Of each line with an arrow what is quoted, with escapes undone.
fn quoted(line: &str) -> Vec<String> {
    let mut parts = vec![];
    let mut chars = line.chars();
    while chars.by_ref().any(|c| c == '"') {
        let mut part = String::new();
        loop {
            match chars.next().expect("a quote ends") {
                '"' => break,
                '\\' => match chars.next().expect("an escape has two parts") {
                    'n' => part.push('\n'),
                    c => part.push(c),
                },
                c => part.push(c),
            }
        }
        parts.push(part);
    }
    parts
}

fn check(graph: &Graph) {
    let text = json(graph);
    assert_eq!(text, json(graph));
    let value: Value = serde_json::from_str(&text).expect("JSON");
    let part = |edge: &Value, key: &str| edge[key].as_str().expect("a text").to_string();
    let mut edges: Vec<String> = value["edges"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|edge| {
            let what = format!("{} {}", part(edge, "subsystem"), part(edge, "name"));
            format!("{}|{}|{}", part(edge, "consumer"), part(edge, "supplier"), what.trim_end())
        })
        .collect();
    edges.sort();
    assert_eq!(edges, names(graph, |consumer, supplier, what| format!("{consumer}|{supplier}|{what}")));
    assert_eq!(value["devices"].as_array().expect("a list").len(), graph.devices.len());

    let clean = |text: &str| text.replace(|c: char| c.is_control() && c != '\n', " ");
    let text = dot(graph);
    assert_eq!(text, dot(graph));
    let mut edges: Vec<String> = text
        .lines()
        .filter(|line| line.contains(" -> ") && line.contains("[label="))
        .map(quoted)
        .filter(|parts| parts.len() > 3)
        .map(|parts| format!("{}|{}|{}", parts[0], parts[1], parts[2]))
        .collect();
    edges.sort();
    let mut expected = names(graph, |a, b, what| clean(&format!("{a}|{b}|{what}")));
    expected.sort();
    assert_eq!(edges, expected);
    assert_eq!(text.matches("subgraph cluster_").count(), graph.domains.len());

    let text = mermaid(graph);
    assert_eq!(text, mermaid(graph));
    let arrows: Vec<(usize, usize)> = text
        .lines()
        .filter_map(|line| {
            let (consumer, rest) = line.trim().strip_prefix('d')?.split_once(' ')?;
            let (_, supplier) = rest.strip_prefix("--> |").or(Some(rest))?.rsplit_once(" d")?;
            Some((consumer.parse().ok()?, supplier.parse().ok()?))
        })
        .collect();
    let expected: Vec<(usize, usize)> = graph.edges.iter().map(|edge| (edge.consumer, edge.supplier)).collect();
    assert_eq!(arrows, expected);
    let inside = |line: &str| line.split('"').skip(1).step_by(2).map(str::to_string).collect::<Vec<_>>();
    for part in text.lines().filter(|line| !line.trim().starts_with("%% ")).flat_map(inside) {
        let harmless = part.replace("<br/>", "");
        assert!(!harmless.contains(['<', '>', '"', '[', ']', '{', '}', '|', '%', '\\', '`']), "{part}");
    }
}

#[test]
fn committed_chips_are_the_same_in_all_formats() {
    for name in ["zynq7000", "exynos4210", "exynos5433", "rk3399", "cyclonev"] {
        check(&committed(name));
    }
}

#[test]
fn names_are_only_names() {
    let mut graph = made_up(3, 30, true);
    for (at, device) in graph.devices.iter_mut().enumerate() {
        device.name = format!("{}{at}", HOSTILE[at % HOSTILE.len()]);
        device.doc = HOSTILE[(at + 1) % HOSTILE.len()].to_string();
        device.ip = HOSTILE[(at + 2) % HOSTILE.len()].to_string();
    }
    for (at, domain) in graph.domains.iter_mut().enumerate() {
        domain.name = HOSTILE[at % HOSTILE.len()].to_string();
    }
    for (at, edge) in graph.edges.iter_mut().enumerate() {
        edge.name = format!("{at}{}", HOSTILE[at % HOSTILE.len()].replace('\n', " "));
    }
    graph.soc = HOSTILE[0].to_string();
    graph.doc = HOSTILE[1].to_string();
    graph.notes = HOSTILE.map(str::to_string).to_vec();
    check(&graph);
    for lanes in [Lanes::None, Lanes::Probe] {
        let text = svg(&graph, lanes);
        let document = Document::parse(&text).expect("well-formed");
        assert!(!document.descendants().any(|node| node.has_tag_name("script")));
    }
    assert!(!dot(&graph).lines().any(|line| line.trim_start().starts_with("subgraph x")));
}

#[test]
fn nothing_is_a_graph_too() {
    let empty = chip("  gic: { ip: hub }\n");
    check(&empty);
    let choices = Choices { reduce: Reduce::Always, ..Choices::default() };
    let mut none = choices.apply(&empty).expect("nothing is named");
    none.devices.clear();
    check(&none);
    for lanes in [Lanes::None, Lanes::Probe, Lanes::Sleep] {
        Document::parse(&svg(&none, lanes)).expect("well-formed");
        Document::parse(&svg(&empty, lanes)).expect("well-formed");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_chip_is_the_same_in_all_formats(seed in any::<u64>(), count in 1_usize..60, circles in any::<bool>()) {
        check(&made_up(seed, count, circles));
    }
}
