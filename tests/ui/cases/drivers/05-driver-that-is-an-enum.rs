//! A driver has its resources at the same time.
//!
//! error: none
//! says: a driver is a struct whose fields are the resources of its device
use ui::*;

#[derive(Consumer)]
//~ control:
pub enum Driver { //~ error
    Off,
    On,
}
