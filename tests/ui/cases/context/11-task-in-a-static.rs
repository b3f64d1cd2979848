//! A `Task` kept where other contexts find it would prove nothing about them.
//!
//! error: E0277
//! says: OnlyInItsOwnContext
//! says: Task<'static>
use ui::*;

pub static KEPT: Lock<Option<&'static Task<'static>>> = Lock::new(None); //~ error
//~ control: pub static KEPT: Lock<Option<DeviceId>> = Lock::new(None);
