//! A Samsung UART that sends and receives by DMA. It knows no SoC: a board crate binds it to a device.
#![no_std]
#![forbid(unsafe_code)]

use linkwright::consumer::Consumer;
use linkwright::mmio::Io;
use linkwright_samsung_uart::driver as uart;
use linkwright_samsung_uart::regs;

/// The driver of one UART.
#[derive(Consumer)]
#[consumer(uart)]
pub struct Uart<I: uart::Instance, B: uart::Board<I>> {
    registers: uart::Registers<I, B>,
    bus_clock: uart::clocks::Uart<I>,
    baud_clock: uart::clocks::ClkUartBaud0<I>,
    irq: uart::interrupts::Irq<I>,
    tx: uart::dmas::Tx<I>,
    #[consumer(skip)]
    sent: u32,
}

impl<I: uart::Instance, B: uart::Board<I>> Uart<I, B> {
    /// Everything is sent.
    pub fn is_idle(&mut self) -> bool {
        let status = self.registers.bus().read(regs::UTRSTAT);
        self.sent = 1;
        status.get(regs::Utrstat::TRANSMITTER_EMPTY)
    }
}
