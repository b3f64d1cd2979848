//! The picture: well-formed, with each edge once, boxes apart, lines beside boxes, words within boxes.

use linkwright_codegen::graph::{Choices, Graph, Lanes, Reduce, svg};
use linkwright_codegen::svg::width;
use proptest::prelude::{ProptestConfig, any, proptest};
use roxmltree::{Document, Node};

use crate::{committed, made_up};

/// Left, top, right, bottom.
type Rect = [i64; 4];

fn number(node: Node<'_, '_>, name: &str) -> i64 {
    node.attribute(name).and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{name} of {node:?}"))
}

fn rect(node: Node<'_, '_>) -> Rect {
    let (x, y) = (number(node, "x"), number(node, "y"));
    [x, y, x + number(node, "width"), y + number(node, "height")]
}

fn has_class(node: Node<'_, '_>, class: &str) -> bool {
    node.attribute("class").is_some_and(|list| list.split(' ').any(|word| word == class))
}

fn overlap(a: Rect, b: Rect) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

fn inside(inner: Rect, outer: Rect) -> bool {
    outer[0] <= inner[0] && outer[1] <= inner[1] && inner[2] <= outer[2] && inner[3] <= outer[3]
}

/// All that has to hold for any picture.
fn check(graph: &Graph, lanes: Lanes) {
    let text = svg(graph, lanes);
    assert_eq!(text, svg(graph, lanes), "the same graph gives the same bytes");
    let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let all: Vec<Node<'_, '_>> = document.descendants().filter(Node::is_element).collect();

    // Each edge once.
    let mut edges: Vec<usize> = all
        .iter()
        .filter_map(|node| node.attribute("data-edges"))
        .flat_map(|list| list.split(' ').map(|edge| edge.parse().expect("a number")))
        .collect();
    edges.sort_unstable();
    assert_eq!(edges, (0..graph.edges.len()).collect::<Vec<_>>());

    // Each device once, apart from the others.
    let boxes: Vec<(&str, Rect, bool)> = all
        .iter()
        .filter(|node| has_class(**node, "node"))
        .map(|node| {
            let own = node.children().find(|child| has_class(*child, "box")).expect("a box");
            (node.attribute("data-device").expect("a name"), rect(own), has_class(own, "head-box"))
        })
        .collect();
    let names: Vec<&str> = graph.devices.iter().map(|device| device.name.as_str()).collect();
    assert_eq!(boxes.iter().map(|own| own.0).collect::<Vec<_>>(), names);
    for (at, one) in boxes.iter().enumerate() {
        for other in &boxes[at + 1..] {
            assert!(!overlap(one.1, other.1), "{one:?} and {other:?}");
        }
    }
    // Whoever is in a domain is in its box, and nobody else is.
    let domains: Vec<Rect> =
        all.iter().filter(|node| has_class(**node, "domain-box")).map(|node| rect(*node)).collect();
    if lanes == Lanes::None {
        let around = |device: usize| {
            std::iter::successors(graph.devices[device].domain, |&at| graph.domains[at].parent).collect::<Vec<_>>()
        };
        for (device, own) in boxes.iter().enumerate() {
            for (domain, rect) in domains.iter().enumerate().take(graph.domains.len()) {
                let head = graph.domains[domain].sole && graph.domains[domain].provider == device;
                let member = head || around(device).contains(&domain);
                let is_in = inside(own.1, *rect);
                assert!(
                    is_in == member && (is_in || !overlap(own.1, *rect)),
                    "{own:?} and {}",
                    graph.domains[domain].name
                );
            }
        }
    }
    lines_keep_off(&all, &boxes);
    words_fit(&all, &boxes);
    // Above each column stands how many devices it has, whole.
    let titles = all.iter().filter(|node| has_class(**node, "lane")).filter_map(|node| node.text());
    let titles: Vec<&str> = titles.filter(|text| text.contains(" · ")).collect();
    assert!(titles.iter().all(|title| title.ends_with(" device") || title.ends_with(" devices")), "{titles:?}");
    assert_eq!(titles.is_empty(), lanes == Lanes::None || graph.devices.is_empty(), "{titles:?}");
}

/// No line goes through a box.
fn lines_keep_off(all: &[Node<'_, '_>], boxes: &[(&str, Rect, bool)]) {
    for path in all.iter().filter(|node| has_class(**node, "hit")) {
        let points = corners(path.attribute("d").expect("a path"));
        for pair in points.windows(2) {
            let [(ax, ay), (bx, by)] = [pair[0], pair[1]];
            let line = [ax.min(bx), ay.min(by), ax.max(bx), ay.max(by)];
            for own in boxes {
                let [left, top, right, bottom] = own.1;
                // It may touch the sides that it comes from or goes to.
                let core = [left + 1, top + 1, right - 1, bottom - 1];
                let through = line[0] < core[2]
                    && core[0] < line[2].max(line[0] + 1)
                    && line[1] < core[3].max(line[1])
                    && core[1] < line[3].max(line[1] + 1)
                    && line[1] < core[3];
                assert!(!through, "{pair:?} goes through {own:?}");
            }
        }
    }
}

/// The corners of a path of `M`, `L` and `Q` with absolute coordinates; of a curve its end.
fn corners(path: &str) -> Vec<(i64, i64)> {
    let spaced = path.replace('M', " M ").replace('L', " L ").replace('Q', " Q ");
    let mut words = spaced.split_whitespace();
    let mut points = Vec::new();
    while let Some(command) = words.next() {
        let mut point = || {
            let mut coordinate = || words.next().and_then(|word| word.parse().ok()).expect("a number");
            (coordinate(), coordinate())
        };
        if command == "Q" {
            point();
        }
        points.push(point());
    }
    points
}

/// Words end before their box does.
fn words_fit(all: &[Node<'_, '_>], boxes: &[(&str, Rect, bool)]) {
    for text in all.iter().filter(|node| node.has_tag_name("text") && node.attribute("text-anchor") == Some("start")) {
        let Some(node) = text.ancestors().find(|around| has_class(*around, "node")) else { continue };
        let own = boxes.iter().find(|own| Some(own.0) == node.attribute("data-device")).expect("its box");
        let size = if has_class(*text, "lane") { 13 } else { 11 };
        let end = number(*text, "x") + width(text.text().unwrap_or_default(), size);
        assert!(end <= own.1[2], "{:?} in {own:?}", text.text());
    }
}

#[test]
fn pictures_of_committed_chips_are_right() {
    for name in ["zynq7000", "exynos4210", "exynos5433", "rk3399", "cyclonev"] {
        for lanes in [Lanes::None, Lanes::Probe, Lanes::Sleep] {
            for reduce in [Reduce::Never, Reduce::Always] {
                let choices = Choices { reduce, disabled: true, ignored: true, ..Choices::default() };
                check(&choices.apply(&committed(name)).expect("nothing is named"), lanes);
            }
        }
    }
}

#[test]
fn pictures_of_many_devices_are_right() {
    for lanes in [Lanes::None, Lanes::Probe, Lanes::Sleep] {
        for circles in [false, true] {
            check(&Choices::default().apply(&made_up(5, 500, circles)).expect("nothing is named"), lanes);
        }
    }
}

/// A made-up chip, in all pictures of it.
fn check_made_up(seed: u64, count: usize, circles: bool, all: bool) {
    let graph = made_up(seed, count, circles);
    let choices = Choices { disabled: all, ignored: all, ..Choices::default() };
    let graph = choices.apply(&graph).expect("nothing is named");
    for lanes in [Lanes::None, Lanes::Probe, Lanes::Sleep] {
        check(&graph, lanes);
    }
    let choices = Choices { collapse: vec!["all".to_string()], ..choices };
    check(&choices.apply(&graph).expect("`all` is always there"), Lanes::None);
}

/// A cut edge leads forward over several columns.
#[test]
fn lines_that_may_lead_back_go_through_no_box() {
    check_made_up(13_139_376_293_041_998_394, 51, true, true);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pictures_of_any_chip_are_right(seed in any::<u64>(), count in 1_usize..90, circles in any::<bool>(), all in any::<bool>()) {
        check_made_up(seed, count, circles, all);
    }
}
