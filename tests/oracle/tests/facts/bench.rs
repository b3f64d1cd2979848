//! A bench for devices: a scenario is a text that shows, line by line, what is done and what comes of it.
//!
//! ```text
//! [given] OPERATION [; OPERATION] [-> RETURNED] [| LOG [| STATES]]
//! ```
//!
//! A line is carried out, everything queued finishes, then all of its expectations are compared exactly: an empty LOG
//! means that no callback ran; without `->` every operation must succeed. After `given` the log is not looked at.
//! Operations separated by `;` follow each other before anything queued can run. `#` begins a comment.
//!
//! | operation | |
//! | --- | --- |
//! | `add A P>B`, `init A`, `delete A` | register (`P>B`: below P), only initialise, unregister |
//! | `has A sync_state`, `lacks A pm` | A's driver has or lacks a callback; counts from the first line on |
//! | `driver A`, `bind A`, `unbind A` | register A's driver; let A look for a driver, registering it first; let go |
//! | `up A` | add, bind, and enable runtime PM |
//! | `link S<-C FLAGS`, `unlink S<-C` | C becomes consumer of S; drop a stateless reference |
//! | `domain G [on] FLAGS`, `subdomain H G`, `join G A`, `leave A` | power domains |
//! | `ret A.CALLBACK N M` | what the callback returns next; the last number for good |
//! | `in A.CALLBACK : OPERATION ; …` | what the callback does |
//! | `wait MS`, `system_sleep [async]`, `asynchronous A` | |
//! | `get_sync A`, `suspend A`, … | runtime PM; `set_autosuspend_delay A MS` |
//!
//! LOG: `pb:A` probe, `rm` remove, `ss` sync_state, `rr` and `rs` runtime resume and suspend, `on:G` and `off:G`
//! domains, the callbacks of system sleep by name; `=N` what it returned unless 0. What operations in callbacks
//! returned stands between: `get_sync:S=1`. Neighbours of one kind are drawn together: `suspend:K,C,S`.
//!
//! STATES: `u` usage, `rpm`, `error` latched, `children`, `bind`, `waits` for whom, `synced` of a device; `state`, `ra`
//! references on the supplier and one, `refs`, `flags` of a link; `on`, `why` of a domain; `order` of the devices named,
//! in both lists; `at(pb:C,S)`, `rpm_at(pb:C,S)`: the link to S, and S, when the callback began.

use linkwright::context::host_task;
use linkwright::device::{BindState, Context, DeviceHandle, LinkInfo, LinkState, Order, RpmStatus, Waiting, WhyOn};
use oracle::execute::execute;
use oracle::invariants::check_order;
use oracle::scenario::{Device, Domain, Driver, Op, Scenario, Topology};
use oracle::verdict::Mode;
use oracle::world::{Run, World};
use serde_json::Value;

/// Play a scenario with our rules.
#[track_caller]
pub(crate) fn play(script: &str) {
    play_by(Mode::default(), script);
}

/// Play a scenario with the rules of Linux 6.12, to show what a deviation changes.
#[track_caller]
pub(crate) fn play_as_linux(script: &str) {
    play_by(Mode::LINUX, script);
}

#[track_caller]
fn play_by(mode: Mode, script: &str) {
    let problem = on_bench(mode, script, |bench| {
        script.lines().enumerate().find_map(|(number, line)| {
            bench.line(line).err().map(|problem| format!("line {}: {}\n{problem}", number + 1, line.trim()))
        })
    });
    if let Some(problem) = problem {
        panic!("{problem}");
    }
}

/// A bench with everything that `declarations` names, for tests that are written in Rust.
pub(crate) fn on_bench<R>(mode: Mode, declarations: &str, test: impl FnOnce(&Bench<'_, '_>) -> R) -> R {
    let scenario = declared(declarations);
    host_task(|task| {
        let cx = Context::sleepable(task);
        test(&Bench { run: World::start(&scenario, mode, cx), cx })
    })
}

/// A running system.
pub(crate) struct Bench<'t, 'cx> {
    run: Run,
    cx: Context<'t, 'cx>,
}

/// What a line did.
struct Did {
    returned: Vec<(Op, Value)>,
    events: Vec<Value>,
}

impl<'t, 'cx> Bench<'t, 'cx> {
    /// The system.
    pub(crate) fn system(&self) -> &'static oracle::world::Sys {
        self.run.parts.system
    }

    /// A context that may sleep.
    pub(crate) fn context(&self) -> Context<'t, 'cx> {
        self.cx
    }

    /// A device.
    pub(crate) fn device(&self, name: &str) -> DeviceHandle {
        *self.run.world.inner().devices.get(name).unwrap_or_else(|| panic!("no device `{name}`"))
    }

    /// Carry out operations and answer the log.
    pub(crate) fn does(&self, operations: &str) -> String {
        log_of(&self.carry_out(operations).events)
    }

    /// Carry out a line and compare.
    ///
    /// # Errors
    /// What was expected, and what came.
    pub(crate) fn line(&self, line: &str) -> Result<(), String> {
        let line = line.split('#').next().unwrap_or_default().trim();
        let mut parts = line.split('|').map(str::trim);
        let head = parts.next().unwrap_or_default();
        let (expected_log, states) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let (operations, expected_return) = match head.rsplit_once("->") {
            Some((operations, expected)) => (operations.trim(), Some(expected.trim())),
            None => (head, None),
        };
        let (operations, given) = match operations.strip_prefix("given ") {
            Some(operations) => (operations, true),
            None => (operations, false),
        };
        let did = self.carry_out(operations);
        let returned: Vec<String> = did.returned.iter().map(|(op, ret)| answer(op, ret)).collect();
        let problem = self.run.world.inner().problems.first().cloned();
        let mut wrong = problem.map_or_else(String::new, |problem| format!("  {problem}\n"));
        let mut compare = |what: &str, expected: &str, got: &str| {
            if expected != got {
                wrong += &format!("  {what}\n    expected: {expected}\n    got:      {got}\n");
            }
        };
        match expected_return {
            Some(expected) => compare("returned", expected, &returned.join(" ")),
            None => {
                let failed = returned.iter().find(|ret| ret.starts_with('-') || ret.as_str() == "refused");
                compare("returned", "success", failed.map_or("success", String::as_str));
            }
        }
        if !given {
            let expected = expected_log.split_whitespace().collect::<Vec<_>>().join(" ");
            compare("log", &expected, &log_of(&did.events));
        }
        for state in states.split_whitespace() {
            let (key, expected) = state.split_once('=').unwrap_or((state, "true"));
            compare(key, expected, &self.state(key, expected, &did.events));
        }
        if let Err(error) = check_order(&self.run) {
            compare("order lists", "parents and suppliers first", &error);
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    fn carry_out(&self, operations: &str) -> Did {
        let (world, parts) = (self.run.world, self.run.parts);
        world.inner().events.clear();
        let mut returned = Vec::new();
        for op in read(operations) {
            // To bind means to look for a driver, and here each device has its own.
            let bind = op.op == "attach" && parts.system.driver_named(op.dev.as_deref().unwrap_or_default()).is_none();
            let op = if bind { Op { op: "driver_register".into(), driver: op.dev.clone(), ..op } } else { op };
            let answer = execute(world, parts, self.cx, &op);
            if let Some(why) = answer.skipped {
                world.inner().problems.push(format!("not carried out: {why}: {op:?}"));
            }
            returned.push((op, answer.ret));
        }
        // Work that makes work for ever is a mistake, and should not fill the memory with its log.
        if (0..10_000).all(|_| parts.system.run_one(self.cx)) {
            world.inner().problems.push("it never comes to rest".into());
        }
        Did { returned, events: std::mem::take(&mut world.inner().events) }
    }

    /// The text of a state, in the vocabulary of the expectation.
    fn state(&self, key: &str, expected: &str, events: &[Value]) -> String {
        let system = self.system();
        if key == "order" {
            return self.order(&expected.split(',').map(|name| self.device(name)).collect::<Vec<_>>());
        }
        let (what, of) = key.split_once('(').unwrap_or((key, ""));
        let of = of.trim_end_matches(')');
        if let "at" | "rpm_at" = what {
            let (callback, peer) = of.split_once(',').unwrap_or((of, ""));
            return surroundings(events, callback, peer, if what == "at" { 1 } else { 2 });
        }
        if let "on" | "why" = what {
            let domain = *self.run.world.inner().domains.get(of).unwrap_or_else(|| panic!("no domain `{of}`"));
            return match what {
                "on" => system.domain_info(domain).map_or_else(String::new, |info| info.on.to_string()),
                _ => self.why(system.why_on(domain)),
            };
        }
        if let Some((supplier, consumer)) = of.split_once("<-") {
            let link = system.link_of(self.device(consumer), self.device(supplier));
            return link
                .and_then(|link| system.link_info(link))
                .map_or_else(|| "gone".into(), |info| link_state(what, &info));
        }
        let device = self.device(of);
        let (Some(info), Some(rpm)) = (system.device_info(device), system.rpm_info(device)) else {
            return "gone".into();
        };
        match what {
            "u" => rpm.usage.to_string(),
            "children" => rpm.children.to_string(),
            "error" => number(rpm.error.map_or(0, |error| i64::from(error.get()))),
            "synced" => info.synced.to_string(),
            "attempts" => system.attempts(device).unwrap_or_default().to_string(),
            "rpm" => match rpm.status {
                RpmStatus::Active => "active",
                RpmStatus::Resuming => "resuming",
                RpmStatus::Suspended => "suspended",
                RpmStatus::Suspending => "suspending",
            }
            .into(),
            "bind" => match info.bind {
                BindState::Unbound => "unbound",
                BindState::Deferred => "deferred",
                BindState::Probing => "probing",
                BindState::Bound => "bound",
                BindState::Unbinding => "unbinding",
            }
            .into(),
            "waits" => match system.waiting(device) {
                None => "no".into(),
                Some(Waiting::Driver) => "driver".into(),
                Some(Waiting::Sleep) => "sleep".into(),
                Some(Waiting::Supplier { name, .. }) => name.into(),
            },
            _ => panic!("unknown state `{what}`"),
        }
    }

    fn order(&self, devices: &[DeviceHandle]) -> String {
        let list = |list| {
            let mut names = Vec::new();
            let mut next = self.system().next_in_order(list, None);
            while let Some(device) = next {
                if devices.contains(&device) {
                    names.push(self.name(device));
                }
                next = self.system().next_in_order(list, Some(device));
            }
            names.join(",")
        };
        let (sleep, shutdown) = (list(Order::Sleep), list(Order::Shutdown));
        if sleep == shutdown { sleep } else { format!("sleep {sleep}, shutdown {shutdown}") }
    }

    fn name(&self, device: DeviceHandle) -> &'static str {
        self.system().device_info(device).map_or("?", |info| info.name)
    }

    fn why(&self, why: Option<WhyOn>) -> String {
        match why {
            None => "off".into(),
            Some(WhyOn::Member(device)) => format!("member:{}", self.name(device)),
            Some(WhyOn::MemberDisabled(device)) => format!("disabled:{}", self.name(device)),
            Some(WhyOn::IrqSafeMember(device)) => format!("irq_safe:{}", self.name(device)),
            Some(WhyOn::Pinned(device)) => format!("pinned:{}", self.name(device)),
            Some(WhyOn::Refused(errno)) => format!("refused:{}", number(i64::from(errno.get()))),
            Some(WhyOn::Subdomain(_)) => "subdomain".into(),
            Some(other) => format!("{other:?}").to_lowercase(),
        }
    }
}

fn link_state(what: &str, info: &LinkInfo) -> String {
    match what {
        "state" => match info.state {
            LinkState::None => "none",
            LinkState::Dormant => "dormant",
            LinkState::Available => "available",
            LinkState::ConsumerProbe => "consumer_probe",
            LinkState::Active => "active",
            LinkState::SupplierUnbind => "supplier_unbind",
        }
        .into(),
        "ra" => info.rpm_active.to_string(),
        "refs" => info.refs.to_string(),
        "flags" => info.flags.names().collect::<Vec<_>>().join("+"),
        _ => panic!("unknown state `{what}` of a link"),
    }
}

/// What the last such callback saw of a peer.
fn surroundings(events: &[Value], callback: &str, peer: &str, field: usize) -> String {
    let event =
        events.iter().rev().find(|event| token(event).is_some_and(|(kind, who)| format!("{kind}:{who}") == callback));
    let Some(event) = event else { return format!("no {callback}") };
    let peers = ["suppliers", "consumers"].iter().filter_map(|side| event[*side].as_array()).flatten();
    peers
        .into_iter()
        .find(|entry| entry[0] == peer)
        .map_or_else(|| "not there".into(), |entry| entry[field].as_str().unwrap_or_default().to_owned())
}

const ERRORS: [(&str, i64); 8] = [
    ("EPERM", 1),
    ("EIO", 5),
    ("EAGAIN", 11),
    ("EACCES", 13),
    ("EBUSY", 16),
    ("EINVAL", 22),
    ("EINPROGRESS", 115),
    ("EPROBE_DEFER", 517),
];

fn number(number: i64) -> String {
    let name = ERRORS.iter().find(|(_, value)| -value == number);
    name.map_or_else(|| number.to_string(), |(name, _)| format!("-{name}"))
}

fn read_number(text: &str) -> i32 {
    let value = match text.strip_prefix('-').and_then(|name| ERRORS.iter().find(|(known, _)| *known == name)) {
        Some((_, value)) => -value,
        None => text.parse().unwrap_or_else(|_| panic!("`{text}` is no number")),
    };
    i32::try_from(value).expect("an error number")
}

fn answer(op: &Op, ret: &Value) -> String {
    match (op.op.as_str(), ret.as_i64()) {
        ("link_add", Some(0)) => "refused".into(),
        ("link_add", _) => "ok".into(),
        (_, None) => "done".into(),
        (_, Some(ret)) => number(ret),
    }
}

/// Kind and object of a callback's event.
fn token(event: &Value) -> Option<(&str, &str)> {
    let who = event.get("dev").or_else(|| event.get("domain"))?.as_str()?;
    let kind = match event.get("cb")?.as_str()? {
        "probe" => "pb",
        "remove" => "rm",
        "sync_state" => "ss",
        "runtime_resume" => "rr",
        "runtime_suspend" => "rs",
        "power_on" => "on",
        "power_off" => "off",
        "suspend_late" => "late",
        "suspend_noirq" => "noirq",
        "resume_early" => "early",
        other => other,
    };
    Some((kind, who))
}

fn log_of(events: &[Value]) -> String {
    const SLEEP: [&str; 8] = ["prepare", "suspend", "late", "noirq", "resume_noirq", "early", "resume", "complete"];
    let mut log: Vec<String> = Vec::new();
    let mut last = "";
    for event in events {
        if let Some((kind, who)) = token(event) {
            let ret = match event["ret"].as_i64() {
                None | Some(0) => String::new(),
                Some(ret) => format!("={}", number(ret)),
            };
            match log.last_mut() {
                Some(entry) if last == kind && SLEEP.contains(&kind) => *entry += &format!(",{who}{ret}"),
                _ => log.push(format!("{kind}:{who}{ret}")),
            }
            last = kind;
        } else if let Some(op) = event.get("did") {
            let op: Op = serde_json::from_value(op.clone()).expect("an operation");
            let name = op.op.strip_prefix("rpm_").unwrap_or(&op.op);
            let object = match (&op.supplier, &op.consumer) {
                (Some(supplier), Some(consumer)) => format!("{supplier}<-{consumer}"),
                _ => op.dev.clone().or_else(|| op.driver.clone()).unwrap_or_default(),
            };
            log.push(format!("{name}:{object}={}", answer(&op, &event["ret"])));
            last = "";
        }
    }
    log.join(" ")
}

/// The operations of a line.
fn read(text: &str) -> Vec<Op> {
    if let Some(rest) = text.trim().strip_prefix("in ") {
        let (callback, body) = rest.split_once(" : ").expect("`in A.CALLBACK : OPERATION`");
        return vec![Op { body: read(body), ..on_callback("on", callback.trim()) }];
    }
    text.split(';').flat_map(|operation| read_one(operation.trim())).collect()
}

fn on_callback(name: &str, callback: &str) -> Op {
    let (object, callback) = callback.split_once('.').expect("`A.CALLBACK`");
    let domain = callback.starts_with("power_");
    let object = Some(object.to_owned());
    let cb = Some(callback.to_owned());
    let op = Op { op: name.into(), cb, ..Op::default() };
    if domain { Op { domain: object, ..op } } else { Op { dev: object, ..op } }
}

fn of_device(name: &str, device: &str) -> Op {
    Op { op: name.into(), dev: Some(device.into()), ..Op::default() }
}

/// `P>A`: the device, and its parent.
fn below(text: &str) -> (&str, Option<&str>) {
    text.rsplit_once('>').map_or((text, None), |(parent, name)| (name, Some(parent)))
}

fn read_one(text: &str) -> Vec<Op> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [verb, args @ ..] = words.as_slice() else { return Vec::new() };
    let plain = |name: &str| Op { op: name.into(), ..Op::default() };
    let each = |name: &str| args.iter().map(|device| of_device(name, below(device).0)).collect::<Vec<_>>();
    let texts = |args: &[&str]| args.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let link = |name: &str| {
        let (supplier, consumer) = args[0].split_once("<-").expect("`S<-C`");
        let (supplier, consumer) = (Some(supplier.to_owned()), Some(consumer.to_owned()));
        vec![Op { supplier, consumer, flags: texts(&args[1..]), ..plain(name) }]
    };
    match *verb {
        "has" | "lacks" => Vec::new(),
        "add" => each("device_add"),
        "init" => each("device_init"),
        "delete" => each("device_del"),
        "driver" => args.iter().map(|name| Op { driver: Some((*name).into()), ..plain("driver_register") }).collect(),
        "bind" => each("attach"),
        "unbind" => each("unbind"),
        "up" => {
            let up = |device: &&str| {
                let name = below(device).0;
                let driver = Op { driver: Some(name.into()), ..plain("driver_register") };
                [of_device("device_add", name), driver, of_device("rpm_enable", name)]
            };
            args.iter().flat_map(up).collect()
        }
        "link" => link("link_add"),
        "unlink" => link("link_del"),
        "domain" => vec![Op { domain: Some(args[0].into()), ..plain("domain_add") }],
        "subdomain" => {
            vec![Op { parent: Some(args[0].into()), child: Some(args[1].into()), ..plain("subdomain_add") }]
        }
        "join" => vec![Op { domain: Some(args[0].into()), ..of_device("domain_attach", args[1]) }],
        "leave" => each("domain_detach"),
        "ret" => {
            let numbers: Vec<i32> = args[1..].iter().map(|text| read_number(text)).collect();
            let (then, rets) = numbers.split_last().expect("a number");
            vec![Op { rets: rets.to_vec(), then: Some(*then), ..on_callback("set_ret", args[0]) }]
        }
        "wait" => vec![Op { ms: args[0].parse().ok(), ..plain("sleep") }],
        "system_sleep" => vec![Op {
            state: Some("mem".into()),
            test: Some("none".into()),
            concurrent: args.contains(&"async"),
            ..plain("suspend")
        }],
        "asynchronous" => each("async_suspend"),
        "set_autosuspend_delay" => {
            vec![Op { ms: args[1].parse().ok(), ..of_device("rpm_set_autosuspend_delay", args[0]) }]
        }
        runtime_pm => each(&format!("rpm_{runtime_pm}")),
    }
}

/// What the script declares: the model needs to know names, parents and drivers beforehand.
fn declared(script: &str) -> Scenario {
    let mut topology = Topology::default();
    let lines = script.lines().map(|line| line.split(['#', '|']).next().unwrap_or_default());
    let operations =
        lines.flat_map(|line| line.split([';', ':'])).map(|text| text.split("->").next().unwrap_or_default());
    for operation in operations {
        let words: Vec<&str> = operation.split_whitespace().filter(|word| *word != "given").collect();
        let [verb, args @ ..] = words.as_slice() else { continue };
        match *verb {
            "add" | "init" | "up" => {
                for device in args {
                    let (name, parent) = below(device);
                    let known = topology.devices.contains_key(name);
                    if !known {
                        topology.devices.insert(name.into(), Device { parent: parent.map(Into::into) });
                    }
                    driver_of(&mut topology, name);
                }
            }
            "has" => driver_of(&mut topology, args[0]).with.push(args[1].into()),
            "lacks" => driver_of(&mut topology, args[0]).without.push(args[1].into()),
            "domain" => {
                let on = args.contains(&"on");
                let flags = args[1..].iter().filter(|flag| **flag != "on").map(|flag| (*flag).into()).collect();
                let domain = Domain { initially: if on { "on" } else { "off" }.into(), flags };
                topology.domains.insert(args[0].into(), domain);
            }
            _ => {}
        }
    }
    Scenario { name: "a fact".into(), topology, ops: Vec::new(), partial_order: false, expect_hang: false }
}

fn driver_of<'t>(topology: &'t mut Topology, device: &str) -> &'t mut Driver {
    topology.drivers.entry(device.into()).or_insert_with(|| Driver {
        devices: vec![device.into()],
        with: Vec::new(),
        // Idle checks that always say yes would only lengthen the logs.
        without: vec!["runtime_idle".into()],
    })
}

#[test]
fn a_wrong_expectation_is_found() {
    on_bench(Mode::default(), "add S C", |bench| {
        let told = |line: &str| bench.line(line).expect_err(line);
        assert!(told("up S C").contains("expected: \n    got:      pb:S pb:C"));
        assert!(told("link S<-C -> refused").contains("expected: refused\n    got:      ok"));
        assert!(told("get_sync C | rr:S rr:C").contains("expected: rr:S rr:C\n    got:      rr:C"));
        assert!(told("put_sync C | rs:C | u(C)=1").contains("u(C)\n    expected: 1\n    got:      0"));
        assert!(told("link C<-C").contains("got:      refused"));
        assert!(told("frobnicate C").contains("unknown operation"));
    });
}
