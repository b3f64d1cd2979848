//! Drivers and domains that do what a scenario tells them.

use linkwright::device::{
    Call, Context, DeviceInfo, DomainCall, DomainOps, Driver, Errno, Idle, Origin, Prepared, SleepPhase, VirtualTime,
};
use serde_json::{Value, json};

use crate::execute::execute;
use crate::scenario;
use crate::snapshot;
use crate::world::{World, parts};

/// A scripted driver.
#[derive(Debug)]
pub struct ScriptDriver {
    world: &'static World,
    name: &'static str,
    fits: Vec<String>,
    sync_state: bool,
    without: Vec<String>,
}

type C<'a, 's, 't, 'cx> = Call<'a, 's, 't, 'cx, VirtualTime>;

const PM_CALLBACKS: [&str; 11] = [
    "runtime_idle",
    "runtime_suspend",
    "runtime_resume",
    "prepare",
    "complete",
    "suspend",
    "resume",
    "suspend_late",
    "resume_early",
    "suspend_noirq",
    "resume_noirq",
];

/// The recording's name of a phase's callback.
pub fn phase_name(phase: SleepPhase) -> &'static str {
    match phase {
        SleepPhase::Suspend => "suspend",
        SleepPhase::SuspendLate => "suspend_late",
        SleepPhase::SuspendNoirq => "suspend_noirq",
        SleepPhase::ResumeNoirq => "resume_noirq",
        SleepPhase::ResumeEarly => "resume_early",
        SleepPhase::Resume => "resume",
    }
}

fn origin(world: &World, cx: Context<'_, '_>) -> String {
    match cx.origin() {
        Origin::Caller => "op".to_owned(),
        Origin::RuntimePm(device) => format!("pm:{}", snapshot::device_name(parts().system, device)),
        Origin::DomainOff(domain) => {
            let inner = world.inner();
            let name = inner.domains.iter().find(|(_, handle)| **handle == domain).map_or("?", |(name, _)| name);
            format!("off:{name}")
        }
        Origin::Worker => "work".to_owned(),
    }
}

/// The model's error for a scripted return value.
fn result(ret: i32) -> Result<(), Errno> {
    Errno::new(ret).map_or(Ok(()), Err)
}

impl ScriptDriver {
    /// A driver of a scenario.
    pub fn new(world: &'static World, name: &'static str, driver: &scenario::Driver) -> Self {
        Self {
            world,
            name,
            fits: driver.devices.clone(),
            sync_state: driver.with.iter().any(|cb| cb == "sync_state"),
            without: driver.without.clone(),
        }
    }

    fn has(&self, callback: &str) -> bool {
        let lacks = |name: &str| self.without.iter().any(|cb| cb == name);
        let lacks_all = PM_CALLBACKS.contains(&callback) && lacks("pm");
        !lacks_all && !lacks(callback)
    }

    /// Record a callback, carry out its operations, answer its return value.
    fn called(&self, callback: &str, call: &C<'_, '_, '_, '_>, returns: bool) -> i32 {
        if !self.has(callback) {
            return 0;
        }
        let system = call.system();
        let cx = call.context();
        let device = snapshot::device_name(system, call.device());
        let (ret, body) = self.world.inner().take_script(&device, callback);
        let mut event = json!({"cb": callback, "dev": device});
        if returns {
            event["ret"] = json!(ret);
        }
        event["ctx"] = json!(origin(self.world, cx));
        event["atomic"] = json!(cx.is_atomic());
        snapshot::add_surroundings(system, call.device(), &mut event);
        self.world.inner().events.push(event);
        if !body.is_empty() {
            for op in &body {
                carry_out(self.world, cx, op);
            }
            self.world.inner().events.push(json!({"leave": callback, "dev": device}));
        }
        ret
    }
}

/// Carry out an operation of a callback or batch and record that.
pub fn carry_out(world: &'static World, cx: Context<'_, '_>, op: &scenario::Op) {
    let answer = execute(world, parts(), cx, op);
    let mut event = json!({"did": op, "ret": answer.ret});
    if let Some(why) = answer.skipped {
        event["skipped"] = json!(why);
    }
    world.inner().events.push(event);
}

impl Driver<VirtualTime> for ScriptDriver {
    fn name(&self) -> &str {
        self.name
    }
    fn matches(&self, device: &DeviceInfo<'_>) -> bool {
        self.fits.iter().any(|name| name == device.name)
    }
    fn probe(&self, call: &C<'_, '_, '_, '_>) -> Result<(), Errno> {
        result(self.called("probe", call, true))
    }
    fn remove(&self, call: &C<'_, '_, '_, '_>) {
        self.called("remove", call, false);
    }
    fn has_sync_state(&self) -> bool {
        self.sync_state
    }
    fn sync_state(&self, call: &C<'_, '_, '_, '_>) {
        self.called("sync_state", call, false);
    }
    fn has_runtime_idle(&self) -> bool {
        self.has("runtime_idle")
    }
    fn runtime_idle(&self, call: &C<'_, '_, '_, '_>) -> Result<Idle, Errno> {
        match self.called("runtime_idle", call, true) {
            0 => Ok(Idle::MaySuspend),
            ret if ret > 0 => Ok(Idle::StayActive(ret)),
            ret => result(ret).map(|()| Idle::MaySuspend),
        }
    }
    fn runtime_suspend(&self, call: &C<'_, '_, '_, '_>) -> Result<(), Errno> {
        result(self.called("runtime_suspend", call, true))
    }
    fn runtime_resume(&self, call: &C<'_, '_, '_, '_>) -> Result<(), Errno> {
        result(self.called("runtime_resume", call, true))
    }
    fn prepare(&self, call: &C<'_, '_, '_, '_>) -> Result<Prepared, Errno> {
        match self.called("prepare", call, true) {
            ret if ret > 0 => Ok(Prepared::MayStaySuspended),
            ret => result(ret).map(|()| Prepared::Normal),
        }
    }
    fn sleep(&self, phase: SleepPhase, call: &C<'_, '_, '_, '_>) -> Result<(), Errno> {
        result(self.called(phase_name(phase), call, true))
    }
    fn complete(&self, call: &C<'_, '_, '_, '_>) {
        self.called("complete", call, false);
    }
    fn shutdown(&self, call: &C<'_, '_, '_, '_>) {
        self.called("shutdown", call, false);
    }
}

/// A scripted power domain.
#[derive(Debug)]
pub struct ScriptDomain {
    world: &'static World,
    name: &'static str,
}

impl ScriptDomain {
    /// A domain of a scenario.
    pub fn new(world: &'static World, name: &'static str) -> Self {
        Self { world, name }
    }

    fn called(&self, callback: &str, call: &DomainCall<'_, '_>) -> Result<(), Errno> {
        let cx = call.context();
        let (ret, body) = self.world.inner().take_script(self.name, callback);
        let event: Value = json!({
            "cb": callback, "domain": self.name, "ret": ret, "ctx": origin(self.world, cx), "atomic": cx.is_atomic(),
        });
        self.world.inner().events.push(event);
        if !body.is_empty() {
            for op in &body {
                carry_out(self.world, cx, op);
            }
            self.world.inner().events.push(json!({"leave": callback, "domain": self.name}));
        }
        result(ret)
    }
}

impl DomainOps for ScriptDomain {
    fn power_on(&self, call: &DomainCall<'_, '_>) -> Result<(), Errno> {
        self.called("power_on", call)
    }
    fn power_off(&self, call: &DomainCall<'_, '_>) -> Result<(), Errno> {
        self.called("power_off", call)
    }
}
