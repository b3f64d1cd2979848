//! A pattern is a word of the endpoint.
//!
//! error: E0308
//! says: u16
//! says: u32
use ui::*;

pub fn f(cx: &Task<'_>, channel: Channel<MemoryFill<Mdma1, u16>>) {
    drop(channel.prepare_pattern(cx, Linear::new(64), 0x1234_5678_u32)); //~ error
    //~ control: drop(channel.prepare_pattern(cx, Linear::new(64), 0x1234_u16));
}
