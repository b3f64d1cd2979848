//! Rules about what can be done with a kind of resource.

pub(super) mod unfit_stages;
pub(super) mod unknown_operations;

use super::Cx;

pub(super) fn check(cx: &mut Cx<'_>) {
    for loaded in &cx.workspace.subsystems {
        unknown_operations::check(&loaded.spec, cx);
        unfit_stages::check(&loaded.spec, cx);
    }
}
