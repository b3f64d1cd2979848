//! Submitting makes everything ready and starts nothing.
//!
//! error: unused_must_use
//! says: nothing moves before `issue`
use ui::*;

pub fn f(
    mut tx: Prepared<serial0::Tx, Linear>,
    bytes: DmaBuf<u8>,
    power: &Active<Serial0>,
) -> Result<(), Rejected<DmaBuf<u8>>> {
    tx.submit(bytes, power)?; //~ error
    //~ control: tx.submit(bytes, power)?.issue_detached()?;
    Ok(())
}
