//! A trace: what the kernel did.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// A file of `traces/`.
#[derive(Clone, Debug, Deserialize)]
pub struct Trace {
    /// One for each operation.
    pub steps: Vec<Step>,
}

/// What one operation did.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Step {
    /// Its return value; null for a function without.
    #[serde(default)]
    pub ret: Value,
    /// Why it was not carried out.
    #[serde(default)]
    pub skipped: Option<String>,
    /// Where system sleep failed.
    #[serde(default)]
    pub failed: Option<Value>,
    /// It never returned.
    #[serde(default)]
    pub hung: bool,
    /// What happened, in order.
    #[serde(default)]
    pub events: Vec<Value>,
    /// Objects that changed, whole; null: gone.
    #[serde(default)]
    pub state: States,
}

/// All objects, by kind and name.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
pub struct States {
    /// Devices.
    #[serde(default)]
    pub devices: BTreeMap<String, Value>,
    /// Links, as `SUPPLIER -> CONSUMER`.
    #[serde(default)]
    pub links: BTreeMap<String, Value>,
    /// Power domains.
    #[serde(default)]
    pub domains: BTreeMap<String, Value>,
}

impl States {
    /// Take over the changes of a step.
    pub fn apply(&mut self, change: &States) {
        fn merge(into: &mut BTreeMap<String, Value>, from: &BTreeMap<String, Value>) {
            for (name, value) in from {
                if value.is_null() {
                    into.remove(name);
                } else {
                    into.insert(name.clone(), value.clone());
                }
            }
        }
        merge(&mut self.devices, &change.devices);
        merge(&mut self.links, &change.links);
        merge(&mut self.domains, &change.domains);
    }
}
