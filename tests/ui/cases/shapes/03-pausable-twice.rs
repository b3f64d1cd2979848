//! Places to pause at are chosen once.
//!
//! error: E0277
//! says: `Pausable<Linear>` cannot be made pausable
//! says: `Pausable` takes `Linear`, `Sg<N>` or `Rect`
use ui::*;

pub fn f(cx: &Task<'_>, channel: Channel<Copier>) {
    drop(channel.prepare(cx, Pausable::every(4, Pausable::every(8, Linear::new(4096))))); //~ error
    //~ control: drop(channel.prepare(cx, Pausable::every(4, Linear::new(4096))));
}
