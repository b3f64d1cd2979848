//! A scenario: what there is, and what is done with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A file of `scenarios/`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it declares; nothing exists until an operation makes it.
    pub topology: Topology,
    /// What is done.
    pub ops: Vec<Op>,
    /// Only the constraints by parents and links count for the order.
    #[serde(default)]
    pub partial_order: bool,
    /// The kernel never returned from one of the operations.
    #[serde(default)]
    pub expect_hang: bool,
}

/// What a scenario declares.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Topology {
    /// Devices by name.
    pub devices: BTreeMap<String, Device>,
    /// Drivers by name.
    #[serde(default)]
    pub drivers: BTreeMap<String, Driver>,
    /// Power domains by name.
    #[serde(default)]
    pub domains: BTreeMap<String, Domain>,
}

/// A device.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Device {
    /// Its parent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

/// A driver.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Driver {
    /// What it fits.
    pub devices: Vec<String>,
    /// Callbacks it has besides the usual ones.
    #[serde(default)]
    pub with: Vec<String>,
    /// Callbacks it has not.
    #[serde(default)]
    pub without: Vec<String>,
}

/// A power domain.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Domain {
    /// `on` or `off`.
    #[serde(default)]
    pub initially: String,
    /// Flags.
    #[serde(default)]
    pub flags: Vec<String>,
}

/// An operation. Which fields count depends on `op`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default)]
pub struct Op {
    /// What.
    pub op: String,
    /// Device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dev: Option<String>,
    /// Driver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// Power domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Consumer of a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
    /// Supplier of a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplier: Option<String>,
    /// Flags of a link, or for system sleep.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// Outer domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Inner domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child: Option<String>,
    /// Callback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cb: Option<String>,
    /// Operations carried out by a callback or a batch.
    #[serde(rename = "do", skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<Op>,
    /// How often a callback does so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Next return values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rets: Vec<i32>,
    /// Return value afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub then: Option<i32>,
    /// With interrupts off.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub atomic: bool,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms: Option<i64>,
    /// A switch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<bool>,
    /// Sleep state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// How far system sleep goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// When something wakes the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wake_ms: Option<i64>,
    /// Concurrent system sleep.
    #[serde(rename = "async", skip_serializing_if = "std::ops::Not::not")]
    pub concurrent: bool,
    /// All wakeup events stop a suspend.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub check_wakeups: bool,
    /// A hard wakeup event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hard: Option<bool>,
}
