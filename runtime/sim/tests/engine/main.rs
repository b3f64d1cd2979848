//! The runtime's engine over the generated controller over the model: the whole driver, in every weather.
#![forbid(unsafe_code)]

mod copies;
mod endings;
mod power;
mod rig;
mod storm;
