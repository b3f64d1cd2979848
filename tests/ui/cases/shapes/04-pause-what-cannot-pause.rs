//! The hardware pauses only at places that were planned: prepare the shape inside `Pausable`.
//!
//! error: E0599
//! says: Transfer<'_, E, Pausable<S>>
use ui::*;

pub fn f(plain: Transfer<'_, serial0::Tx, Linear>, pausable: Transfer<'_, serial0::Tx, Pausable<Linear>>) {
    let _ = plain.pause(); //~ error
    //~ control: let _ = pausable.pause();
}
