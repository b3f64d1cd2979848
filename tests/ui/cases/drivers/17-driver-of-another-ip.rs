//! A driver is for devices of its ip, and a DMA controller is no UART.
//!
//! error: E0277
//! says: is no `samsung-uart`
//! says: not described by ip/samsung-uart.yaml
//! says: its instances are the devices with `ip: samsung-uart` in a SoC's spec
use ui::*;

pub fn f() {
    fn drive<I: uart::Instance>() {}
    drive::<Pdma0>(); //~ error
    //~ control: drive::<Serial0>();
}
