//! Shapes are what the planner knows: choose one of `linkwright::dma`.
//!
//! error: E0277
//! says: is not the shape of a transfer
use ui::*;

#[derive(Clone, Copy)]
pub struct Spiral;

pub fn f(cx: &Task<'_>, channel: Channel<Copier>) {
    drop(channel.prepare(cx, Spiral)); //~ error
    //~ control: drop(channel.prepare(cx, Linear::new(64)));
}
