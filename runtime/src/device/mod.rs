//! The device model: who needs whom, who is bound, who is powered.
//!
//! Devices form a tree by their parents and a graph by [links](LinkKind) from consumers to suppliers. From both follow:
//! no probe before the suppliers are bound, no unbinding under a bound consumer, runtime PM that resumes suppliers first
//! and releases them last, and an order for system sleep and shutdown. Semantics are those of Linux 6.12, which this
//! model is compared with step by step (`tests/oracle`), except for the rules in [`Rules`].
//!
//! Invariants: storage is lent and nothing is allocated; objects are named by handles, and a stale handle is an error,
//! not undefined behaviour; the cost of a call is proportional to the edges it touches; no callback is called with the
//! lock held; nothing here knows a chip, a subsystem or a spec.

#![forbid(unsafe_code)]

mod callback;
mod caller;
mod domain;
mod driver;
mod error;
mod handle;
mod link;
mod links;
mod list;
mod platform;
mod power_core;
mod probe;
mod rpm;
mod rules;
mod shutdown;
mod sleep;
mod state;
mod storage;
mod system;
mod topology;

pub use caller::{Context, Origin};
pub use domain::{DomainConfig, DomainInfo, WhyOn};
pub use driver::{Call, DeviceInfo, DomainCall, DomainOps, Driver, Idle, Prepared, SleepPhase};
pub use error::{Errno, Error, Outcome, RpmError, RpmResult, rpm_number};
pub use handle::{DeviceHandle, DomainHandle, DriverHandle, LinkHandle};
pub use link::{BindState, Flags, Lifetime, LinkError, LinkKind, LinkState, Marks, RuntimePm};
pub use links::{BulkError, LinkInfo, LinkSpec, Order, PathEdge, StatelessLink};
#[cfg(feature = "std")]
pub use platform::Threads;
pub use platform::{BareMetal, Clock, Exclusive, Platform, VirtualTime};
pub use probe::{DeviceConfig, DeviceInformation, Waiting};
pub use rpm::{RpmInfo, RpmStatus};
pub use rules::Rules;
pub use sleep::{SleepDepth, SleepError, SleepFlags, SleepRequest, SleepStep};
pub use storage::{DeviceSlot, DomainSlot, DriverSlot, LinkSlot, NestingSlot, Storage};
pub use system::System;
pub use topology::LoadError;
