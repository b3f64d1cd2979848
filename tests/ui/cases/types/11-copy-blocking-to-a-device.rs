//! `copy_blocking` is from memory to memory; to a device a transfer takes a `DmaBuf`.
//!
//! error: E0599
//! says: `<serial0::Tx as Endpoint>::Direction = MemoryToMemory`
use ui::*;

pub fn f(
    cx: &Task<'_>,
    tx: &mut Prepared<serial0::Tx, Linear>,
    copy: &mut Prepared<Copier, Linear>,
    through: &'static Arena,
    (from, to): (&[u8], &mut [u8]),
    power: &Active<Mdma1>,
) {
    let _ = tx.copy_blocking(cx, through, from, to, power); //~ error
    //~ control: let _ = copy.copy_blocking(cx, through, from, to, power);
}
