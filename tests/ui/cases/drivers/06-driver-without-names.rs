//! Resources are known by the names of their fields.
//!
//! error: none
//! says: give the fields names: they are the resources of the device
use ui::*;

#[derive(Consumer)]
//~ control:
pub struct Driver(u32); //~ error
