//! A `Done` stays where its handler runs; buffers may go anywhere.
//!
//! error: E0277
//! says: OnlyInItsHandler
//! says: Done<'static, MemoryCopy<Mdma1>, Linear>
use ui::*;

pub static KEPT: Lock<Option<Done<'static, Copier, Linear>>> = Lock::new(None); //~ error
//~ control: pub static KEPT: Lock<Option<CopyPair<u8>>> = Lock::new(None);
