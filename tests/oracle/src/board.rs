//! A scenario played by hand, in a few words a step: what the tests of single rules use.
//!
//! Devices are declared as `"s c p>k"` (k is a child of p); each has a driver `d_NAME` with all callbacks, of those in
//! `sync` also `sync_state`. Commands: `add s`, `init s`, `del s`, `driver s`, `undriver s`, `bind s`, `unbind s`,
//! `attach s`, `link s<-c FLAGS`, `unlink s<-c`, `ret s probe -5 -517`, `on s probe: link s<-c; enable s`, `suspend
//! devices`, and runtime PM operations by name, `get_sync s`. The log names callbacks by two letters, as `tests/facts/bench.rs` explains.

use std::collections::BTreeMap;

use linkwright::context::{Task, host_task};
use linkwright::device::{Context, DeviceHandle, Order};
use serde_json::Value;

use crate::scenario::{Device, Domain, Driver, Op, Scenario, Topology};
use crate::trace::States;
use crate::verdict::Mode;
use crate::world::{Run, World};

/// A system under test.
pub struct Board<'t, 'cx> {
    run: Run,
    cx: Context<'t, 'cx>,
    log: Vec<String>,
    events: Vec<Value>,
}

/// Play on a board with these devices and domains (`"G H off:IRQ_SAFE"`-like words: name, then `on`/`off` and flags
/// after colons).
pub fn board<R>(devices: &str, sync: &str, domains: &str, play: impl FnOnce(&mut Board<'_, '_>) -> R) -> R {
    board_with(devices, sync, domains, Mode::default(), play)
}

/// As [`board`], following other rules.
pub fn board_with<R>(
    devices: &str,
    sync: &str,
    domains: &str,
    mode: Mode,
    play: impl FnOnce(&mut Board<'_, '_>) -> R,
) -> R {
    let mut topology = Topology::default();
    for word in devices.split_whitespace() {
        let (parent, name) = match word.split_once('>') {
            Some((parent, name)) => (Some(parent.to_owned()), name),
            None => (None, word),
        };
        topology.devices.insert(name.to_owned(), Device { parent });
        let with = if sync.split_whitespace().any(|s| s == name) { vec!["sync_state".to_owned()] } else { Vec::new() };
        topology
            .drivers
            .insert(format!("d_{name}"), Driver { devices: vec![name.to_owned()], with, without: Vec::new() });
    }
    for word in domains.split_whitespace() {
        let mut parts = word.split(':');
        let name = parts.next().unwrap_or_default().to_owned();
        let initially = parts.next().unwrap_or("off").to_owned();
        topology.domains.insert(name, Domain { initially, flags: parts.map(str::to_owned).collect() });
    }
    let scenario =
        Scenario { name: "board".to_owned(), topology, ops: Vec::new(), partial_order: false, expect_hang: false };
    host_task(|task: &mut Task<'_>| {
        let cx = Context::sleepable(task);
        let run = World::start(&scenario, mode, cx);
        play(&mut Board { run, cx, log: Vec::new(), events: Vec::new() })
    })
}

fn pair(word: &str) -> (Option<String>, Option<String>) {
    let (supplier, consumer) = word.split_once("<-").unwrap_or((word, ""));
    (Some(supplier.to_owned()), Some(consumer.to_owned()))
}

/// An operation in words.
///
/// # Panics
/// On words it does not know: the test's mistake.
pub fn parse(command: &str) -> Op {
    let command = command.trim();
    if let Some((head, body)) = command.split_once(':').filter(|(head, _)| head.starts_with("on ")) {
        let words: Vec<&str> = head.split_whitespace().collect();
        let (times, body) = match body.trim().strip_prefix("once ") {
            Some(rest) => (Some(1), rest),
            None => (None, body),
        };
        return Op {
            op: "on".to_owned(),
            dev: Some(words[1].to_owned()),
            cb: Some(words[2].to_owned()),
            body: body.split(',').map(parse).collect(),
            times,
            ..Op::default()
        };
    }
    let words: Vec<&str> = command.split_whitespace().collect();
    let (name, rest) = words.split_first().unwrap_or((&"", &[]));
    let first = rest.first().map(|word| (*word).to_owned());
    let named = |op: &str| Op { op: op.to_owned(), ..Op::default() };
    let device = |op: &str| Op { dev: first.clone(), ..named(op) };
    match *name {
        "add" => device("device_add"),
        "init" => device("device_init"),
        "del" => device("device_del"),
        "unbind" | "attach" => device(name),
        "bind" => Op { driver: first.as_ref().map(|dev| format!("d_{dev}")), ..device("bind") },
        "driver" => Op { driver: first.map(|dev| format!("d_{dev}")), ..named("driver_register") },
        "undriver" => Op { driver: first.map(|dev| format!("d_{dev}")), ..named("driver_unregister") },
        "link" | "unlink" => {
            let (supplier, consumer) = pair(rest[0]);
            let flags = rest[1..].iter().map(|flag| (*flag).to_owned()).collect();
            Op { supplier, consumer, flags, ..named(if *name == "link" { "link_add" } else { "link_del" }) }
        }
        "ret" => Op {
            cb: rest.get(1).map(|cb| (*cb).to_owned()),
            rets: rest[2..].iter().filter_map(|ret| ret.parse().ok()).collect(),
            then: Some(0),
            ..device("set_ret")
        },
        "domain_ret" => Op {
            domain: first.clone(),
            dev: None,
            cb: rest.get(1).map(|cb| (*cb).to_owned()),
            rets: rest[2..].iter().filter_map(|ret| ret.parse().ok()).collect(),
            then: Some(0),
            ..named("set_ret")
        },
        "always" => Op {
            cb: rest.get(1).map(|cb| (*cb).to_owned()),
            then: rest.get(2).and_then(|ret| ret.parse().ok()),
            ..device("set_ret")
        },
        "domain" => Op { domain: first, ..named("domain_add") },
        "member" => Op { dev: rest.get(1).map(|dev| (*dev).to_owned()), domain: first, ..named("domain_attach") },
        "leave" => device("domain_detach"),
        "nest" => Op { parent: first, child: rest.get(1).map(|name| (*name).to_owned()), ..named("subdomain_add") },
        "suspend" if rest.first().is_some_and(|word| ["devices", "platform"].contains(word)) => Op {
            state: Some("freeze".to_owned()),
            test: first,
            concurrent: rest.contains(&"concurrent"),
            ..named("suspend")
        },
        "async" => Op { on: Some(true), ..device("async_suspend") },
        "sleep" => Op { ms: first.and_then(|ms| ms.parse().ok()), ..named("sleep") },
        "delay" => Op { ms: rest.get(1).and_then(|ms| ms.parse().ok()), ..device("rpm_set_autosuspend_delay") },
        "ignore_children" => Op { on: Some(true), ..device("rpm_ignore_children") },
        "shutdown" => named("shutdown"),
        other => device(&format!("rpm_{other}")),
    }
}

impl<'t, 'cx> Board<'t, 'cx> {
    /// Carry out one operation and everything that follows. Answers its return value; 0 for a function without.
    ///
    /// # Panics
    /// If there is nothing it could be carried out on.
    pub fn ret(&mut self, command: &str) -> i64 {
        self.op(&parse(command))
    }

    /// As [`ret`](Self::ret).
    ///
    /// # Panics
    /// As [`ret`](Self::ret).
    pub fn op(&mut self, op: &Op) -> i64 {
        self.run.world.inner().events.clear();
        let answer = crate::execute::execute(self.run.world, self.run.parts, self.cx, op);
        assert_eq!(answer.skipped, None, "{op:?}");
        self.run.parts.system.run_pending(self.cx);
        self.take_events();
        answer.ret.as_i64().unwrap_or(0)
    }

    /// Several operations, back to back and with nothing in between. Answers their return values.
    pub fn batch(&mut self, commands: &str) -> Vec<i64> {
        let op = Op { op: "batch".to_owned(), body: commands.split(';').map(parse).collect(), ..Op::default() };
        self.op(&op);
        self.events
            .iter()
            .filter(|event| event.get("did").is_some())
            .map(|event| event["ret"].as_i64().unwrap_or(0))
            .collect()
    }

    /// Several operations, separated by `;`.
    pub fn run(&mut self, commands: &str) -> &mut Self {
        for command in commands.split(';').filter(|command| !command.trim().is_empty()) {
            self.ret(command);
        }
        self
    }

    fn take_events(&mut self) {
        self.events = std::mem::take(&mut self.run.world.inner().events);
        for event in &self.events {
            let (Some(callback), Some(name)) =
                (event["cb"].as_str(), event["dev"].as_str().or(event["domain"].as_str()))
            else {
                continue;
            };
            let token = match callback {
                "probe" => "pb",
                "remove" => "rm",
                "sync_state" => "ss",
                "runtime_resume" => "rr",
                "runtime_suspend" => "rs",
                "power_on" => "on",
                "power_off" => "off",
                "prepare" => "P",
                "suspend" => "S",
                "suspend_late" => "SL",
                "suspend_noirq" => "SN",
                "resume_noirq" => "RN",
                "resume_early" => "RE",
                "resume" => "R",
                "complete" => "C",
                "shutdown" => "sd",
                _ => continue,
            };
            self.log.push(format!("{token}:{name}"));
        }
    }

    /// The callbacks since the last call.
    pub fn log(&mut self) -> String {
        std::mem::take(&mut self.log).join(" ")
    }

    /// The events of the last operation.
    pub fn events(&self) -> &[Value] {
        &self.events
    }

    /// Return values of the operations that callbacks carried out in the last operation.
    pub fn did(&self) -> Vec<i64> {
        self.events
            .iter()
            .filter(|event| event.get("did").is_some())
            .map(|event| event["ret"].as_i64().unwrap_or(0))
            .collect()
    }

    fn states(&self) -> States {
        crate::snapshot::states(self.run.parts.system, &self.run.world.inner())
    }

    /// A device's state, as a recording shows it.
    ///
    /// # Panics
    /// If there is no such device.
    pub fn device(&self, name: &str) -> Value {
        self.states().devices.remove(name).unwrap_or_else(|| panic!("no device {name}"))
    }

    /// A link's state, as a recording shows it; null if there is none.
    pub fn link(&self, supplier: &str, consumer: &str) -> Value {
        self.states().links.remove(&format!("{supplier} -> {consumer}")).unwrap_or(Value::Null)
    }

    /// A link's status; empty if there is none.
    pub fn status(&self, supplier: &str, consumer: &str) -> String {
        self.link(supplier, consumer)["status"].as_str().unwrap_or_default().to_owned()
    }

    /// A link's flags.
    pub fn flags(&self, supplier: &str, consumer: &str) -> String {
        let link = self.link(supplier, consumer);
        let flags: Vec<&str> = link["flags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        flags.join(" ")
    }

    /// A device's usage count.
    pub fn usage(&self, name: &str) -> u64 {
        self.device(name)["usage"].as_u64().unwrap_or(u64::MAX)
    }

    /// A device's runtime PM status.
    pub fn rpm(&self, name: &str) -> String {
        self.device(name)["rpm"].as_str().unwrap_or_default().to_owned()
    }

    /// Is a driver bound?
    pub fn bound(&self, name: &str) -> bool {
        self.device(name)["links"] == "bound"
    }

    /// Is a domain on?
    pub fn domain_on(&self, name: &str) -> bool {
        self.states().domains.get(name).is_some_and(|domain| domain["on"] == true)
    }

    /// The devices in order.
    pub fn order(&self, list: Order) -> String {
        let system = self.run.parts.system;
        let mut names = Vec::new();
        let mut next = system.next_in_order(list, None);
        while let Some(device) = next {
            names.push(crate::snapshot::device_name(system, device));
            next = system.next_in_order(list, Some(device));
        }
        names.retain(|name| name != "platform");
        names.join(" ")
    }

    /// A device's handle.
    ///
    /// # Panics
    /// If there is no such device.
    pub fn handle(&self, name: &str) -> DeviceHandle {
        self.run.world.inner().devices[name]
    }

    /// A domain's handle.
    ///
    /// # Panics
    /// If there is no such domain.
    pub fn domain(&self, name: &str) -> linkwright::device::DomainHandle {
        self.run.world.inner().domains[name]
    }

    /// The model.
    pub fn system(&self) -> &'static crate::world::Sys {
        self.run.parts.system
    }

    /// The context of the board's operations.
    pub fn context(&self) -> Context<'t, 'cx> {
        self.cx
    }

    /// How many links there are.
    pub fn links(&self) -> usize {
        self.states().links.len()
    }

    /// All devices' states.
    pub fn all_devices(&self) -> BTreeMap<String, Value> {
        self.states().devices
    }
}
