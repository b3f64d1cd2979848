//! What is shown, and what is said about the rest.

use std::collections::BTreeSet;

use linkwright_codegen::graph::{ChoiceError, Choices, Device, Direction, Focus, Graph, Reduce};
use proptest::prelude::{ProptestConfig, any, proptest};

use crate::{chip, committed, made_up};

fn names(graph: &Graph) -> Vec<&str> {
    graph.devices.iter().map(|device| device.name.as_str()).collect()
}

fn focus(device: &str, depth: Option<usize>, direction: Direction) -> Choices {
    Choices { focus: Some(Focus { device: device.to_string(), depth, direction }), ..Choices::default() }
}

#[test]
fn a_focus_has_what_it_needs_and_what_needs_it() {
    let graph = committed("exynos5433");
    let shown = |depth, direction| focus("adma", depth, direction).apply(&graph).expect("it is there");
    let suppliers = shown(None, Direction::Suppliers);
    assert_eq!(names(&suppliers), ["gic", "pmu", "pd_aud", "cmu_top", "cmu_aud", "lpass", "adma"]);
    let others = graph.devices.len() - suppliers.devices.len();
    assert_eq!(suppliers.notes, [format!("{others} devices not connected with adma are not shown")]);
    assert!(suppliers.devices.iter().all(|device| device.focus == (device.name == "adma")));
    assert_eq!(names(&shown(Some(1), Direction::Suppliers)), ["gic", "pd_aud", "cmu_aud", "lpass", "adma"]);
    let consumers = shown(None, Direction::Consumers);
    assert_eq!(names(&consumers), ["adma", "i2s0"]);
    assert_eq!(names(&shown(Some(0), Direction::Both)), ["adma"]);
    let both: BTreeSet<&str> = names(&suppliers).into_iter().chain(names(&consumers)).collect();
    let shown = shown(None, Direction::Both);
    assert_eq!(names(&shown).into_iter().collect::<BTreeSet<_>>(), both);
}

#[test]
fn edges_of_a_subsystem() {
    let graph = committed("exynos5433");
    for subsystem in ["dma", "power-domain"] {
        let choices = Choices { subsystems: vec![subsystem.to_string()], ..Choices::default() };
        let shown = choices.apply(&graph).expect("there are some");
        let own: Vec<_> = graph.edges.iter().filter(|edge| edge.subsystem == subsystem).collect();
        assert!(shown.edges.iter().all(|edge| edge.subsystem == subsystem));
        assert!(!own.is_empty() && shown.edges.len() == own.len());
        let ends: BTreeSet<usize> = own.iter().flat_map(|edge| [edge.consumer, edge.supplier]).collect();
        assert_eq!(names(&shown), ends.iter().map(|&end| graph.devices[end].name.as_str()).collect::<Vec<_>>());
        assert_eq!(shown.domains.is_empty(), subsystem == "dma", "only those put anything into a domain");
        let (edges, devices) = (graph.edges.len() - own.len(), graph.devices.len() - ends.len());
        assert_eq!(
            shown.notes,
            [
                format!("{edges} edges of other subsystems are not shown"),
                format!("{devices} devices without such an edge are not shown")
            ]
        );
    }
}

#[test]
fn names_that_mean_nothing_are_told() {
    let graph = committed("exynos5433");
    let error = focus("admaa", None, Direction::Both).apply(&graph).expect_err("no such device");
    assert_eq!(error.to_string(), "there is no device `admaa`");
    assert_eq!(error.help(), Some("did you mean `adma`?"));
    let choices = Choices { subsystems: vec!["dmas".to_string()], ..Choices::default() };
    let error = choices.apply(&graph).expect_err("it is called dma");
    assert!(matches!(&error, ChoiceError::NoSubsystem { name, .. } if name == "dmas"));
    assert_eq!(error.help(), Some("did you mean `dma`?"));
    let choices = Choices { collapse: vec!["spi0".to_string()], ..Choices::default() };
    let error = choices.apply(&graph).expect_err("nothing sits on it");
    assert_eq!(error.to_string(), "`spi0` is neither a power domain nor a device that others sit on");
}

#[test]
fn a_group_is_one_device() {
    let graph = committed("exynos5433");
    let collapsed = |name: &str| {
        let choices = Choices { collapse: vec![name.to_string()], ..Choices::default() };
        choices.apply(&graph).expect("it is a group")
    };
    let domain = graph.domains.iter().position(|domain| domain.name == "pd_aud").expect("it is a domain");
    let inside = |device: &&Device| device.name == "pd_aud" || device.domain == Some(domain);
    let members: Vec<&Device> = graph.devices.iter().filter(inside).collect();
    for name in ["pd_aud", "all"] {
        let shown = collapsed(name);
        let group = &shown.devices[shown.find("pd_aud").expect("the group")];
        assert_eq!(shown.devices.len(), graph.devices.len() - members.len() + 1);
        assert!(members.len() > 1 && group.members.iter().eq(members.iter().map(|device| &device.name)));
        assert_eq!(group.probe, members.iter().filter_map(|device| device.probe).min(), "as early as its first member");
        assert!(shown.domains.is_empty());
        let lost = graph.edges.len() - shown.edges.len();
        let count = members.len();
        assert_eq!(shown.notes, [format!("pd_aud stands for {count} devices and the {lost} edges among them")]);
    }
    // What sits on a device, within the domain.
    let shown = collapsed("lpass");
    let group = &shown.devices[shown.find("lpass").expect("the group")];
    assert_eq!(group.members, ["lpass", "adma", "i2s0", "serial3"]);
    assert_eq!(group.domain.map(|domain| shown.domains[domain].name.as_str()), Some("pd_aud"));
}

#[test]
fn nested_domains_become_one_within_the_outer() {
    let graph = committed("exynos4210");
    let shown = |name: &str| {
        let choices = Choices { collapse: vec![name.to_string()], ..Choices::default() };
        choices.apply(&graph).expect("it is a group")
    };
    let inner = shown("pd_tv");
    let group = &inner.devices[inner.find("pd_tv").expect("the group")];
    assert_eq!(group.members, ["pd_tv", "sysmmu_tv"]);
    assert_eq!(group.domain.map(|domain| inner.domains[domain].name.as_str()), Some("pd_lcd0"));
    assert!(shown("pd_lcd0").devices.iter().any(|device| device.members.contains(&"sysmmu_tv".to_string())));
}

#[test]
fn disabled_devices_and_mere_references_are_left_out() {
    let graph = chip(
        "  gic: { ip: hub }
  off: { ip: node, status: disabled, interrupts: { irq: gic/1 } }
  user: { ip: node, interrupts: { irq: gic/2 }, dmas: { tx: off/0 } }
",
    );
    let shown = Choices::default().apply(&graph).expect("nothing is named");
    assert_eq!(names(&shown), ["gic", "user"]);
    assert_eq!(shown.notes, ["1 reference that makes no link is not shown", "1 disabled device is not shown"]);
    let all = Choices { disabled: true, ignored: true, ..Choices::default() };
    let shown = all.apply(&graph).expect("nothing is named");
    assert_eq!((shown.devices.len(), shown.edges.len()), (3, 3));
    assert!(shown.notes.is_empty());
}

/// Who is reached from whom along edges that order.
fn reach(graph: &Graph, without: Option<usize>) -> BTreeSet<(usize, usize)> {
    let mut out = vec![Vec::new(); graph.devices.len()];
    for (index, edge) in graph.edges.iter().enumerate().filter(|(_, edge)| edge.orders()) {
        if Some(index) != without {
            out[edge.consumer].push(edge.supplier);
        }
    }
    let mut all = BTreeSet::new();
    for start in 0..graph.devices.len() {
        let mut stack = vec![start];
        while let Some(at) = stack.pop() {
            for &next in &out[at] {
                if all.insert((start, next)) {
                    stack.push(next);
                }
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_reduced_graph_says_the_same_with_as_little_as_can_be(seed in any::<u64>(), count in 1_usize..40, circles in any::<bool>()) {
        let graph = made_up(seed, count, circles);
        let of = |reduce| Choices { reduce, disabled: true, ignored: true, ..Choices::default() };
        let full = of(Reduce::Never).apply(&graph).expect("nothing is named");
        let reduced = of(Reduce::Always).apply(&graph).expect("nothing is named");
        let whole = reach(&full, None);
        assert_eq!(whole, reach(&reduced, None));
        assert_eq!(full.probe_rounds(), reduced.probe_rounds());
        assert_eq!(full.sleep_rounds(), reduced.sleep_rounds());
        for (index, edge) in reduced.edges.iter().enumerate().filter(|(_, edge)| edge.orders() && !edge.contains) {
            let pair = |other: &&linkwright_codegen::graph::Edge| {
                (other.consumer, other.supplier) == (edge.consumer, edge.supplier)
            };
            if reduced.edges.iter().filter(pair).count() == 1 {
                assert!(reach(&reduced, Some(index)) != whole, "{edge:?} is not needed");
            }
        }
    }
}
