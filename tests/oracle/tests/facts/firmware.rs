//! Edges that a description declares, and waiting for suppliers.
//!
//! Here a spec declares every edge before anything is probed, so what Linux finds out when a device is added is there
//! from the start: what the description's links become is tested on the model, and the specs' own part where it exists.
//!
//! Linux weakens all edges of a circle by itself (36). Here a circle is an error that names each edge and the cheapest
//! cut (LW0413), unless the spec says which reference is not needed to probe, or has an optional one: that one gives
//! way, and the others stay.

use linkwright::device::{LinkError, LinkKind, LinkSpec, PathEdge};
use linkwright::power::DeviceId;
use linkwright::topology::{Link, Strength};
use linkwright_codegen::front::{self, Reading};
use linkwright_codegen::load::{Input, Options};
use linkwright_codegen::lower::{LinkClass, Soc};
use oracle::random::Numbers;
use oracle::verdict::Mode;

use crate::bench::{Bench, on_bench, play};

/// A soc of clocks, DMA controllers, users of both, and timers that need a clock.
fn read(devices: &str) -> Reading {
    let ips = [
        ("osc", "provides: { clk: {}, post-init-provider: {} }"),
        ("dmac", "provides: { dma: { capacity: 8 } }"),
        (
            "user",
            "consumes: { clocks: { bus: { optional: true } }, dmas: { tx: { optional: true } }, \
                  post-init-providers: { optional: true } }",
        ),
        ("pll", "provides: { clk: {} }\nconsumes: { clocks: { in: { optional: true } } }"),
        (
            "end",
            "provides: { graph: {}, post-init-provider: {} }\n\
                 consumes: { remote-endpoints: { optional: true }, post-init-providers: { optional: true } }",
        ),
        ("timer", "consumes: { clocks: { tick: {} } }"),
    ];
    let mut inputs = Vec::new();
    for (name, text) in ips {
        inputs.push(Input::Text(format!("ip/{name}.yaml"), format!("linkwright: 1\nip: {name}\n{text}\n")));
    }
    inputs.push(Input::Text("soc/board.yaml".into(), format!("linkwright: 1\nsoc: board\ndevices:\n{devices}\n")));
    front::read(&inputs, &Options::default())
}

fn rules(reading: &Reading) -> Vec<&'static str> {
    reading.diagnostics.sorted().iter().map(|finding| finding.rule).collect()
}

fn soc(devices: &str) -> Soc {
    let reading = read(devices);
    let found = rules(&reading);
    reading.model.unwrap_or_else(|| panic!("{found:?}")).socs.remove(0)
}

/// `consumer needs supplier: subsystem`, of each edge.
fn edges(soc: &Soc) -> Vec<String> {
    let name = |device: usize| &soc.devices[device].name;
    soc.edges.iter().map(|e| format!("{} needs {}: {}", name(e.consumer), name(e.supplier), e.subsystem)).collect()
}

/// Register the devices of a soc and link them as it says.
fn wire(bench: &Bench<'_, '_>, soc: &'static Soc) {
    soc.devices.iter().for_each(|device| assert_eq!(bench.does(&format!("add {}", device.name)), ""));
    let handle = |device: usize| bench.device(&soc.devices[device].name);
    let specs = soc.edges.iter().map(|edge| {
        let id = |device: usize| DeviceId::new(u16::try_from(device).expect("few devices"));
        let (consumer, supplier) = (id(edge.consumer), id(edge.supplier));
        let declared = Link::managed(consumer, supplier, Strength::Hard, &edge.subsystem, "", &edge.place);
        LinkSpec {
            consumer: handle(edge.consumer),
            supplier: handle(edge.supplier),
            kind: LinkKind::MANAGED,
            declared: Some(&*Box::leak(Box::new(declared))),
        }
    });
    bench.system().link_all(bench.context(), specs, &mut []).expect("no circle");
}

// 33
#[test]
fn a_declared_supplier_is_waited_for_and_the_reason_names_the_line() {
    play(
        "given add S C
         link S<-C INFERRED AUTOPROBE_CONSUMER PM_RUNTIME
         driver C        |                | state(S<-C)=dormant bind(C)=deferred waits(C)=S
         bind S          | pb:S pb:C      | state(S<-C)=active flags(S<-C)=PM_RUNTIME+AUTOPROBE_CONSUMER+MANAGED+INFERRED
         enable S C
         get_sync C      -> 0 | rr:S rr:C",
    );
    let soc: &'static Soc = Box::leak(Box::new(soc("  s: { ip: osc }\n  c: { ip: user, clocks: { bus: s/0 } }")));
    on_bench(Mode::default(), "add s c", |bench| {
        wire(bench, soc);
        bench.line("driver c | | bind(c)=deferred").unwrap();
        let reason = bench.system().waiting(bench.device("c")).expect("deferred").to_string();
        assert_eq!(reason, "waiting for s because of edge `clk` declared at soc/board.yaml:5");
        bench.line("bind s | pb:s pb:c").unwrap();
    });
}

// 34
#[test]
fn an_edge_that_only_informs_lets_the_consumer_probe_and_vanishes() {
    play(
        "given add S C
         link S<-C SYNC_STATE_ONLY INFERRED
         bind C          | pb:C           | state(S<-C)=gone
         bind S          | pb:S",
    );
}

// 35
#[test]
fn a_declared_edge_without_runtime_pm_gates_all_the_same() {
    play(
        "given add S C
         link S<-C INFERRED AUTOPROBE_CONSUMER
         driver C        |                | state(S<-C)=dormant bind(C)=deferred waits(C)=S
         bind S          | pb:S pb:C      | state(S<-C)=active flags(S<-C)=AUTOPROBE_CONSUMER+MANAGED+INFERRED
         enable S C
         get_sync C      -> 0 | rr:C      | rpm(S)=suspended",
    );
}

// 36
#[test]
fn a_circle_is_told_edge_by_edge_and_weak_edges_of_one_let_both_bind() {
    let reading = read("  a: { ip: osc, parent: b }\n  b: { ip: osc, parent: a }");
    assert_eq!(rules(&reading), ["LW0413"], "one message");
    assert!(reading.model.is_none());
    on_bench(Mode::default(), "add A B", |bench| {
        bench.does("add A B");
        let (a, b) = (bench.device("A"), bench.device("B"));
        let edge = |consumer, supplier| LinkSpec { consumer, supplier, kind: LinkKind::MANAGED, declared: None };
        let mut circle = [PathEdge { supplier: a, consumer: a, link: None }; 4];
        let refused = bench.system().link_all(bench.context(), [edge(a, b), edge(b, a)], &mut circle).unwrap_err();
        assert!(matches!(refused.error, LinkError::Cycle { length: 1, .. }), "{refused:?}");
        let mut told: Vec<_> = circle[..refused.circle].iter().map(|edge| (edge.consumer, edge.supplier)).collect();
        told.sort_unstable();
        assert_eq!(told, [(a, b), (b, a)]);
        bench.line("| | state(A<-B)=gone state(B<-A)=gone").unwrap();
    });
    play(
        "given add A B
         link B<-A SYNC_STATE_ONLY INFERRED CYCLE
         link A<-B SYNC_STATE_ONLY INFERRED CYCLE
         bind A          | pb:A           | state(B<-A)=gone flags(A<-B)=MANAGED+SYNC_STATE_ONLY+INFERRED+CYCLE
         bind B          | pb:B           | state(A<-B)=gone bind(A)=bound bind(B)=bound",
    );
    a_reference_not_needed_to_probe_cuts_the_circle_and_the_others_stay();
}

fn a_reference_not_needed_to_probe_cuts_the_circle_and_the_others_stay() {
    let devices = "  a: { ip: pll, clocks: { in: b/0 } }\n  b: { ip: pll, clocks: { in: a/0 } }";
    let reading = read(devices);
    assert_eq!(rules(&reading), ["LW0413"]);
    let help = reading.diagnostics.sorted()[0].help.join("\n");
    let proposed = "soc/board.yaml:4:31: let `a` probe without `b`: `{ to: b, clock: 0, post_init: true }`";
    assert!(help.ends_with(proposed), "{help}");
    let cut = soc(&devices.replace("in: b/0", "in: { to: b, clock: 0, post_init: true }"));
    assert_eq!(cut.probe_order, [0, 1]);
    let ways: Vec<_> = cut.edges.iter().map(|e| (e.consumer, e.supplier, e.post_init, e.gives_way)).collect();
    assert_eq!(ways, [(0, 1, true, true), (1, 0, false, false)]);
}

fn a_post_init_provider_speaks_for_all_references_to_it() {
    let both_name_each_other = "  x: { ip: end, remote-endpoints: y }\n  y: { ip: end, remote-endpoints: x }";
    assert_eq!(rules(&read(both_name_each_other)), ["LW0413"]);
    let cut = soc(&both_name_each_other
        .replace("{ ip: end, remote-endpoints: y }", "{ ip: end, remote-endpoints: y, post-init-providers: y }"));
    assert_eq!(cut.probe_order, [0, 1]);
    assert_eq!(edges(&cut), ["x needs y: graph", "y needs x: graph"]);
    assert_eq!(cut.edges.iter().map(|e| e.gives_way).collect::<Vec<_>>(), [true, false]);
}

// 37
#[test]
fn a_supplier_needed_only_after_probe_makes_no_link() {
    let soc: &'static Soc = Box::leak(Box::new(soc("  y: { ip: osc }\n  x: { ip: user, post-init-providers: y }")));
    assert_eq!(soc.devices[1].references.len(), 1);
    assert!(edges(soc).is_empty());
    on_bench(Mode::default(), "add x y", |bench| {
        wire(bench, soc);
        bench.line("bind x | pb:x").unwrap();
        bench.line("bind y | pb:y | state(y<-x)=gone state(x<-y)=gone").unwrap();
    });
    a_post_init_provider_speaks_for_all_references_to_it();
}

// 38
#[test]
fn a_parent_stands_in_for_a_child_that_is_not_there_yet() {
    play(
        "given add S P
         link S<-P SYNC_STATE_ONLY INFERRED
         bind P          | pb:P           | state(S<-P)=gone
         add P>K
         link S<-K INFERRED AUTOPROBE_CONSUMER PM_RUNTIME
         driver K        |                | bind(K)=deferred waits(K)=S
         bind S          | pb:S pb:K      | state(S<-K)=active",
    );
}

// 39
#[test]
fn a_dma_reference_is_a_hard_edge() {
    // F-3: Linux makes no link for `dmas` unless asked to be strict.
    let soc = soc("  d: { ip: dmac }\n  c: { ip: user, dmas: { tx: d/3 } }");
    assert_eq!(edges(&soc), ["c needs d: dma"]);
    assert_eq!((soc.edges[0].class, soc.edges[0].runtime_pm), (LinkClass::Hard, true));
}

// 40
#[test]
fn a_disabled_supplier_gates_nobody() {
    let reading = read("  s: { ip: osc, status: disabled }\n  c: { ip: timer, clocks: { tick: s/0 } }");
    assert_eq!(rules(&reading), ["LW0419"], "a warning");
    let soc: &'static Soc = Box::leak(Box::new(reading.model.expect("only a warning").socs.remove(0)));
    assert!(soc.edges.is_empty());
    on_bench(Mode::default(), "add s c", |bench| {
        wire(bench, soc);
        bench.line("bind c | pb:c | bind(c)=bound").unwrap();
    });
}

// 41
#[test]
fn a_bind_during_a_deferring_probe_is_not_lost() {
    play(
        "given add X Y ; driver X ; unbind X
         ret Y.probe -EPROBE_DEFER 0
         in Y.probe : bind X
         bind Y          | pb:Y=-EPROBE_DEFER pb:X attach:X=1 pb:Y attach:X=1 | bind(Y)=bound",
    );
}

/// A random acyclic graph; drivers come in random order, `missing` never. Answers the edges and the order of probing.
fn random_graph(
    bench: &Bench<'_, '_>,
    numbers: &mut Numbers,
    n: usize,
    missing: Option<usize>,
) -> (Vec<(usize, usize)>, Vec<usize>) {
    let shuffled = |numbers: &mut Numbers| {
        let mut order: Vec<usize> = (0..n).collect();
        (1..n).for_each(|i| order.swap(i, numbers.below(i + 1)));
        order
    };
    shuffled(numbers).into_iter().for_each(|d| bench.line(&format!("add d{d}")).unwrap());
    let mut edges = Vec::new();
    for consumer in 1..n {
        for _ in 0..numbers.below(3) {
            let supplier = numbers.below(consumer);
            bench.line(&format!("link d{supplier}<-d{consumer}")).unwrap();
            edges.push((supplier, consumer));
        }
    }
    let mut probed = Vec::new();
    for d in shuffled(numbers).into_iter().filter(|d| Some(*d) != missing) {
        let log = bench.does(&format!("driver d{d}"));
        probed.extend(log.split_whitespace().map(|token| token["pb:d".len()..].parse::<usize>().expect("a probe")));
    }
    (edges, probed)
}

fn with_random_graphs(test: impl Fn(&Bench<'_, '_>, &mut Numbers, usize)) {
    for seed in 0..40 {
        let mut numbers = Numbers::new(seed);
        let n = 4 + numbers.below(20);
        let names: Vec<String> = (0..n).map(|d| format!("d{d}")).collect();
        on_bench(Mode::default(), &format!("add {}", names.join(" ")), |bench| test(bench, &mut numbers, n));
    }
}

// 42
#[test]
fn in_whatever_order_drivers_come_each_device_is_probed_once_after_its_suppliers() {
    with_random_graphs(|bench, numbers, n| {
        let (edges, probed) = random_graph(bench, numbers, n, None);
        let mut each = probed.clone();
        each.sort_unstable();
        assert_eq!(each, (0..n).collect::<Vec<_>>());
        let at = |device| probed.iter().position(|d| *d == device);
        assert!(edges.iter().all(|(supplier, consumer)| at(*supplier) < at(*consumer)), "{edges:?}: {probed:?}");
    });
}

// 43
#[test]
fn without_one_supplier_exactly_its_consumers_wait_and_their_reasons_lead_to_it() {
    with_random_graphs(|bench, numbers, n| {
        let missing = numbers.below(n);
        let (edges, probed) = random_graph(bench, numbers, n, Some(missing));
        let mut waits: Vec<bool> = (0..n).map(|d| d == missing).collect();
        // Edges lead from smaller to larger numbers and are sorted by consumer.
        edges.iter().for_each(|&(supplier, consumer)| waits[consumer] |= waits[supplier]);
        for d in (0..n).filter(|d| *d != missing) {
            assert_eq!(probed.contains(&d), !waits[d], "d{d}");
            let mut name = format!("d{d}");
            for _ in 0..n {
                let reason = bench.system().waiting(bench.device(&name)).map(|waiting| waiting.to_string());
                let Some(next) = reason else { break };
                name = next.strip_prefix("waiting for ").expect("a supplier").to_owned();
            }
            assert_eq!(name, format!("d{}", if waits[d] { missing } else { d }));
        }
    });
}
