//! From the resolved model to files: the door that the command line and build scripts share.
//!
//! Finds the runtime and the templates and counts what was made; what a file holds is the emitters' business, and how
//! it gets on disk that of [`write`](crate::write).

mod place;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::emit::markdown::{TemplateError, Templates};
use crate::emit::rust::{self, Runtime};
use crate::emit::{self, Choices, Files, Targets};
use crate::lower::{Block, Ip, Model, Node, Soc};

pub use place::{Workspace, workspace};

/// Choices that are not the specs'.
#[derive(Clone, Debug)]
pub struct Options {
    /// What to generate.
    pub targets: Targets,
    /// Directory with templates that replace the built-in ones of the same name.
    pub templates: Option<PathBuf>,
    /// Directory of the runtime (crate `linkwright`); default: found near the output, else the published crate.
    pub runtime: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { targets: Targets::ALL, templates: None, runtime: None }
    }
}

/// What is to be on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Every file.
    pub files: Files,
    /// What they are about, ips first.
    pub subjects: Vec<Subject>,
    /// Where the crates find the runtime.
    pub runtime: Runtime,
}

/// An ip or a soc that something is generated for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// Name of the spec.
    pub name: String,
    /// Directory below the output directory.
    pub directory: String,
    /// Name of the Rust package.
    pub package: String,
    /// It is a soc.
    pub is_soc: bool,
    /// Registers, each element of an array counted.
    pub registers: usize,
    /// Fields, those of an array counted once.
    pub fields: usize,
    /// Instructions.
    pub instructions: usize,
    /// Devices.
    pub devices: usize,
    /// Links between devices.
    pub links: usize,
}

/// Why nothing can be generated.
#[derive(Debug)]
pub enum GenerateError {
    /// There is no runtime at the path given for it.
    NoRuntime(PathBuf),
    /// A path cannot be made sense of.
    Path(PathBuf, std::io::Error),
    /// A path from the generated crates to the runtime cannot be written as one: they are on different drives, or it is
    /// not UTF-8.
    Unreachable(PathBuf),
    /// An ip and a soc, or two ips in different case, would share a directory.
    SameDirectory(String),
    /// A template is wrong.
    Template(TemplateError),
    /// The directory for templates has none that has a name of one.
    NoTemplates(PathBuf),
}

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRuntime(path) => write!(f, "there is no crate `linkwright` in {}", path.display()),
            Self::Path(path, error) => write!(f, "cannot use {}: {error}", path.display()),
            Self::Unreachable(path) => write!(f, "generated crates cannot refer to {}", path.display()),
            Self::SameDirectory(name) => write!(f, "two specs would be generated into the directory `{name}`"),
            Self::Template(error) => error.fmt(f),
            Self::NoTemplates(path) => {
                let names: Vec<&str> = Templates::names().collect();
                write!(f, "{} has no template: none of {}", path.display(), names.join(", "))
            }
        }
    }
}

impl std::error::Error for GenerateError {}

/// Generate everything in `model`, to be written below `out`.
///
/// Reads the templates and looks for the runtime, and touches no other file.
///
/// # Errors
/// [`GenerateError`].
pub fn generate(model: &Model, out: &Path, options: &Options) -> Result<Output, GenerateError> {
    let mut subjects: Vec<Subject> = Vec::new();
    let ips = model.ips.iter().filter(|ip| rust::has_crate(ip)).map(Subject::ip);
    for subject in ips.chain(model.socs.iter().map(Subject::soc)) {
        if subjects.iter().any(|known| known.directory == subject.directory) {
            return Err(GenerateError::SameDirectory(subject.directory));
        }
        subjects.push(subject);
    }
    let templates = options.templates.as_deref();
    if let Some(directory) = templates
        && !Templates::names().any(|name| directory.join(name).is_file())
    {
        return Err(GenerateError::NoTemplates(directory.to_path_buf()));
    }
    let runtime = place::runtime(out, options.runtime.as_deref())?;
    let choices = Choices {
        targets: options.targets,
        rust: rust::Options { runtime: runtime.clone(), ..rust::Options::default() },
        templates: Templates::new(templates),
    };
    let files = emit::all(model, &choices).map_err(GenerateError::Template)?;
    Ok(Output { files, subjects, runtime })
}

impl Subject {
    fn ip(ip: &Ip) -> Self {
        let (registers, fields) = count(&ip.registers);
        let instructions = ip.instructions.as_ref().map_or(0, |set| set.instructions.len());
        Self { registers, fields, instructions, ..Self::named(&ip.name) }
    }

    fn soc(soc: &Soc) -> Self {
        let (devices, links) = (soc.devices.len(), soc.edges.len());
        Self { is_soc: true, devices, links, ..Self::named(&soc.name) }
    }

    fn named(name: &str) -> Self {
        Self {
            name: name.to_string(),
            directory: rust::directory(name),
            package: rust::package(name),
            ..Self::default()
        }
    }
}

/// Registers and fields.
fn count(nodes: &[Node]) -> (usize, usize) {
    nodes.iter().fold((0, 0), |(registers, fields), node| match node {
        Node::Register(register) => {
            let elements = register.array.as_ref().map_or(1, |array| array.count as usize);
            (registers + elements, fields + register.fields.len())
        }
        Node::Block(Block { registers: inner, array, .. }) => {
            let (inner_registers, inner_fields) = count(inner);
            let elements = array.as_ref().map_or(1, |array| array.count as usize);
            (registers + elements * inner_registers, fields + inner_fields)
        }
    })
}
