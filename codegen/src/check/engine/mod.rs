//! Rules about what the runtime's engine needs from registers and instructions.

mod paths;
mod roles;
mod settings;

pub(super) mod impossible_bursts;
pub(super) mod limits_out_of_range;
pub(super) mod missing_roles;
pub(super) mod repeated_roles;
pub(super) mod silent_faults;
pub(super) mod unfit_engine_parameters;
pub(super) mod unfit_engine_registers;
pub(super) mod unfit_role_operands;
pub(super) mod unknown_engine_names;
pub(super) mod unknown_engine_registers;
pub(super) mod unknown_role_operands;
pub(super) mod unknown_thread_states;
pub(super) mod unusable_controllers;

use super::Cx;
use crate::spec::{Engine, Ip};

pub(super) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    let roles = roles::collect(ip);
    repeated_roles::check(&roles, cx);
    for role in &roles {
        unknown_role_operands::check(role, cx);
        unfit_role_operands::check(ip, role, cx);
    }
    let Some(Engine::MicrocodeDma(engine)) = &ip.engine else { return };
    paths::check(ip, engine, cx);
    missing_roles::check(ip, engine, &roles, cx);
    limits_out_of_range::check(ip, engine, &roles, cx);
    unknown_engine_names::check(ip, engine, cx);
    unfit_engine_parameters::check(ip, engine, cx);
}
