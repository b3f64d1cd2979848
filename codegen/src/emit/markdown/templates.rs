use std::error::Error;
use std::fmt;
use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

/// Templates of this crate by name.
const BUILT_IN: [(&str, &str); 4] = [
    ("ip-readme.md", include_str!("../../../templates/ip-readme.md")),
    ("ip-reference.md", include_str!("../../../templates/ip-reference.md")),
    ("soc-readme.md", include_str!("../../../templates/soc-readme.md")),
    ("soc-reference.md", include_str!("../../../templates/soc-reference.md")),
];

/// A template is wrong: it cannot be read, or names something that is not there.
#[derive(Debug)]
pub struct TemplateError {
    name: String,
    source: minijinja::Error,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "template {}", self.name)?;
        if let Some(line) = self.source.line() {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {}", self.source.kind())?;
        if let Some(detail) = self.source.detail() {
            write!(f, ": {detail}")?;
        }
        Ok(())
    }
}

impl Error for TemplateError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

/// The templates of a run.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
}

impl Default for Templates {
    fn default() -> Self {
        Self::new(None)
    }
}

impl Templates {
    /// Those of this crate, but where `directory` has a file of the same name, that one. Such a file is read when it
    /// is first used.
    pub fn new(directory: Option<&Path>) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_syntax(syntax());
        environment.add_filter("cell", cell);
        let directory = directory.map(Path::to_path_buf);
        environment.set_loader(move |name| {
            if let Some(path) = directory.as_ref().map(|directory| directory.join(name)) {
                match std::fs::read_to_string(&path) {
                    Ok(text) => return Ok(Some(text)),
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(error) => {
                        let detail = format!("cannot read {}: {error}", path.display());
                        return Err(minijinja::Error::new(minijinja::ErrorKind::TemplateNotFound, detail));
                    }
                }
            }
            Ok(BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| text.to_string()))
        });
        Self { environment }
    }

    /// Names of the templates that there are.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.into_iter().map(|(name, _)| name)
    }

    pub(super) fn render(&self, name: &str, view: &impl Serialize) -> Result<String, TemplateError> {
        let template = self.environment.get_template(name);
        template
            .and_then(|template| template.render(Serde(view)))
            .map_err(|source| TemplateError { name: source.name().unwrap_or(name).to_string(), source })
    }
}

/// A tag on a line of its own leaves no line.
fn syntax() -> SyntaxConfig {
    let mut builder = SyntaxConfig::builder();
    builder.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    builder.build().unwrap_or_default()
}

/// Text in the cell of a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
