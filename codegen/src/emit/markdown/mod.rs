//! Reference pages in Markdown, by templates that a user can replace.
//!
//! The only emitter that can fail: a template may be wrong. The built-in ones are not (a test renders them all).

mod ip;
mod soc;
mod templates;

use std::collections::BTreeMap;

pub use templates::{TemplateError, Templates};

use super::rust::{directory, has_crate};
use super::{Files, Generated, header, origin};
use crate::lower::{Ip, Soc, Subsystem};

/// The pages of an ip's crate: `README.md` and `reference.md`; none if it gets no crate.
///
/// # Errors
/// [`TemplateError`] from a template of the user's.
pub fn ip(ip: &Ip, templates: &Templates) -> Result<Files, TemplateError> {
    if !has_crate(ip) {
        return Ok(BTreeMap::new());
    }
    let view = ip::View::new(ip);
    let directory = directory(&ip.name);
    Ok(BTreeMap::from([
        (format!("{directory}/README.md"), page(templates.render("ip-readme.md", &view)?, &ip.file)),
        (format!("{directory}/reference.md"), page(templates.render("ip-reference.md", &view)?, &ip.file)),
    ]))
}

/// The pages of a soc's crate: `README.md` and `reference.md`.
///
/// # Errors
/// As [`ip()`].
pub fn soc(soc: &Soc, ips: &[Ip], subsystems: &[Subsystem], templates: &Templates) -> Result<Files, TemplateError> {
    let view = soc::View::new(soc, ips, subsystems);
    let directory = directory(&soc.name);
    Ok(BTreeMap::from([
        (format!("{directory}/README.md"), page(templates.render("soc-readme.md", &view)?, &soc.file)),
        (format!("{directory}/reference.md"), page(templates.render("soc-reference.md", &view)?, &soc.file)),
    ]))
}

/// What a template made, with the head of generated files and without marks, needless blank lines and trailing blanks.
fn page(text: String, spec: &str) -> Generated {
    let mut clean = format!("<!-- {} -->\n\n", header(spec));
    let mut blank = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() && blank {
            continue;
        }
        blank = line.is_empty();
        clean.push_str(line);
        clean.push('\n');
    }
    let (text, origins) = origin::extract(&clean);
    Generated { text: format!("{}\n", text.trim_end()), spec: spec.to_string(), origins }
}
