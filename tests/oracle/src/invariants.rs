//! What must hold after every step, whatever was done.

use std::collections::{BTreeMap, BTreeSet};

use linkwright::device::{DeviceHandle, LinkHandle, Order, RpmStatus};
use serde_json::Value;

use crate::scenario::Op;
use crate::snapshot::device_name;
use crate::world::{Run, Sys};

/// Keeps book about a run's users, to check what the model counts.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    users: BTreeMap<String, u64>,
    powered: BTreeMap<String, bool>,
    /// Links that took their references while runtime PM of the supplier worked, and it did ever since.
    holding: BTreeSet<LinkHandle>,
}

impl Ledger {
    /// May this operation be carried out by orderly users? They only put what they got.
    pub fn allows(&self, op: &Op) -> bool {
        let held = op.dev.as_ref().map_or(0, |dev| self.users.get(dev).copied().unwrap_or(0));
        !op.op.starts_with("rpm_put") || held > 0
    }

    /// Note what an operation did to the users' counts.
    pub fn note(&mut self, op: &Op, ret: &Value, skipped: bool) {
        let Some(device) = op.dev.clone() else { return };
        if skipped {
            return;
        }
        let held = self.users.entry(device.clone()).or_default();
        match op.op.as_str() {
            "rpm_get" | "rpm_get_sync" | "rpm_get_noresume" => *held += 1,
            "rpm_resume_and_get" if ret == 0 => *held += 1,
            "rpm_get_if_active" | "rpm_get_if_in_use" if ret == 1 => *held += 1,
            name if name.starts_with("rpm_put") => *held -= 1,
            "device_del" => {
                self.users.remove(&device);
                self.powered.remove(&device);
            }
            _ => {}
        }
    }

    /// Counts that users hold now.
    pub fn held(&self) -> impl Iterator<Item = (&String, u64)> {
        self.users.iter().map(|(name, held)| (name, *held))
    }

    /// Check the events of a step.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check_events(&mut self, events: &[Value]) -> Result<(), String> {
        for event in events {
            let (Some(callback), Some(device)) = (event["cb"].as_str(), event["dev"].as_str()) else { continue };
            let peers = |field: &str| event[field].as_array().cloned().unwrap_or_default();
            match callback {
                "probe" => {
                    for peer in peers("suppliers") {
                        if peer[1] != "none" && peer[1] != "consumer_probe" {
                            return Err(format!("probe of {device} while its supplier is not ready: {peer}"));
                        }
                    }
                }
                "remove" => {
                    for peer in peers("consumers") {
                        if peer[1] == "active" || peer[1] == "consumer_probe" {
                            return Err(format!("remove of {device} under a consumer: {peer}"));
                        }
                    }
                    self.powered.insert(device.to_owned(), false);
                }
                "runtime_resume" | "runtime_suspend" => {
                    let on = callback == "runtime_resume";
                    let was = self.powered.entry(device.to_owned()).or_default();
                    if *was == on {
                        return Err(format!("{callback} of {device} twice"));
                    }
                    if event["ret"] == 0 {
                        *was = on;
                    }
                    if on && event["atomic"] == false {
                        for peer in peers("suppliers") {
                            if peer[3].as_u64() > Some(1) && peer[2] == "suspending" {
                                return Err(format!("{device} resumes while its supplier suspends: {peer}"));
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Check counts: every count is held by a user, a link, or a ban on runtime PM; and a supplier that is held works.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check_counts(&mut self, run: &Run) -> Result<(), String> {
        let system = run.parts.system;
        let devices = run.world.inner().devices.clone();
        let mut holding = BTreeSet::new();
        for (name, &device) in &devices {
            let Some(rpm) = system.rpm_info(device) else { continue };
            // A device without driver is switched without a callback.
            self.powered.insert(name.clone(), rpm.status == RpmStatus::Active);
            let mut expected = self.users.get(name).copied().unwrap_or(0) + u64::from(!rpm.allowed);
            let mut next = system.next_consumer(device, None);
            while let Some(link) = next {
                expected += u64::from(link.rpm_active - 1);
                if link.rpm_active > 1 && rpm.disable_depth == 0 && rpm.error.is_none() {
                    let status = rpm.status;
                    if status == RpmStatus::Active {
                        holding.insert(link.handle);
                    } else if self.holding.contains(&link.handle) {
                        let consumer = device_name(system, link.consumer);
                        return Err(format!("{name} is {status:?} while a link of {consumer} holds it"));
                    }
                }
                next = system.next_consumer(device, Some(link.handle));
            }
            if u64::from(rpm.usage) != expected {
                return Err(format!("{name} has usage {}, but {expected} are accounted for", rpm.usage));
            }
        }
        self.holding = holding;
        Ok(())
    }
}

/// Check both order lists: every device after its parent and its suppliers.
///
/// # Errors
/// What is wrong.
pub fn check_order(run: &Run) -> Result<(), String> {
    let system = run.parts.system;
    for list in [Order::Sleep, Order::Shutdown] {
        let place = places(system, list);
        for (&device, &at) in &place {
            let Some(info) = system.device_info(device) else { continue };
            let before = |needed: DeviceHandle| place.get(&needed).is_none_or(|p| *p < at);
            if let Some(parent) = info.parent
                && !before(parent)
            {
                return Err(format!("{list:?}: {} stands before its parent", info.name));
            }
            let mut next = system.next_supplier(device, None);
            while let Some(link) = next {
                let only_sync =
                    link.flags.names().all(|f| ["SYNC_STATE_ONLY", "MANAGED", "INFERRED", "CYCLE"].contains(&f))
                        && link.flags.names().any(|f| f == "SYNC_STATE_ONLY");
                if !only_sync && !before(link.supplier) {
                    return Err(format!(
                        "{list:?}: {} stands before its supplier {}",
                        info.name,
                        device_name(system, link.supplier)
                    ));
                }
                next = system.next_supplier(device, Some(link.handle));
            }
        }
    }
    Ok(())
}

fn places(system: &Sys, list: Order) -> BTreeMap<DeviceHandle, usize> {
    let mut place = BTreeMap::new();
    let mut next = system.next_in_order(list, None);
    while let Some(device) = next {
        place.insert(device, place.len());
        next = system.next_in_order(list, Some(device));
    }
    place
}
