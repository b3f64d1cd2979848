//! Derive macros of Linkwright drivers. Use them through `linkwright` with feature `derive`.
//!
//! They read no file: what a device has reaches them as types and constants of generated crates, so that what is wrong
//! is an ordinary error of a trait or a constant, at the field, with the text that the generated crate gives it.
#![forbid(unsafe_code)]

mod consumer;

use proc_macro::TokenStream;

/// A driver whose fields are the resources of its device.
///
/// ```ignore
/// use linkwright::consumer::Consumer;
/// use linkwright_samsung_uart::driver as uart;
///
/// #[derive(Consumer)]
/// #[consumer(uart)]
/// pub struct Uart<I: uart::Instance, B: uart::Board<I>> {
///     registers: uart::Registers<I, B>,
///     bus_clock: uart::clocks::Uart<I>,
///     baud_clock: uart::clocks::ClkUartBaud0<I>,
///     irq: uart::interrupts::Irq<I>,
///     tx: uart::dmas::Tx<I>,
///     #[consumer(skip)]
///     sent: u32,
/// }
/// ```
///
/// The attribute of the struct names the module `driver` of the ip's crate. The first type parameter is the device, the
/// second the board; `instance = …` and `board = …` name other ones, or concrete types. A field with
/// `#[consumer(skip)]` is no resource and begins as its default, with `#[consumer(skip = expression)]` as that.
///
/// A required resource without a field, a field that is no resource of the ip, and two fields for one resource do not
/// compile; the message names the spec and the entry to change.
#[proc_macro_derive(Consumer, attributes(consumer))]
pub fn consumer(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    consumer::expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}
