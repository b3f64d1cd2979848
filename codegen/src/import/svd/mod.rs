//! CMSIS-SVD files, which chip makers publish for debuggers, become one `ip` spec for each distinct block and a `soc`
//! spec with where they are.
//!
//! `svd-parser` reads the file. Here is decided what that means: `resolve` follows `derivedFrom`, `registers` and
//! `fields` turn what is left into a `model` that keeps our rules, `enums` finds sets of values that are the same,
//! `share` blocks that are, and `print` writes YAML. What has one right answer is mended, with a comment in the
//! spec; what has none is left out, with a finding.

mod access;
mod chip;
mod enums;
mod fields;
mod model;
mod names;
mod notes;
mod places;
mod print;
mod read;
mod registers;
mod resolve;
mod share;
mod text;
mod views;

use std::collections::BTreeMap;

use crate::report::Diagnostics;
use crate::source::SourceMap;

/// Longest file in bytes; the largest that vendors publish has about 60 MB.
pub const MAX_FILE: usize = 128 << 20;

/// What to import.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Names of peripherals; empty: all.
    pub peripherals: Vec<String>,
}

/// What an SVD file became.
#[derive(Debug)]
pub struct Imported {
    /// Specs by path: `ip/nrf52840-timer.yaml`, `soc/nrf52840.yaml`. Empty if there are errors.
    pub files: BTreeMap<String, String>,
    /// What could not be imported.
    pub diagnostics: Diagnostics,
    /// The SVD file.
    pub sources: SourceMap,
    /// How much there was.
    pub counts: Counts,
}

/// What an import was made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Peripherals.
    pub peripherals: usize,
    /// Distinct blocks.
    pub blocks: usize,
    /// Registers of distinct blocks; an array is one.
    pub registers: usize,
    /// Their fields.
    pub fields: usize,
    /// Places that were mended; a comment in the spec tells of each.
    pub mended: usize,
}

/// Import the text of an SVD file; `name` is how findings call the file.
pub fn import(name: &str, text: &str, options: &Options) -> Imported {
    let mut sources = SourceMap::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let file = sources.add(name, None, text);
    let mut notes = notes::Notes::new(file);
    let mut counts = Counts::default();
    let files = match read::read(text, file, notes.diagnostics()) {
        Some(svd) => {
            notes.document(svd.document);
            let chip = chip::build(&svd.device, file_name(name), options, &mut notes, &mut counts);
            if notes.diagnostics().has_errors() { BTreeMap::new() } else { print::files(&chip) }
        }
        None => BTreeMap::new(),
    };
    counts.mended = notes.mended();
    Imported { files, diagnostics: notes.finish(), sources, counts }
}

/// The last part of a path, which is what a spec can tell about where it comes from.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
