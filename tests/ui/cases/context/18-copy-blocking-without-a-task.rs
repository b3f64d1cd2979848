//! Copying ordinary memory waits for it: from a handler, start a transfer of `DmaBuf`s instead.
//!
//! error: E0061
//! says: &Task<'_>
use ui::*;

pub fn f(
    cx: &Task<'_>,
    copy: &mut Prepared<Copier, Linear>,
    through: &'static Arena,
    (from, to): (&[u8], &mut [u8]),
    power: &Active<Mdma1>,
) -> Result<(), CopyError> {
    copy.copy_blocking(through, from, to, power) //~ error
    //~ control: copy.copy_blocking(cx, through, from, to, power)
}
