//! What the model promises, one file a subject. Programs are written with the generated encoder and started through the
//! generated driver, so that both are shown to agree with the model.
#![forbid(unsafe_code)]

mod axi;
mod board;
mod caches;
mod debug_port;
mod faults;
mod fifo_peripheral;
mod golden;
mod instances;
mod kill;
mod manager;
mod mfifo;
mod mutations;
mod order;
mod peripherals;
mod random;
mod security;
mod shifts;
mod supplies;
