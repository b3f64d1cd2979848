//! Random scenarios in the format of the recordings.

use crate::scenario::{Device, Domain, Driver, Op, Scenario, Topology};

/// A small generator of numbers; the same seed gives the same scenario everywhere.
#[derive(Clone, Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    /// Below `bound`, which is not zero.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    /// True once in `of` times.
    pub fn once_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

/// What kind of scenario.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
    /// Users give back what they took and nothing else; the invariants hold after every step.
    Orderly,
    /// Anything, from anywhere, callbacks included; it must end, without a panic.
    Wild,
}

fn op(name: &str) -> Op {
    Op { op: name.to_owned(), ..Op::default() }
}

fn on_device(name: &str, device: &str) -> Op {
    Op { dev: Some(device.to_owned()), ..op(name) }
}

fn link(consumer: &str, supplier: &str, flags: &[&str]) -> Op {
    Op {
        consumer: Some(consumer.to_owned()),
        supplier: Some(supplier.to_owned()),
        flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
        ..op("link_add")
    }
}

const LINK_FLAGS: [&[&str]; 13] = [
    &[],
    &["PM_RUNTIME"],
    &["PM_RUNTIME"],
    &["PM_RUNTIME", "RPM_ACTIVE"],
    &["STATELESS"],
    &["STATELESS", "PM_RUNTIME"],
    &["STATELESS", "PM_RUNTIME", "RPM_ACTIVE"],
    &["AUTOREMOVE_CONSUMER"],
    &["AUTOREMOVE_CONSUMER", "PM_RUNTIME"],
    &["AUTOREMOVE_SUPPLIER", "PM_RUNTIME"],
    &["AUTOPROBE_CONSUMER"],
    &["AUTOPROBE_CONSUMER", "PM_RUNTIME"],
    &["SYNC_STATE_ONLY"],
];

const ILLEGAL_FLAGS: [&[&str]; 4] =
    [&["STATELESS", "SYNC_STATE_ONLY"], &["MANAGED"], &["BIT20"], &["SYNC_STATE_ONLY", "PM_RUNTIME", "RPM_ACTIVE"]];

/// Makes scenarios.
#[derive(Debug)]
pub struct Generator {
    numbers: Numbers,
    manner: Manner,
    devices: Vec<String>,
    drivers: Vec<String>,
    domains: Vec<String>,
}

impl Generator {
    /// A scenario of `length` operations after its set-up.
    pub fn scenario(seed: u64, manner: Manner, length: usize) -> Scenario {
        let mut numbers = Numbers::new(seed);
        let count = 5 + numbers.below(8);
        let devices: Vec<String> = (0..count).map(|i| format!("n{i}")).collect();
        let mut topology = Topology::default();
        for (i, name) in devices.iter().enumerate() {
            let parent = (i > 0 && numbers.once_in(4)).then(|| devices[numbers.below(i)].clone());
            topology.devices.insert(name.clone(), Device { parent });
            let with = if numbers.once_in(4) { vec!["sync_state".to_owned()] } else { Vec::new() };
            let without = if numbers.once_in(12) {
                vec![(*numbers.pick(&["pm", "runtime_idle", "prepare"])).to_owned()]
            } else {
                Vec::new()
            };
            topology.drivers.insert(format!("d_{name}"), Driver { devices: vec![name.clone()], with, without });
        }
        for i in 0..numbers.below(4) {
            let on = numbers.once_in(2);
            let mut flags = Vec::new();
            if on && numbers.once_in(5) {
                flags.push((*numbers.pick(&["ALWAYS_ON", "RPM_ALWAYS_ON"])).to_owned());
            }
            if manner == Manner::Wild && numbers.once_in(4) {
                flags.push("IRQ_SAFE".to_owned());
            }
            topology
                .domains
                .insert(format!("pd{i}"), Domain { initially: if on { "on" } else { "off" }.to_owned(), flags });
        }
        let drivers = topology.drivers.keys().cloned().collect();
        let domains = topology.domains.keys().cloned().collect();
        let mut generator = Self { numbers, manner, devices, drivers, domains };
        let mut ops = generator.set_up();
        for _ in 0..length {
            ops.push(generator.operation());
        }
        Scenario {
            name: format!("{manner:?}_{seed}").to_lowercase(),
            topology,
            ops,
            partial_order: false,
            expect_hang: false,
        }
    }

    fn set_up(&mut self) -> Vec<Op> {
        let mut ops: Vec<Op> =
            self.domains.iter().map(|name| Op { domain: Some(name.clone()), ..op("domain_add") }).collect();
        if self.domains.len() > 1 && self.numbers.once_in(2) {
            ops.push(Op {
                parent: Some(self.domains[0].clone()),
                child: Some(self.domains[1].clone()),
                ..op("subdomain_add")
            });
        }
        for device in self.devices.clone() {
            ops.push(on_device("device_add", &device));
            if !self.domains.is_empty() && self.numbers.once_in(3) {
                let domain = self.numbers.pick(&self.domains).clone();
                ops.push(Op { domain: Some(domain), ..on_device("domain_attach", &device) });
            }
            if !self.numbers.once_in(4) {
                let mut probe = vec![on_device("rpm_enable", &device)];
                if self.numbers.once_in(4) {
                    let supplier = self.device();
                    let flags = self.flags();
                    probe.insert(0, link(&device, &supplier, flags));
                }
                if self.manner == Manner::Wild && self.numbers.once_in(5) {
                    let extra = *self.numbers.pick(&["rpm_set_active", "rpm_irq_safe", "rpm_get_sync"]);
                    probe.insert(0, on_device(extra, &device));
                }
                ops.push(Op { cb: Some("probe".to_owned()), body: probe, ..on_device("on", &device) });
                let remove = vec![on_device("rpm_disable", &device)];
                ops.push(Op { cb: Some("remove".to_owned()), body: remove, ..on_device("on", &device) });
            }
        }
        for _ in 0..self.devices.len() {
            ops.push(self.link());
        }
        let mut drivers = self.drivers.clone();
        while !drivers.is_empty() {
            let name = drivers.swap_remove(self.numbers.below(drivers.len()));
            ops.push(Op { driver: Some(name), ..op("driver_register") });
        }
        ops
    }

    fn device(&mut self) -> String {
        self.numbers.pick(&self.devices).clone()
    }

    fn flags(&mut self) -> &'static [&'static str] {
        if self.manner == Manner::Wild && self.numbers.once_in(20) {
            return ILLEGAL_FLAGS[self.numbers.below(ILLEGAL_FLAGS.len())];
        }
        LINK_FLAGS[self.numbers.below(LINK_FLAGS.len())]
    }

    fn link(&mut self) -> Op {
        let (consumer, supplier) = (self.device(), self.device());
        let flags = self.flags();
        link(&consumer, &supplier, flags)
    }

    fn operation(&mut self) -> Op {
        match self.numbers.below(20) {
            0..=2 => self.link(),
            3 => Op {
                op: if self.numbers.once_in(2) { "link_del" } else { "link_remove" }.to_owned(),
                ..self.link_pair()
            },
            4 => {
                let name = *self.numbers.pick(&["unbind", "unbind", "attach"]);
                let device = self.device();
                on_device(name, &device)
            }
            5 => {
                let device = self.device();
                Op { driver: Some(format!("d_{device}")), ..on_device("bind", &device) }
            }
            6 => {
                let name = *self.numbers.pick(&["driver_register", "driver_register", "driver_unregister"]);
                Op { driver: Some(self.numbers.pick(&self.drivers).clone()), ..op(name) }
            }
            7 if self.numbers.once_in(2) => {
                let name = *self.numbers.pick(&["device_del", "device_add", "device_add"]);
                let device = self.device();
                on_device(name, &device)
            }
            8 => {
                let test = *self.numbers.pick(&["devices", "platform", "platform", "none"]);
                Op {
                    state: Some("freeze".to_owned()),
                    test: Some(test.to_owned()),
                    concurrent: self.numbers.once_in(4),
                    check_wakeups: self.numbers.once_in(6),
                    ..op("suspend")
                }
            }
            9 | 10 => self.fault(),
            11 if self.manner == Manner::Wild => self.script(),
            12 if self.manner == Manner::Wild => self.oddity(),
            _ => self.runtime_pm(),
        }
    }

    fn link_pair(&mut self) -> Op {
        Op { consumer: Some(self.device()), supplier: Some(self.device()), ..Op::default() }
    }

    fn runtime_pm(&mut self) -> Op {
        const ORDERLY: [&str; 18] = [
            "rpm_get_sync",
            "rpm_get_sync",
            "rpm_get",
            "rpm_resume_and_get",
            "rpm_put_sync",
            "rpm_put_sync",
            "rpm_put",
            "rpm_put",
            "rpm_suspend",
            "rpm_resume",
            "rpm_idle",
            "rpm_request_idle",
            "rpm_request_resume",
            "rpm_forbid",
            "rpm_allow",
            "rpm_get_if_active",
            "rpm_get_if_in_use",
            "rpm_barrier",
        ];
        const WILD: [&str; 14] = [
            "rpm_enable",
            "rpm_disable",
            "rpm_set_active",
            "rpm_set_suspended",
            "rpm_irq_safe",
            "rpm_no_callbacks",
            "rpm_force_suspend",
            "rpm_force_resume",
            "rpm_put_noidle",
            "rpm_put_autosuspend",
            "rpm_use_autosuspend",
            "rpm_request_autosuspend",
            "rpm_put_sync_suspend",
            "rpm_autosuspend",
        ];
        let wild = self.manner == Manner::Wild && self.numbers.once_in(3);
        let name = if wild { *self.numbers.pick(&WILD) } else { *self.numbers.pick(&ORDERLY) };
        let device = self.device();
        let atomic = self.manner == Manner::Wild && self.numbers.once_in(10);
        Op { atomic, ..on_device(name, &device) }
    }

    fn fault(&mut self) -> Op {
        const CALLBACKS: [&str; 10] = [
            "probe",
            "runtime_resume",
            "runtime_suspend",
            "runtime_idle",
            "prepare",
            "suspend",
            "suspend_late",
            "suspend_noirq",
            "resume",
            "resume_early",
        ];
        let callback = *self.numbers.pick(&CALLBACKS);
        let ret = match callback {
            "probe" => *self.numbers.pick(&[-5, -517, -19]),
            "prepare" => *self.numbers.pick(&[1, 1, -5, -11]),
            "runtime_idle" => *self.numbers.pick(&[-16, 1]),
            _ => *self.numbers.pick(&[-5, -16, -11]),
        };
        let device = self.device();
        Op { cb: Some(callback.to_owned()), rets: vec![ret], then: Some(0), ..on_device("set_ret", &device) }
    }

    /// A callback that does something itself, whatever that leads to.
    fn script(&mut self) -> Op {
        const CALLBACKS: [&str; 14] = [
            "probe",
            "remove",
            "sync_state",
            "runtime_resume",
            "runtime_suspend",
            "runtime_idle",
            "prepare",
            "suspend",
            "suspend_late",
            "suspend_noirq",
            "resume_noirq",
            "resume_early",
            "resume",
            "complete",
        ];
        let callback = *self.numbers.pick(&CALLBACKS);
        let body = (0..=self.numbers.below(2)).map(|_| self.operation()).collect();
        let device = self.device();
        Op {
            cb: Some(callback.to_owned()),
            body,
            times: Some(1 + self.numbers.below(3) as u64),
            ..on_device("on", &device)
        }
    }

    fn oddity(&mut self) -> Op {
        let device = self.device();
        match self.numbers.below(9) {
            0 => Op { ms: Some(self.numbers.below(2000) as i64), ..op("sleep") },
            1 => Op {
                ms: Some(*self.numbers.pick(&[-1, 0, 100, 500])),
                ..on_device("rpm_set_autosuspend_delay", &device)
            },
            2 => Op { ms: Some(200), ..on_device("rpm_schedule_suspend", &device) },
            3 => Op { on: Some(self.numbers.once_in(2)), ..on_device("rpm_ignore_children", &device) },
            4 => Op { on: Some(true), ..on_device("wakeup_enable", &device) },
            5 => Op { hard: Some(self.numbers.once_in(2)), ..on_device("wakeup_event", &device) },
            6 => {
                let flag = *self.numbers.pick(&["NO_DIRECT_COMPLETE", "SMART_SUSPEND", "MAY_SKIP_RESUME"]);
                Op { flags: vec![flag.to_owned()], ..on_device("dpm_flags", &device) }
            }
            7 => Op { on: Some(true), ..on_device("async_suspend", &device) },
            _ => {
                let body = (0..3).map(|_| self.runtime_pm()).collect();
                Op { body, atomic: self.numbers.once_in(2), ..op("batch") }
            }
        }
    }
}
