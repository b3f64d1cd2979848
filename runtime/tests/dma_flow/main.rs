//! The life of channels and transfers over an invented controller whose memory is not coherent.

mod admission;
mod awaiting;
mod copying;
mod ends;
mod handlers;
mod power;
mod resizing;
#[path = "../support/mod.rs"]
mod support;
