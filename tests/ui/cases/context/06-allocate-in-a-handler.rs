//! Buffers are allocated before; a handler uses those that come back, or takes spare ones from a list.
//!
//! error: E0061
//! says: &Task<'_>
use ui::*;

pub fn handler(done: Done<'_, serial0::Tx, Linear>, arena: &'static Arena, spare: DmaBuf<u8>) {
    let next = arena.alloc::<u8>(64); //~ error
    //~ control: let next = Ok::<_, AllocError>(spare);
    let _ = next.map(|next| done.rearm(next));
}
