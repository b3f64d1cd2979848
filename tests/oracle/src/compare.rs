//! Is what the model did what the kernel did?

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::scenario::Scenario;
use crate::trace::{States, Step};
use crate::world::Run;

/// What the model did in one step.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// As in the trace.
    pub ret: Value,
    /// As in the trace.
    pub skipped: Option<String>,
    /// As in the trace.
    pub failed: Option<Value>,
    /// As in the trace.
    pub events: Vec<Value>,
    /// Everything there is afterwards.
    pub states: States,
}

/// The context each event happened in.
fn contexts(events: &[Value]) -> Vec<String> {
    // Backward: a `leave` opens its callback's body, the callback closes it.
    let mut open: Vec<(Vec<usize>, &Value)> = Vec::new();
    let mut found = vec![String::from("op"); events.len()];
    for (i, event) in events.iter().enumerate().rev() {
        if let Some(callback) = event.get("leave") {
            open.push((vec![i], event));
            let _ = callback;
        } else if let Some(callback) = event.get("cb") {
            let context = event["ctx"].as_str().unwrap_or("op").to_owned();
            let opened = open.last().is_some_and(|(_, leave)| {
                leave["leave"] == *callback
                    && leave.get("dev") == event.get("dev")
                    && leave.get("domain") == event.get("domain")
            });
            if opened && let Some((inside, _)) = open.pop() {
                for at in inside {
                    found[at].clone_from(&context);
                }
            }
            found[i] = context;
        } else if let Some((inside, _)) = open.last_mut() {
            inside.push(i);
        }
    }
    found
}

/// An event without what depends on how contexts interleave.
fn essence(event: &Value) -> Value {
    let mut event = event.clone();
    if let Some(map) = event.as_object_mut() {
        for peers in ["suppliers", "consumers"] {
            if let Some(list) = map.get_mut(peers).and_then(Value::as_array_mut) {
                for peer in list {
                    *peer = peer[0].clone();
                }
            }
        }
    }
    event
}

/// The same, but for the interleaving of contexts?
fn same_by_context(ours: &[Value], theirs: &[Value]) -> bool {
    fn split(events: &[Value]) -> BTreeMap<String, Vec<Value>> {
        let mut split: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for (event, context) in events.iter().zip(contexts(events)) {
            split.entry(context).or_default().push(essence(event));
        }
        split
    }
    let (a, b) = (split(ours), split(theirs));
    a.len() > 1 && a == b
}

/// The same events, in an order that parents and links allow? For concurrent system sleep.
fn same_partially(scenario: &Scenario, ours: &[Value], theirs: &[Value]) -> bool {
    let key = |event: &Value| {
        let mut event = essence(event);
        if let Some(map) = event.as_object_mut() {
            map.remove("ctx");
            map.remove("suppliers");
            map.remove("consumers");
        }
        event.to_string()
    };
    let sorted = |events: &[Value]| {
        let mut keys: Vec<String> = events.iter().map(key).collect();
        keys.sort();
        keys
    };
    if sorted(ours) != sorted(theirs) {
        return false;
    }
    let at =
        |callback: &str, device: &str| ours.iter().position(|event| event["cb"] == callback && event["dev"] == device);
    ours.iter().enumerate().all(|(i, event)| {
        let (Some(callback), Some(device)) = (event["cb"].as_str(), event["dev"].as_str()) else { return true };
        let first = match callback {
            "suspend" | "suspend_late" | "suspend_noirq" | "complete" => false,
            "prepare" | "resume_noirq" | "resume_early" | "resume" => true,
            _ => return true,
        };
        let parent = scenario.topology.devices.get(device).and_then(|d| d.parent.clone());
        let suppliers = event["suppliers"].as_array().cloned().unwrap_or_default();
        let needed = suppliers
            .iter()
            .filter(|peer| peer[1] != "dormant")
            .filter_map(|peer| peer[0].as_str().map(str::to_owned))
            .chain(parent);
        needed.into_iter().all(|needed| at(callback, &needed).is_none_or(|j| (j < i) == first))
    })
}

/// Compare one step. `Err`: the first difference, readable.
pub fn step(scenario: &Scenario, index: usize, ours: &Done, theirs: &Step, states: &States) -> Result<(), String> {
    let op = serde_json::to_string(&scenario.ops[index]).unwrap_or_default();
    let mut text = format!("step {index}: {op}\n");
    let mut differs = false;
    if ours.skipped != theirs.skipped {
        differs = true;
        let _ = writeln!(text, "  skipped: kernel {:?}, model {:?}", theirs.skipped, ours.skipped);
    }
    if ours.ret != theirs.ret {
        differs = true;
        let _ = writeln!(text, "  returned: kernel {}, model {}", theirs.ret, ours.ret);
    }
    if ours.failed != theirs.failed {
        differs = true;
        let show = |failed: &Option<Value>| failed.as_ref().map_or_else(|| "nowhere".to_owned(), Value::to_string);
        let _ = writeln!(text, "  failed: kernel {}, model {}", show(&theirs.failed), show(&ours.failed));
    }
    let same = ours.events == theirs.events
        || same_by_context(&ours.events, &theirs.events)
        || (scenario.partial_order && same_partially(scenario, &ours.events, &theirs.events));
    if !same {
        differs = true;
        describe_events(&mut text, &ours.events, &theirs.events);
    }
    // After that the machine is off and nobody can look.
    if scenario.ops[index].op == "shutdown" {
        return if differs { Err(text) } else { Ok(()) };
    }
    describe_states(&mut text, &mut differs, "device", &ours.states.devices, &states.devices);
    describe_states(&mut text, &mut differs, "link", &ours.states.links, &states.links);
    describe_states(&mut text, &mut differs, "domain", &ours.states.domains, &states.domains);
    if differs { Err(text) } else { Ok(()) }
}

fn describe_events(text: &mut String, ours: &[Value], theirs: &[Value]) {
    let at = ours.iter().zip(theirs).take_while(|(a, b)| a == b).count();
    for event in &theirs[at.saturating_sub(2)..at] {
        let _ = writeln!(text, "    {}", brief(event));
    }
    let show = |event: Option<&Value>| event.map_or_else(|| "(nothing more)".to_owned(), brief);
    for i in at..(at + 4) {
        let (a, b) = (ours.get(i), theirs.get(i));
        if a.is_none() && b.is_none() {
            break;
        }
        let _ = writeln!(text, "  - kernel: {}\n  + model:  {}", show(b), show(a));
    }
}

fn brief(event: &Value) -> String {
    if let Some(did) = event.get("did") {
        let skipped = event.get("skipped").map_or_else(String::new, |why| format!(" (skipped: {why})"));
        return format!("did {did} -> {}{skipped}", event["ret"]);
    }
    if let Some(callback) = event.get("leave") {
        return format!("leave {callback} {}", event.get("dev").unwrap_or(&Value::Null));
    }
    let who = event.get("dev").or_else(|| event.get("domain")).unwrap_or(&Value::Null);
    let mut text = format!("{} of {who}", event["cb"].as_str().unwrap_or("?"));
    for field in ["ret", "ctx", "atomic", "links", "rpm", "suppliers", "consumers"] {
        if let Some(value) = event.get(field) {
            let _ = write!(text, " {field}={value}");
        }
    }
    text
}

fn describe_states(
    text: &mut String,
    differs: &mut bool,
    kind: &str,
    ours: &BTreeMap<String, Value>,
    theirs: &BTreeMap<String, Value>,
) {
    for name in ours.keys().chain(theirs.keys().filter(|name| !ours.contains_key(*name))) {
        let (a, b) = (ours.get(name), theirs.get(name));
        if a == b {
            continue;
        }
        *differs = true;
        match (a, b) {
            (Some(a), Some(b)) => {
                for (field, theirs) in b.as_object().into_iter().flatten() {
                    let ours = a.get(field).unwrap_or(&Value::Null);
                    if ours != theirs {
                        let _ = writeln!(text, "  {kind} {name}: {field}: kernel {theirs}, model {ours}");
                    }
                }
            }
            (None, _) => {
                let _ = writeln!(text, "  {kind} {name}: the kernel has it, the model has not");
            }
            (_, None) => {
                let _ = writeln!(text, "  {kind} {name}: the model has it, the kernel has not");
            }
        }
    }
}

/// Carry out operation `index` and let everything queued finish; do not look at the states.
pub fn act(run: &Run, cx: linkwright::device::Context<'_, '_>, index: usize) -> Done {
    let world = run.world;
    world.inner().events.clear();
    let answer = crate::execute::execute(world, run.parts, cx, &world.scenario.ops[index]);
    run.parts.system.run_pending(cx);
    Done {
        ret: answer.ret,
        skipped: answer.skipped.map(str::to_owned),
        failed: answer.failed,
        events: std::mem::take(&mut world.inner().events),
        states: States::default(),
    }
}

/// Carry out operation `index`, let everything queued finish, and note the states.
pub fn perform(run: &Run, cx: linkwright::device::Context<'_, '_>, index: usize) -> Done {
    let done = act(run, cx, index);
    let states = crate::snapshot::states(run.parts.system, &run.world.inner());
    Done { states, ..done }
}
