//! `linkwright.toml`: what holds for a project, whichever door its specs come through.
//!
//! Read with the reader of specs, so mistakes in it are findings with places as those in specs are. Paths in it are
//! seen from its own directory.

mod toml;

use std::path::{Path, PathBuf};

use crate::check::{Fixed, Levels, Rule, Setting};
use crate::load::Options;
use crate::report::{Diagnostic, Diagnostics, Fix, did_you_mean};
use crate::source::{SourceMap, Span, Spanned};
use crate::spec::{List, Map, Text, record, words};

/// Name of the file.
pub const FILE: &str = "linkwright.toml";

/// What a project wants.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The file; `None` if there is none.
    pub file: Option<PathBuf>,
    /// Spec directories that are searched before others.
    pub spec_paths: Vec<PathBuf>,
    /// Patterns of the specs that are checked when none is named.
    pub specs: Vec<String>,
    /// Patterns of the specs that are left out where a pattern or a directory is named.
    pub exclude: Vec<String>,
    /// Known findings.
    pub baseline: Option<PathBuf>,
    /// Levels of rules.
    pub levels: Levels,
    /// How findings are written: `human`, `json`, `sarif` or `github`.
    pub format: Option<&'static str>,
    /// When colours are used: `auto`, `always` or `never`.
    pub color: Option<&'static str>,
    /// Warnings make the exit code 1.
    pub strict: bool,
}

impl Project {
    /// Options as they are in this project: its spec directories come behind those given, its levels count where none
    /// is given.
    pub fn options(&self, given: &Options) -> Options {
        let mut options = given.clone();
        options.spec_paths.extend(self.spec_paths.iter().cloned());
        options.levels = self.levels.clone();
        options.levels.extend(&given.levels);
        options
    }
}

words! {
    /// How a rule is taken.
    Level {
        /// Not reported.
        "allow" => Allow,
        /// A warning.
        "warn" => Warn,
        /// An error.
        "deny" => Deny,
    }
}

words! {
    /// How findings are written.
    Format {
        /// For people.
        "human" => Human,
        /// One JSON object.
        "json" => Json,
        /// SARIF 2.1.0.
        "sarif" => Sarif,
        /// Workflow commands of GitHub Actions.
        "github" => Github,
    }
}

words! {
    /// When colours are used.
    Color {
        /// On a terminal.
        "auto" => Auto,
        /// Even into a file.
        "always" => Always,
        /// Plain text.
        "never" => Never,
    }
}

record! {
    /// The file.
    Written {
        /// Spec directories.
        "spec-path" => spec_path: List<Text>,
        /// Patterns of specs.
        "specs" => specs: List<Text>,
        /// Patterns of specs.
        "exclude" => exclude: List<Text>,
        /// A file.
        "baseline" => baseline: Option<Text>,
        /// Rules by id or name.
        "levels" => levels: Map<Spanned<Level>>,
        /// Defaults of the command line.
        "output" => output: Option<Output>,
    }
}

record! {
    /// Defaults of the command line.
    Output {
        /// How findings are written.
        "format" => format: Option<Spanned<Format>>,
        /// When colours are used.
        "color" => color: Option<Spanned<Color>>,
        /// Do warnings make the exit code 1?
        "strict" => strict: Option<Spanned<bool>>,
    }
}

/// The nearest `linkwright.toml` in the directory `start` or above.
pub fn find(start: &Path) -> Option<PathBuf> {
    let start = if start.as_os_str().is_empty() { Path::new(".") } else { start };
    let absolute = std::path::absolute(start).ok()?;
    absolute.ancestors().map(|directory| directory.join(FILE)).find(|file| file.is_file())
}

/// Read a project's file. `None`: it cannot be used; why is reported.
pub fn read(path: &Path, sources: &mut SourceMap, out: &mut Diagnostics) -> Option<Project> {
    let name = crate::load::shown(path);
    let text = match crate::load::read(path)
        .map_err(|error| error.to_string())
        .and_then(|bytes| crate::yaml::decode_text(bytes).map_err(|bad| format!("{}, {}", bad.title, bad.label)))
    {
        Ok(text) => text,
        Err(error) => {
            let file = sources.add(name, Some(path), "");
            let span = Span { file, start: 0, end: 0 };
            out.push(Diagnostic::error("LW0013", format!("the file cannot be read: {error}"), span, ""));
            return None;
        }
    };
    read_text(&name, Some(path), &text, sources, out)
}

/// As [`read`], from a text; messages call it `name`.
pub fn read_text(
    name: &str,
    path: Option<&Path>,
    text: &str,
    sources: &mut SourceMap,
    out: &mut Diagnostics,
) -> Option<Project> {
    let file = sources.add(name, path, text);
    let mut found = Diagnostics::new();
    let node = toml::read(file, text, &mut found);
    let written = node.and_then(|node| crate::spec::decode_record::<Written>(file, text, &node, FILE, &mut found));
    let root = path.and_then(Path::parent).unwrap_or(Path::new("")).to_path_buf();
    let project = written.map(|written| project(written, &root, path, &mut found));
    let usable = !found.has_errors();
    out.extend(found);
    project.filter(|_| usable)
}

fn project(written: Written, root: &Path, path: Option<&Path>, out: &mut Diagnostics) -> Project {
    let below = |text: &Text| root.join(text.value.as_str());
    let patterns = |list: &[Text]| list.iter().map(|text| below(text).display().to_string()).collect();
    let mut levels = Levels::default();
    for (name, level) in written.levels.iter() {
        set(&mut levels, name, level, out);
    }
    let output = written.output;
    let output = output.as_ref();
    Project {
        file: path.map(Path::to_path_buf),
        spec_paths: written.spec_path.iter().map(below).collect(),
        specs: patterns(&written.specs),
        exclude: patterns(&written.exclude),
        baseline: written.baseline.as_ref().map(below),
        levels,
        format: output.and_then(|output| output.format.as_ref()).map(|format| format.value.as_str()),
        color: output.and_then(|output| output.color.as_ref()).map(|color| color.value.as_str()),
        strict: output.and_then(|output| output.strict.as_ref()).is_some_and(|strict| strict.value),
    }
}

fn set(levels: &mut Levels, name: &Spanned<String>, level: &Spanned<Level>, out: &mut Diagnostics) {
    let known = || Rule::all().iter().flat_map(|rule| [rule.name, rule.id]);
    let Some(rule) = Rule::find(name) else {
        let title = format!("there is no rule `{}`", name.value);
        let error = crate::check::UNKNOWN_RULES.at(name.span, title, "no such rule");
        let help = did_you_mean(name, known()).unwrap_or("`linkwright explain` lists all rules".to_string());
        out.push(error.help(help).correct(Fix::meant(name, known(), name.span)));
        return;
    };
    let setting = match level.value {
        Level::Allow => Setting::Allow,
        Level::Warn => Setting::Warn,
        Level::Deny => Setting::Deny,
    };
    if levels.set(rule, setting) == Err(Fixed) {
        let error = crate::check::LOWERED_ERRORS
            .at(
                level.span,
                format!("{} {} cannot be lowered", rule.id, rule.name),
                format!("it cannot be `{}`", level.value.as_str()),
            )
            .and(name.span, "an error for good")
            .note("nothing can be generated from what breaks this rule")
            .help("remove the line; a baseline keeps findings that are known from failing a check");
        out.push(error);
    }
}
