//! For build scripts: from specs to a file in `OUT_DIR`, with findings as cargo shows them.

use std::collections::BTreeSet;
use std::fmt;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::emit::rust::one_file;
use crate::emit::{Files, Targets};
use crate::front::{self, Reading};
use crate::load::{Input, Options};
use crate::project;
use crate::report::{Level, Style, human};
use crate::write;

/// Generates code from a build script.
///
/// ```no_run
/// // build.rs
/// linkwright_codegen::Build::new().spec("specs/soc/board.yaml").generate();
/// ```
///
/// ```ignore
/// // src/lib.rs
/// pub mod chip {
///     include!(concat!(env!("OUT_DIR"), "/linkwright.rs"));
/// }
/// ```
///
/// The file has a module for each soc, and for each of their ips that has registers or instructions. It names the
/// runtime as `linkwright`, which the package has to depend on. Facts of hardware are `unsafe impl`s, so the including
/// crate cannot forbid unsafe code (it can deny it).
///
/// Specs are found beside the given files, in `specs/` of the package, in what [`spec_path`](Self::spec_path) adds, and
/// among the built-in ones; nothing outside of the package is looked at, so it builds the same wherever it is unpacked.
/// Cargo runs the script again when a file that was read changes, or a directory that was searched; a file whose text
/// would be the same is not touched.
#[derive(Clone, Debug)]
pub struct Build {
    inputs: Vec<Input>,
    spec_paths: Vec<PathBuf>,
    external: BTreeSet<String>,
    driven: BTreeSet<String>,
    file: String,
    out: Option<PathBuf>,
    config: Option<PathBuf>,
}

/// What a build script did.
#[derive(Clone, Debug)]
pub struct Built {
    /// The file.
    pub path: PathBuf,
    /// It was written; `false`: it was as it should be.
    pub changed: bool,
    /// Lines for cargo: what it is to watch, and warnings.
    pub directives: Vec<String>,
}

/// Why nothing was generated.
#[derive(Clone, Debug)]
pub struct BuildError {
    /// What is wrong, for people.
    pub report: String,
    /// Lines for cargo: what it is to watch, and warnings.
    pub directives: Vec<String>,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.report.trim_end())
    }
}

impl std::error::Error for BuildError {}

impl Default for Build {
    fn default() -> Self {
        Self::new()
    }
}

impl Build {
    /// Nothing asked for yet.
    pub fn new() -> Self {
        Self {
            inputs: Vec::new(),
            spec_paths: Vec::new(),
            external: BTreeSet::new(),
            driven: BTreeSet::new(),
            file: "linkwright.rs".to_string(),
            out: None,
            config: None,
        }
    }

    /// A spec, by its path from the directory of the package.
    pub fn spec(mut self, path: impl Into<PathBuf>) -> Self {
        self.inputs.push(Input::File(path.into()));
        self
    }

    /// A soc by its name, such as a built-in one.
    pub fn soc(mut self, name: impl Into<String>) -> Self {
        self.inputs.push(Input::Soc(name.into()));
        self
    }

    /// An ip by its name. The ips of a soc come by themselves.
    pub fn ip(mut self, name: impl Into<String>) -> Self {
        self.inputs.push(Input::Ip(name.into()));
        self
    }

    /// A directory of specs to search first, from the directory of the package.
    pub fn spec_path(mut self, directory: impl Into<PathBuf>) -> Self {
        self.spec_paths.push(directory.into());
        self
    }

    /// This ip has a crate, `linkwright-<ip>`, which the package depends on: no module is made of it, so its types are
    /// those of other packages that use the crate.
    pub fn external(mut self, ip: impl Into<String>) -> Self {
        self.external.insert(ip.into());
        self
    }

    /// The package has a driver of this ip: its module gets a module `driver` with what `#[derive(Consumer)]` needs, and
    /// its devices are instances of it. The package has to depend on `linkwright-subsystems`, too.
    pub fn driver(mut self, ip: impl Into<String>) -> Self {
        self.driven.insert(ip.into());
        self
    }

    /// Name of the file; default `linkwright.rs`.
    pub fn file(mut self, name: impl Into<String>) -> Self {
        self.file = name.into();
        self
    }

    /// Directory of the file; default `OUT_DIR`.
    pub fn out_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.out = Some(directory.into());
        self
    }

    /// The project's file, from the directory of the package; default `linkwright.toml` there, if it exists.
    ///
    /// Its levels and spec directories count as they do for the command line. Files above the package are not looked
    /// for: the package would build otherwise elsewhere.
    pub fn config(mut self, file: impl Into<PathBuf>) -> Self {
        self.config = Some(file.into());
        self
    }

    /// Generates, and tells cargo what to watch. If the specs are wrong, says why and ends the build.
    ///
    /// To decide that oneself there is [`try_generate`](Self::try_generate).
    pub fn generate(self) {
        let (directives, report) = match self.try_generate() {
            Ok(built) => (built.directives, None),
            Err(error) => (error.directives, Some(error.report)),
        };
        for line in directives {
            println!("{line}");
        }
        if let Some(report) = report {
            // Cargo shows what stands on the error stream of a script that fails.
            eprintln!("\n{}", report.trim_end());
            std::process::exit(1);
        }
    }

    /// Generates, and leaves it to the caller to print the directives.
    ///
    /// # Errors
    /// What is wrong with the specs, or with writing the file.
    pub fn try_generate(self) -> Result<Built, BuildError> {
        let mut spec_paths = self.spec_paths;
        spec_paths.push(PathBuf::from("specs"));
        let options = Options { spec_paths, above: false, ..Options::default() };
        let config = self.config.or_else(|| Some(PathBuf::from(project::FILE)).filter(|file| file.is_file()));
        let (reading, _) = front::read_project(&self.inputs, &options, config.as_deref(), &());
        let mut directives = watched(&reading, config.as_deref());
        let fail = |report: String, directives: &[String]| BuildError { report, directives: directives.to_vec() };
        let Some(model) = &reading.model else {
            let report = human(&reading.diagnostics, &reading.workspace.sources, Style::default());
            return Err(fail(report, &directives));
        };
        directives.extend(warnings(&reading));
        let out = self.out.or_else(|| std::env::var_os("OUT_DIR").map(PathBuf::from));
        let Some(out) = out else {
            return Err(fail(
                "OUT_DIR is not set: this is for build scripts; elsewhere say `out_dir`".into(),
                &directives,
            ));
        };
        let files = Files::from([(self.file.clone(), one_file(model, &self.external, &self.driven))]);
        let written = write::write(&out, &files, Targets::ALL).map_err(|error| fail(error.to_string(), &directives))?;
        Ok(Built { path: out.join(self.file), changed: !written.changed.is_empty(), directives })
    }
}

/// Every file that was read, also of specs that are wrong, and the folders where a new one would count.
fn watched(reading: &Reading, config: Option<&Path>) -> Vec<String> {
    let files = reading.workspace.sources.iter().filter_map(|(_, file)| file.path.as_deref());
    let folders = reading.workspace.directories.iter().flat_map(|directory| {
        let kinds = ["subsystems", "ip", "soc"].map(|kind| directory.join(kind));
        // A folder that comes later counts, too. Of a package cargo would watch all, and what it has built itself.
        let there = kinds.iter().filter(|kind| kind.is_dir()).count();
        let whole = (1..kinds.len()).contains(&there) && !directory.join("Cargo.toml").exists();
        let watched = if whole { vec![directory.clone()] } else { kinds.to_vec() };
        watched.into_iter().filter(|folder| !folder.as_os_str().is_empty() && folder.is_dir())
    });
    let mut paths: BTreeSet<PathBuf> = files.map(Path::to_path_buf).collect();
    paths.extend(folders);
    paths.extend(config.map(Path::to_path_buf));
    if paths.is_empty() {
        // Without a word of the script cargo watches every file of the package.
        paths.insert(PathBuf::from("Cargo.toml"));
    }
    paths.iter().map(|path| format!("cargo::rerun-if-changed={}", path.display())).collect()
}

/// A line each: cargo shows no more of a warning.
fn warnings(reading: &Reading) -> Vec<String> {
    let warnings = reading.diagnostics.sorted().into_iter().filter(|finding| finding.level == Level::Warning);
    let line = |finding: &crate::report::Diagnostic| {
        let place = reading.workspace.sources.place(finding.primary.span);
        let mut line = format!("cargo::warning={place}: {} [{}]", finding.title, finding.rule);
        for help in &finding.help {
            let _ = write!(line, "; {help}");
        }
        line.replace(['\n', '\r'], " ")
    };
    warnings.map(line).collect()
}
