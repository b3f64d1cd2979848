//! A case: a source file that says what is wrong with it, and where.

use std::path::{Path, PathBuf};

/// Errors about borrows, moves and lifetimes: what they say is rustc's own, around the names of the case's variables.
const OF_BORROWS: [&str; 8] = ["E0373", "E0382", "E0499", "E0502", "E0505", "E0521", "E0597", "E0631"];

/// One misuse and its control.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) path: PathBuf,
    /// Unlike any other's.
    pub(crate) name: String,
    /// The compiler's code, or the lint's name.
    pub(crate) error: String,
    /// What the message must contain.
    pub(crate) says: Vec<String>,
    /// The line of the error, from 1.
    pub(crate) line: usize,
    /// The error shows only when code is generated.
    pub(crate) codegen: bool,
    /// The source with the wrong lines replaced.
    pub(crate) control: String,
}

impl Case {
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let source = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        Self::parse(path, &source)
    }

    /// Read the header (`//! error:`, `//! says:`, `//! when: codegen`) and the marks `//~ error` and `//~ control:`.
    pub(crate) fn parse(path: &Path, source: &str) -> Result<Self, String> {
        let (mut errors, mut says, mut marked, mut codegen) = (Vec::new(), Vec::new(), Vec::new(), false);
        let mut control: Vec<&str> = Vec::new();
        let (mut replacing, mut replaced) = (false, false);
        for (number, line) in (1..).zip(source.lines()) {
            let text = line.trim();
            match text.strip_prefix("//! ").and_then(|text| text.split_once(": ")) {
                Some(("error", code)) => errors.push(code.to_owned()),
                Some(("says", text)) => says.push(text.to_owned()),
                Some(("when", "codegen")) => codegen = true,
                _ => {}
            }
            if let Some(instead) = text.strip_prefix("//~ control:") {
                // Several in a row stand for the one line above them.
                if !replacing && control.pop().is_none() {
                    return Err(format!("line {number}: a control replaces the line above it"));
                }
                (replacing, replaced) = (true, true);
                control.push(instead.trim());
                continue;
            }
            replacing = false;
            if text.ends_with("//~ error") {
                marked.push(number);
            } else if text.contains("//~") {
                return Err(format!("line {number}: only `//~ error` and `//~ control:` mean something"));
            }
            control.push(line);
        }
        let [line] = marked[..] else { return Err("one line must end with `//~ error`".into()) };
        let [error] = &errors[..] else { return Err("the header needs one `//! error: CODE`".into()) };
        if says.is_empty() && !OF_BORROWS.contains(&error.as_str()) {
            return Err("the header needs a `//! says: TEXT`: what tells the user what to do".into());
        }
        if !replaced {
            return Err("without a `//~ control: CODE` nothing shows that only this line is wrong".into());
        }
        let group = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        let name = format!("{group}-{}", path.file_stem().unwrap_or_default().to_string_lossy());
        Ok(Self { path: path.into(), name, error: error.clone(), says, line, codegen, control: control.join("\n") })
    }
}
