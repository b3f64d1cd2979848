//! Binding drivers to devices and back, and waiting for suppliers. Source of the semantics: `drivers/base/dd.c`,
//! `bus.c` and `core.c` of Linux 6.12.

mod bind;
mod defer;
mod device;
mod driver;
mod gate;
mod unbind;

pub use defer::Waiting;
pub(crate) use defer::changed_for_waiting;
pub use device::{DeviceConfig, DeviceInformation};
