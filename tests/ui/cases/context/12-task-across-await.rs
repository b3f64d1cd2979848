//! An executor may go on with a `Send` future on another thread, where the proof is none: spawn it where futures stay.
//!
//! error: none
//! says: OnlyInItsOwnContext
//! says: Task<'_>
use std::future::Future;
use ui::*;

fn spawn(_: impl Future + Send) {}
fn spawn_local(_: impl Future) {}

pub fn f(cx: &Task<'_>, copy: &mut Prepared<Copier, Linear>, pair: CopyPair<u8>, power: &Active<Mdma1>) {
    let future = async move {
        if let Ok(transfer) = copy.start(pair, power) {
            let _ = transfer.await;
        }
        cx.might_sleep();
    };
    spawn(future); //~ error
    //~ control: spawn_local(future);
}
