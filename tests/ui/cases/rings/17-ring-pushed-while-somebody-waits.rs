//! Who waits for a period has the ring: push what came when the wait is over.
//!
//! error: E0499
use ui::*;

pub async fn f(ring: &mut Ring<serial0::Tx>) {
    let next = ring.next_period();
    //~ control: let next = std::future::ready(());
    let _ = ring.push(b"hello"); //~ error
    let _ = next.await;
}
