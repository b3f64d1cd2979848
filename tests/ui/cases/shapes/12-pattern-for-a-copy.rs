//! Only a fill has a pattern: claim a `MemoryFill`.
//!
//! error: E0599
//! says: `<MemoryCopy<Mdma1> as Endpoint>::Direction = Fill`
use ui::*;

pub fn f(cx: &Task<'_>, copy: Channel<Copier>, fill: Channel<MemoryFill<Mdma1>>) {
    drop(copy.prepare_pattern(cx, Linear::new(64), 0xa5)); //~ error
    //~ control: drop(fill.prepare_pattern(cx, Linear::new(64), 0xa5));
}
