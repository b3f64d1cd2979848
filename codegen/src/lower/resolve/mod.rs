//! From checked specs to the resolved model.
//!
//! Runs only when nothing was found wrong. What contradicts that is a mistake of this program, not of the spec: it is
//! reported as such (`LW0099`), never a panic.

mod domains;
mod engine;
mod enums;
mod instruction;
mod ip;
mod role;
mod setup;
mod soc;
mod subsystem;

use crate::check::Rule;
use crate::load::Workspace;
use crate::report::{Diagnostic, Diagnostics, Level};
use crate::source::Span;
use crate::spec::{Name, Path, Text};

use super::Model;

/// Name of the rule that finds devices which need each other.
const DEPENDENCY_CYCLES: &str = "dependency-cycles";

/// Resolve all specs of a workspace. `None`: there are errors, earlier ones or one of this program.
pub fn lower(workspace: &Workspace, out: &mut Diagnostics) -> Option<Model> {
    if out.has_errors() {
        return None;
    }
    match model(workspace, Circles::Refuse) {
        Ok(model) => Some(model),
        Err(Internal { span, what }) => {
            let title = format!("internal error: {what}");
            out.push(
                Diagnostic::error("LW0099", title, span, "while this was resolved")
                    .help("this is a mistake in linkwright, not in the spec: please report it with the spec"),
            );
            None
        }
    }
}

/// As [`lower`], for specs whose only errors are devices that need each other: the links that should give way do, and
/// say so ([`Edge::proposed_cut`](super::Edge::proposed_cut)). `None`: there are other errors, or devices that sit on
/// each other.
pub fn lower_despite_circles(workspace: &Workspace, found: &Diagnostics) -> Option<Model> {
    let circles = Rule::find(DEPENDENCY_CYCLES).map(|rule| rule.id);
    let others = found.iter().any(|finding| finding.level == Level::Error && Some(finding.rule) != circles);
    if others { None } else { model(workspace, Circles::Cut).ok() }
}

/// What happens where devices need each other and none of the links is optional.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Circles {
    /// A check has refused the spec.
    Refuse,
    /// The cheapest cut is made.
    Cut,
}

fn model(workspace: &Workspace, circles: Circles) -> Result<Model, Internal> {
    let subsystems = workspace.subsystems.iter().map(|loaded| subsystem::lower(&loaded.spec)).collect();
    let ips = workspace.ips.iter().map(|loaded| ip::lower(loaded, workspace)).collect::<Result<Vec<_>, _>>()?;
    let socs =
        workspace.socs.iter().map(|loaded| soc::lower(loaded, workspace, &ips, circles)).collect::<Result<_, _>>()?;
    Ok(Model { subsystems, ips, socs })
}

/// Something that a check should have found.
struct Internal {
    span: Span,
    what: String,
}

fn internal(span: Span, what: impl Into<String>) -> Internal {
    Internal { span, what: what.into() }
}

/// A number that a check found small enough.
fn small<T: TryFrom<u64>>(number: &crate::source::Spanned<u64>) -> Result<T, Internal> {
    T::try_from(number.value).map_err(|_| internal(number.span, format!("{} is out of range", number.value)))
}

/// Free text without the line end that block scalars leave.
fn text(text: &Option<Text>) -> String {
    text.as_ref().map_or_else(String::new, |text| text.trim_end().to_string())
}

fn names(path: &Path) -> Vec<String> {
    path.parts.iter().map(|part| part.value.clone()).collect()
}

fn strings(names: &[Name]) -> Vec<String> {
    names.iter().map(|name| name.value.clone()).collect()
}
