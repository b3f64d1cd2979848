//! Operations of a scenario, carried out on the model.

use linkwright::device::{
    Context, DeviceConfig, DeviceHandle, DomainConfig, Error, Lifetime, LinkKind, Marks, RpmError, RpmResult,
    RuntimePm, SleepDepth, SleepError, SleepFlags, SleepRequest, SleepStep, rpm_number,
};
use serde_json::{Value, json};

use crate::scenario::Op;
use crate::script::{carry_out, phase_name};
use crate::world::{Parts, Script, Sys, World};

/// What an operation answered.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Its return value; null for a function without.
    pub ret: Value,
    /// Why it was not carried out.
    pub skipped: Option<&'static str>,
    /// Where system sleep failed.
    pub failed: Option<Value>,
}

type Skip = &'static str;

impl Answer {
    fn of(ret: impl Into<Value>) -> Self {
        Self { ret: ret.into(), ..Self::default() }
    }
}

/// Carry out an operation.
pub fn execute(world: &'static World, parts: &Parts, cx: Context<'_, '_>, op: &Op) -> Answer {
    let cx = if op.atomic { Context::atomic() } else { cx };
    let executor = Executor { world, parts, system: parts.system, cx, op };
    match executor.run() {
        Ok(answer) => answer,
        Err(skipped) => Answer { skipped: Some(skipped), ..Answer::default() },
    }
}

struct Executor<'a, 't, 'cx> {
    world: &'static World,
    parts: &'a Parts,
    system: &'static Sys,
    cx: Context<'t, 'cx>,
    op: &'a Op,
}

fn number(result: Result<(), Error>) -> Answer {
    Answer::of(match result {
        Ok(()) => 0,
        Err(error) => error.errno().get(),
    })
}

fn rpm_unit(result: Result<(), RpmError>) -> Answer {
    Answer::of(match result {
        Ok(()) => 0,
        Err(error) => error.errno().get(),
    })
}

fn rpm_bool(result: Result<bool, RpmError>) -> Answer {
    Answer::of(match result {
        Ok(yes) => i32::from(yes),
        Err(error) => error.errno().get(),
    })
}

fn rpm(result: RpmResult) -> Answer {
    Answer::of(rpm_number(result))
}

fn none<T>(_: T) -> Answer {
    Answer::default()
}

impl Executor<'_, '_, '_> {
    fn named(&self, name: &Option<String>) -> Result<DeviceHandle, Skip> {
        let name = name.as_deref().unwrap_or_default();
        self.world.inner().devices.get(name).copied().ok_or("nodevice")
    }

    fn device(&self) -> Result<DeviceHandle, Skip> {
        self.named(&self.op.dev)
    }

    fn added(&self) -> Result<DeviceHandle, Skip> {
        let device = self.device()?;
        let added = self.system.device_info(device).is_some_and(|info| info.registered);
        if added { Ok(device) } else { Err("notadded") }
    }

    fn domain(&self, name: &Option<String>) -> Result<linkwright::device::DomainHandle, Skip> {
        self.world.inner().domains.get(name.as_deref().unwrap_or_default()).copied().ok_or("nodomain")
    }

    fn run(&self) -> Result<Answer, Skip> {
        if let Some(rest) = self.op.op.strip_prefix("rpm_") {
            return self.runtime_pm(rest);
        }
        let (system, cx, op) = (self.system, self.cx, self.op);
        Ok(match op.op.as_str() {
            "device_init" | "device_add" => return self.device_add(),
            "device_del" => return self.device_del(),
            "driver_register" => {
                let name = op.driver.as_deref().unwrap_or_default();
                if system.driver_named(name).is_some() {
                    return Err("exists");
                }
                let driver = self.parts.drivers.get(name).ok_or("nodriver")?;
                number(system.driver_register(cx, *driver).map(|_| ()))
            }
            "driver_unregister" => none(system.driver_unregister(cx, self.driver()?)),
            "bind" => {
                let device = self.added()?;
                match system.device_bind(cx, device, self.driver()?) {
                    // Somebody who binds by hand is told to try again.
                    Err(Error::Deferred) => Answer::of(-11),
                    result => number(result),
                }
            }
            "unbind" => none(system.device_unbind(cx, self.added()?)),
            "attach" => match system.device_attach(cx, self.added()?) {
                Ok(bound) => Answer::of(i32::from(bound)),
                Err(error) => number(Err(error)),
            },
            "link_add" => return self.link_add(),
            "link_del" => {
                let (consumer, supplier) = (self.named(&op.consumer)?, self.named(&op.supplier)?);
                let link = system.link_of(consumer, supplier).ok_or("nolink")?;
                none(system.link_del(link))
            }
            "link_remove" => none(system.link_remove(self.named(&op.consumer)?, self.named(&op.supplier)?)),
            "domain_add" => return self.domain_add(),
            "domain_attach" => {
                let (domain, device) = (self.domain(&op.domain)?, self.device()?);
                if system.domain_of(device).is_some() {
                    return Err("attached");
                }
                number(system.domain_attach(cx, domain, device))
            }
            "domain_detach" => {
                let device = self.device()?;
                let domain = system.domain_of(device).ok_or("nodomain")?;
                number(system.domain_detach(cx, domain, device))
            }
            "subdomain_add" => number(system.subdomain_add(self.domain(&op.parent)?, self.domain(&op.child)?)),
            "subdomain_remove" => number(system.subdomain_remove(self.domain(&op.parent)?, self.domain(&op.child)?)),
            "on" | "set_ret" => self.script(),
            "batch" => {
                for op in &op.body {
                    carry_out(self.world, cx, op);
                }
                Answer::default()
            }
            "sleep" => {
                self.let_pass(op.ms.unwrap_or(0));
                Answer::default()
            }
            "suspend" => self.suspend(),
            "wakeup_enable" => number(system.set_may_wake(self.device()?, op.on.unwrap_or(true))),
            "wakeup_event" => none(system.wakeup_event(self.device()?, op.hard.unwrap_or(false))),
            "dpm_flags" => {
                let has = |name: &str| op.flags.iter().any(|flag| flag == name);
                let flags = SleepFlags {
                    no_direct_complete: has("NO_DIRECT_COMPLETE"),
                    smart_suspend: has("SMART_SUSPEND"),
                    may_skip_resume: has("MAY_SKIP_RESUME"),
                };
                none(system.set_sleep_flags(self.device()?, flags))
            }
            "async_suspend" => none(system.set_async_sleep(self.device()?, op.on.unwrap_or(true))),
            "shutdown" => none(system.shutdown(cx)),
            other => {
                self.world.inner().problems.push(format!("unknown operation `{other}`"));
                Answer::default()
            }
        })
    }

    fn driver(&self) -> Result<linkwright::device::DriverHandle, Skip> {
        self.system.driver_named(self.op.driver.as_deref().unwrap_or_default()).ok_or("nodriver")
    }

    fn device_add(&self) -> Result<Answer, Skip> {
        let name = self.op.dev.as_deref().unwrap_or_default();
        let (known, info) = self.world.scenario.topology.devices.get_key_value(name).ok_or("nodevice")?;
        let init_only = self.op.op == "device_init";
        let existing = self.world.inner().devices.get(name).copied();
        let device = match existing {
            Some(device) => {
                let added = self.system.device_info(device).is_some_and(|info| info.registered);
                if added || init_only {
                    return Err("exists");
                }
                device
            }
            None => {
                let parent = match &info.parent {
                    None => self.world.inner().bus,
                    Some(parent) => {
                        let parent = self.named(&Some(parent.clone())).map_err(|_| "noparent")?;
                        if !self.system.device_info(parent).is_some_and(|info| info.registered) {
                            return Err("noparent");
                        }
                        Some(parent)
                    }
                };
                let config = DeviceConfig { name: known, number: 0, parent, no_pm_callbacks: false };
                match self.system.device_init(config) {
                    Ok(device) => device,
                    Err(error) => return Ok(number(Err(error))),
                }
            }
        };
        self.world.inner().devices.insert(name.to_owned(), device);
        if init_only {
            return Ok(Answer::of(0));
        }
        Ok(number(self.system.device_add(self.cx, device)))
    }

    fn device_del(&self) -> Result<Answer, Skip> {
        let device = self.added()?;
        let name = self.op.dev.as_deref().unwrap_or_default();
        let has_children = {
            let inner = self.world.inner();
            inner.devices.values().any(|other| {
                self.system.device_info(*other).is_some_and(|info| info.registered && info.parent == Some(device))
            })
        };
        if has_children {
            return Err("children");
        }
        match self.system.device_del(self.cx, device) {
            Ok(()) => {
                let mut inner = self.world.inner();
                inner.devices.remove(name);
                inner.inert.retain(|(supplier, consumer)| supplier != name && consumer != name);
                Ok(Answer::default())
            }
            Err(_) => Ok(Answer::default()),
        }
    }

    fn link_add(&self) -> Result<Answer, Skip> {
        let (consumer, supplier) = (self.named(&self.op.consumer)?, self.named(&self.op.supplier)?);
        let Some(kind) = link_kind(&self.op.flags) else {
            let has = |name: &str| self.op.flags.iter().any(|flag| flag == name);
            let late = has("SYNC_STATE_ONLY") && has("PM_RUNTIME") && has("RPM_ACTIVE");
            let early = has("STATELESS") || has("MANAGED") || has("AUTOPROBE_CONSUMER") || consumer == supplier;
            if self.world.mode.illegal_flags_leak && late && !early {
                let _ = self.system.resume_and_get(self.cx, supplier);
            }
            return Ok(Answer::of(0));
        };
        let fresh = self.system.link_of(consumer, supplier).is_none();
        let added = self.system.link_add(self.cx, consumer, supplier, kind, None).is_ok();
        if added {
            let has = |name: &str| self.op.flags.iter().any(|flag| flag == name);
            let pair = (self.op.supplier.clone().unwrap_or_default(), self.op.consumer.clone().unwrap_or_default());
            let mut inner = self.world.inner();
            if fresh {
                inner.inert.remove(&pair);
                if has("RPM_ACTIVE") && !has("PM_RUNTIME") {
                    inner.inert.insert(pair);
                }
            }
        }
        Ok(Answer::of(i32::from(added)))
    }

    fn domain_add(&self) -> Result<Answer, Skip> {
        let name = self.op.domain.as_deref().unwrap_or_default();
        let (known, info) = self.world.scenario.topology.domains.get_key_value(name).ok_or("nodomain")?;
        if self.world.inner().domains.contains_key(name) {
            return Err("exists");
        }
        let ops = self.parts.domains.get(name).ok_or("nodomain")?;
        let has = |flag: &str| info.flags.iter().any(|f| f == flag);
        let config = DomainConfig {
            name: known,
            on: info.initially == "on",
            irq_safe: has("IRQ_SAFE"),
            always_on: has("ALWAYS_ON"),
            rpm_always_on: has("RPM_ALWAYS_ON"),
            active_wakeup: has("ACTIVE_WAKEUP"),
        };
        Ok(match self.system.domain_add(config, *ops) {
            Ok(domain) => {
                self.world.inner().domains.insert(name.to_owned(), domain);
                Answer::of(0)
            }
            Err(error) => number(Err(error)),
        })
    }

    fn script(&self) -> Answer {
        let op = self.op;
        let object = op.dev.clone().or_else(|| op.domain.clone()).unwrap_or_default();
        let mut inner = self.world.inner();
        let script: &mut Script = inner.scripts.entry((object, op.cb.clone().unwrap_or_default())).or_default();
        if op.op == "on" {
            script.body.clone_from(&op.body);
            script.times = op.times;
        } else {
            script.rets = op.rets.iter().copied().collect();
            script.then = op.then.unwrap_or(0);
        }
        Answer::default()
    }

    /// Time passes; whoever has work does it meanwhile.
    fn let_pass(&self, ms: i64) {
        let platform = self.system.platform();
        let end = now(self.system) + u64::try_from(ms).unwrap_or(0) * 1_000_000;
        if !self.cx.is_atomic() {
            while let Some(at) = self.system.next_deadline().filter(|at| *at <= end) {
                platform.advance_to(at);
                self.system.run_pending(self.cx);
            }
        }
        platform.advance_to(end);
    }

    fn suspend(&self) -> Answer {
        let op = self.op;
        let depth = match op.test.as_deref() {
            Some("freezer") => SleepDepth::Freezer,
            Some("devices") => SleepDepth::Devices,
            Some("platform" | "processors" | "core") => SleepDepth::Platform,
            _ => SleepDepth::Full,
        };
        let request = SleepRequest { depth, concurrent: op.concurrent, check_wakeups: op.check_wakeups };
        let end = now(self.system) + u64::try_from(op.wake_ms.unwrap_or(0)).unwrap_or(0) * 1_000_000;
        let result = self.system.system_sleep(self.cx, &request, &mut || self.system.platform().advance_to(end));
        match result {
            Ok(()) => Answer::of(0),
            Err(error) => Answer { failed: failure(self.system, &error), ..Answer::of(error.error.get()) },
        }
    }
}

fn now(system: &Sys) -> u64 {
    use linkwright::device::Platform;
    system.platform().now()
}

fn failure(system: &Sys, error: &SleepError) -> Option<Value> {
    let step = match error.step {
        SleepStep::Begin => return None,
        SleepStep::Prepare => "prepare",
        SleepStep::Phase(phase) => phase_name(phase),
    };
    let mut failed = json!({"step": step});
    if let Some(device) = error.device {
        failed["dev"] = json!(crate::snapshot::device_name(system, device));
    }
    Some(failed)
}

/// The legal link that a set of flags means.
fn link_kind(flags: &[String]) -> Option<LinkKind> {
    const KNOWN: [&str; 9] = [
        "STATELESS",
        "AUTOREMOVE_CONSUMER",
        "PM_RUNTIME",
        "RPM_ACTIVE",
        "AUTOREMOVE_SUPPLIER",
        "AUTOPROBE_CONSUMER",
        "SYNC_STATE_ONLY",
        "INFERRED",
        "CYCLE",
    ];
    let has = |name: &str| flags.iter().any(|flag| flag == name);
    if flags.iter().any(|flag| !KNOWN.contains(&flag.as_str())) {
        return None;
    }
    let runtime_pm = match (has("PM_RUNTIME"), has("RPM_ACTIVE")) {
        (true, true) => RuntimePm::FollowActive,
        (true, false) => RuntimePm::Follow,
        (false, _) => RuntimePm::Off,
    };
    let lifetimes = [
        ("AUTOREMOVE_SUPPLIER", Lifetime::SupplierDriver),
        ("AUTOREMOVE_CONSUMER", Lifetime::ConsumerDriver),
        ("AUTOPROBE_CONSUMER", Lifetime::AutoprobeConsumer),
    ];
    let managed_only = has("SYNC_STATE_ONLY") || has("INFERRED") || has("CYCLE");
    let lifetime = lifetimes.iter().find(|(name, _)| has(name)).map(|(_, lifetime)| *lifetime);
    let marks = Marks { inferred: has("INFERRED"), cycle: has("CYCLE") };
    if has("STATELESS") {
        return (!managed_only && lifetime.is_none()).then_some(LinkKind::Stateless { runtime_pm });
    }
    if has("AUTOPROBE_CONSUMER") && (has("AUTOREMOVE_CONSUMER") || has("AUTOREMOVE_SUPPLIER")) {
        return None;
    }
    if has("SYNC_STATE_ONLY") {
        let alone = lifetime.is_none() && !has("PM_RUNTIME") && !has("RPM_ACTIVE");
        return alone.then_some(LinkKind::SyncStateOnly { marks });
    }
    Some(LinkKind::Managed { runtime_pm, lifetime: lifetime.unwrap_or_default(), marks })
}

impl Executor<'_, '_, '_> {
    fn runtime_pm(&self, name: &str) -> Result<Answer, Skip> {
        let (system, cx, op) = (self.system, self.cx, self.op);
        let device = self.device()?;
        let milliseconds = op.ms.unwrap_or(0);
        Ok(match name {
            "enable" => none(system.enable(device)),
            "disable" => none(system.disable(cx, device)),
            "barrier" => rpm_bool(system.barrier(cx, device)),
            "get" => rpm(system.get(device)),
            "get_sync" => rpm(system.get_sync(cx, device)),
            "resume_and_get" => rpm(system.resume_and_get(cx, device)),
            "get_noresume" => none(system.get_noresume(device)),
            "get_if_active" => rpm_bool(system.get_if_active(device)),
            "get_if_in_use" => rpm_bool(system.get_if_in_use(device)),
            "put" => rpm(system.put(device)),
            "put_sync" => rpm(system.put_sync(cx, device)),
            "put_noidle" => none(system.put_noidle(device)),
            "put_sync_suspend" => rpm(system.put_sync_suspend(cx, device)),
            "put_sync_autosuspend" => rpm(system.put_sync_autosuspend(cx, device)),
            "put_autosuspend" => rpm(system.put_autosuspend(device)),
            "resume" => rpm(system.resume(cx, device)),
            "suspend" => rpm(system.suspend(cx, device)),
            "autosuspend" => rpm(system.autosuspend(cx, device)),
            "idle" => rpm(system.idle(cx, device)),
            "request_resume" => rpm(system.request_resume(device)),
            "request_idle" => rpm(system.request_idle(device)),
            "request_autosuspend" => rpm(system.request_autosuspend(device)),
            "schedule_suspend" => rpm(system.schedule_suspend(device, u32::try_from(milliseconds).unwrap_or(0))),
            "set_active" => rpm_unit(system.set_active(cx, device)),
            "set_suspended" => rpm_unit(system.set_suspended(device)),
            "forbid" => none(system.forbid(cx, device)),
            "allow" => none(system.allow(device)),
            "irq_safe" => none(system.set_irq_safe(cx, device)),
            "no_callbacks" => none(system.set_no_callbacks(device)),
            "ignore_children" => none(system.set_ignore_children(device, op.on.unwrap_or(true))),
            "mark_last_busy" => none(system.mark_last_busy(device)),
            "use_autosuspend" => none(system.use_autosuspend(cx, device, true)),
            "dont_use_autosuspend" => none(system.use_autosuspend(cx, device, false)),
            "set_autosuspend_delay" => {
                none(system.set_autosuspend_delay(cx, device, i32::try_from(milliseconds).unwrap_or(i32::MAX)))
            }
            "force_suspend" => rpm_unit(system.force_suspend(cx, device)),
            "force_resume" => rpm_unit(system.force_resume(cx, device)),
            other => {
                self.world.inner().problems.push(format!("unknown operation `rpm_{other}`"));
                Answer::default()
            }
        })
    }
}
