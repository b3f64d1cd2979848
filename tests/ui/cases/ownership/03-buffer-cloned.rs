//! A buffer is memory, not a name for it: allocate another one.
//!
//! error: E0308
//! says: DmaBuf<u8>
use ui::*;

pub fn f(cx: &Task<'_>, arena: &'static Arena, bytes: &DmaBuf<u8>) -> Result<DmaBuf<u8>, AllocError> {
    Ok(bytes.clone()) //~ error
    //~ control: arena.alloc(cx, bytes.len())
}
