//! A transfer that nobody keeps is cancelled at once.
//!
//! error: unused_must_use
//! says: dropping a transfer cancels it; to let it run, keep it or use `start_detached`
use ui::*;

pub fn f(
    mut tx: Prepared<serial0::Tx, Linear>,
    bytes: DmaBuf<u8>,
    power: &Active<Serial0>,
) -> Result<(), Rejected<DmaBuf<u8>>> {
    tx.start(bytes, power)?; //~ error
    //~ control: tx.start_detached(bytes, power)?;
    Ok(())
}
