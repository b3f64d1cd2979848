//! Finds spec files and everything they refer to.
//!
//! The one place that reads files. Judges whether a name leads somewhere, not what is there.
//!
//! # Where a spec is looked for
//!
//! A reference is a name; its spec is the file `NAME.yaml` in the kind's folder (`subsystems/`, `ip/`, `soc/`) of a
//! spec directory, or in the directory itself. Spec directories are, first one first: those of
//! [`Options::spec_paths`]; for each file that was asked for, its own directory (the one above, if its own is a kind's
//! folder) and `specs/` beside it or in any directory above it; and the built-in specs. A file that was asked for goes
//! before all of them. Subsystems are referred to by key, so all of them are read; one in an earlier directory hides
//! those of the same name or key in later ones.

mod extend;
mod resolve;
mod scenario;
mod search;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::Levels;
use crate::parallel;
use crate::report::{Diagnostic, Diagnostics};
use crate::source::{FileId, SourceMap, Span, Spanned};
use crate::spec::{self, Document};
use crate::yaml::{self, BadText};
pub use scenario::{scenario, scenario_text};
pub use search::read_most;
use search::{Found, Kind, Search};
pub(crate) use search::{read, shown};

/// How specs are found.
#[derive(Clone, Debug)]
pub struct Options {
    /// Directories that are searched first.
    pub spec_paths: Vec<PathBuf>,
    /// Search `specs/` in the directories above a file, too.
    pub above: bool,
    /// Search the built-in specs too.
    pub built_in: bool,
    /// What the project thinks of rules.
    pub levels: Levels,
    /// Texts that stand for those of files on disk, such as edits that are not saved.
    pub texts: HashMap<PathBuf, Arc<str>>,
}

impl Default for Options {
    fn default() -> Self {
        Self { spec_paths: Vec::new(), above: true, built_in: true, levels: Levels::default(), texts: HashMap::new() }
    }
}

/// A spec that is asked for.
#[derive(Clone, Debug)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// A name, and a text: `ip/uart.yaml` is what messages call it.
    Text(String, String),
    /// The ip of that name, wherever it is found; `specs/` beside or above the working directory counts.
    Ip(String),
    /// The soc of that name, as above.
    Soc(String),
}

/// All specs of a run, read but not yet checked.
#[derive(Debug, Default)]
pub struct Workspace {
    /// The files.
    pub sources: SourceMap,
    /// Spec directories on disk that were searched.
    pub directories: Vec<PathBuf>,
    /// Kinds of resource: all that the search path has.
    pub subsystems: Vec<Loaded<spec::Subsystem>>,
    /// Blocks that were asked for or that a soc uses.
    pub ips: Vec<Loaded<spec::Ip>>,
    /// Chips and boards that were asked for, merged with what they extend.
    pub socs: Vec<Loaded<spec::Soc>>,
    subsystem_names: HashMap<String, usize>,
    subsystem_keys: HashMap<String, usize>,
    ip_names: HashMap<String, usize>,
    /// Names of files within their spec directories.
    files: HashMap<FileId, String>,
}

/// A spec and where it comes from.
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    /// What was read.
    pub spec: T,
    /// Its file, relative to the spec directory: `ip/pl330.yaml`.
    pub file: String,
    /// Asked for by the user, not only referred to.
    pub requested: bool,
}

impl Workspace {
    /// The subsystem of that name. `None`: there is none that can be read, which the loader reported.
    pub fn subsystem(&self, name: &str) -> Option<&spec::Subsystem> {
        self.subsystem_names.get(name).map(|&at| &self.subsystems[at].spec)
    }

    /// The subsystem that `ip` and `soc` files spell so. `None`: as above.
    pub fn subsystem_by_key(&self, key: &str) -> Option<&spec::Subsystem> {
        self.subsystem_keys.get(key).map(|&at| &self.subsystems[at].spec)
    }

    /// The ip of that name. `None`: as above.
    pub fn ip(&self, name: &str) -> Option<&spec::Ip> {
        self.ip_names.get(name).map(|&at| &self.ips[at].spec)
    }

    /// What a device, or else its ip, says of its driver's runtime PM.
    pub fn runtime_pm<'a>(
        &'a self,
        device: &'a spec::Device,
        of: fn(&spec::RuntimePm) -> Option<&Spanned<bool>>,
    ) -> Option<&'a Spanned<bool>> {
        let own = device.runtime_pm.as_ref().and_then(of);
        own.or_else(|| self.ip(device.ip.as_ref()?)?.runtime_pm.as_ref().and_then(of))
    }

    /// `ip/pl330.yaml:12`: file within its spec directory, and line.
    pub fn place(&self, span: Span) -> String {
        let (line, _) = self.sources.line_column(span);
        let file = self.files.get(&span.file).map_or(self.sources.file(span.file).name.as_str(), String::as_str);
        format!("{file}:{line}")
    }

    fn add_subsystem(&mut self, loaded: Loaded<spec::Subsystem>) {
        let at = self.subsystems.len();
        self.subsystem_names.insert(loaded.spec.name.value.clone(), at);
        self.subsystem_keys.insert(loaded.spec.key().to_string(), at);
        self.subsystems.push(loaded);
    }

    fn add_ip(&mut self, loaded: Loaded<spec::Ip>) {
        self.ip_names.insert(loaded.spec.name.value.clone(), self.ips.len());
        self.ips.push(loaded);
    }
}

/// Read specs and everything they refer to. What goes wrong is reported, and the rest goes on.
pub fn load(inputs: &[Input], options: &Options, out: &mut Diagnostics) -> Workspace {
    load_watched(inputs, options, &(), out)
}

/// As [`load`], and tells how far it is.
pub fn load_watched(inputs: &[Input], options: &Options, watch: &dyn Watch, out: &mut Diagnostics) -> Workspace {
    load_beside(None, inputs, options, watch, out)
}

/// As [`load_watched`], beside specs that were read before.
///
/// All subsystems and the ips that socs use are taken from `known` where they are there: it was read with the same
/// options, and `inputs` are ips and socs. Reading thousands of boards one by one, most of the time would be spent on
/// what they share.
pub fn load_beside(
    known: Option<&Workspace>,
    inputs: &[Input],
    options: &Options,
    watch: &dyn Watch,
    out: &mut Diagnostics,
) -> Workspace {
    let mut loader = Loader::new(inputs, options, out);
    if let Some(known) = known {
        loader.beside(known);
    }
    loader.request(inputs, watch);
    if known.is_none() {
        loader.subsystems();
    }
    loader.merge();
    loader.ips(known);
    resolve::subsystems(&mut loader);
    loader.workspace
}

/// Is told how far long work is.
pub trait Watch: Sync {
    /// Something of that many steps begins, and what was before is done.
    fn begin(&self, doing: &str, steps: usize);
    /// A step is done.
    fn step(&self);
}

/// Nobody watches.
impl Watch for () {
    fn begin(&self, _: &str, _: usize) {}
    fn step(&self) {}
}

/// Names of all ips of the search path, sorted.
pub fn ip_names(options: &Options) -> Vec<String> {
    let search = Search::new(options, std::iter::once(Path::new("ip/_")));
    let mut names = search.names(Kind::Ip);
    names.sort();
    names.dedup();
    names
}

/// What a file gave.
enum Read {
    /// A document, and the file's name within its spec directory.
    Whole(Box<Document>, String),
    /// A document that cannot be used, though one can tell what it was to be.
    Broken(Kind, String),
    /// Nothing.
    Nothing,
}

struct Loader<'a> {
    workspace: Workspace,
    search: Search,
    unsaved: &'a HashMap<PathBuf, Arc<str>>,
    out: &'a mut Diagnostics,
    /// Socs as they are written, requested and extended ones, by name.
    written: HashMap<String, Loaded<spec::Soc>>,
    /// Names of requested socs, in order.
    requested: Vec<String>,
    /// Specs that are there but could not be read: who refers to them need not complain.
    broken: HashSet<(Kind, String)>,
}

impl<'a> Loader<'a> {
    fn new(inputs: &[Input], options: &'a Options, out: &'a mut Diagnostics) -> Self {
        let files = inputs.iter().filter_map(|input| match input {
            Input::File(path) => Some(path.as_path()),
            // What stands in the working directory.
            Input::Ip(_) | Input::Soc(_) => Some(Path::new("ip/_")),
            Input::Text(..) => None,
        });
        let search = Search::new(options, files);
        Self {
            workspace: Workspace { directories: search.on_disk().to_vec(), ..Workspace::default() },
            search,
            unsaved: &options.texts,
            out,
            written: HashMap::new(),
            requested: Vec::new(),
            broken: HashSet::new(),
        }
    }

    /// Begin with files and subsystems of a workspace.
    fn beside(&mut self, known: &Workspace) {
        let workspace = &mut self.workspace;
        workspace.sources = known.sources.clone();
        workspace.files = known.files.clone();
        for loaded in &known.subsystems {
            workspace.add_subsystem(loaded.clone());
        }
    }

    /// Read the specs that are asked for, on all processors.
    fn request(&mut self, inputs: &[Input], watch: &dyn Watch) {
        let found: Vec<Found> = inputs.iter().filter_map(|input| self.requested(input)).collect();
        watch.begin("Reading specs", found.len());
        let unsaved = self.unsaved;
        let texts = parallel::map(&found, |found| match found.path.as_ref().and_then(|path| unsaved.get(path)) {
            Some(text) => Ok(text.to_string()),
            None => found.text(),
        });
        let mut files = Vec::with_capacity(found.len());
        for (found, text) in found.into_iter().zip(texts) {
            let text = self.source(&found, text);
            files.push((found, text));
        }
        let read = parallel::map(&files, |(found, text)| {
            let mut findings = Diagnostics::new();
            let read = text.as_ref().map(|(file, text)| parse(*file, text, &found.file, &mut findings));
            watch.step();
            (read.unwrap_or(Read::Nothing), findings)
        });
        for ((found, _), (read, findings)) in files.into_iter().zip(read) {
            self.out.extend(findings);
            self.take(&found, read);
        }
    }

    /// The file of a spec that is asked for; reports when there is none.
    fn requested(&mut self, input: &Input) -> Option<Found> {
        let (kind, name) = match input {
            Input::File(path) => return Some(Found::requested(path)),
            Input::Text(name, text) => return Some(Found::from_text(name, text)),
            Input::Ip(name) => (Kind::Ip, name),
            Input::Soc(name) => (Kind::Soc, name),
        };
        let found = self.search.find(kind, name);
        if found.is_none() {
            let file = self.workspace.sources.add("<command line>", None, name.as_str());
            let span = Span { file, start: 0, end: name.len() as u32 };
            resolve::unresolved(self, kind, &spec::Name::new(name.clone(), span));
        }
        found
    }

    /// Keep a spec that was asked for.
    fn take(&mut self, found: &Found, read: Read) {
        let stem = found.stem();
        let (document, file) = match read {
            Read::Whole(document, file) => (*document, file),
            Read::Broken(kind, name) => {
                self.broken.insert((kind, name));
                return;
            }
            Read::Nothing => {
                // Whatever it was to be, references to it lead somewhere.
                return self.broken.extend(Kind::ALL.map(|kind| (kind, stem.clone())));
            }
        };
        if let Some(first) = self.known(&document) {
            let title = format!("`{}` is described twice", document.name().value);
            let error = Diagnostic::error("LW0016", title, document.span(), "second time").and(first, "first time");
            self.out.push(error);
            return;
        }
        match document {
            Document::Subsystem(spec) => self.workspace.add_subsystem(Loaded { spec, file, requested: true }),
            Document::Ip(spec) => self.workspace.add_ip(Loaded { spec, file, requested: true }),
            Document::Soc(spec) => {
                self.requested.push(spec.name.value.clone());
                self.written.insert(spec.name.value.clone(), Loaded { spec, file, requested: true });
            }
        }
    }

    /// Where the same spec is already.
    fn known(&self, document: &Document) -> Option<Span> {
        let name = document.name().value.as_str();
        match document {
            Document::Subsystem(_) => self.workspace.subsystem(name).map(|s| s.name.span),
            Document::Ip(_) => self.workspace.ip(name).map(|s| s.name.span),
            Document::Soc(_) => self.written.get(name).map(|l| l.spec.name.span),
        }
    }

    /// Read all subsystems of the search path.
    fn subsystems(&mut self) {
        for directory in 0..self.search.directories() {
            // Within a directory nothing hides anything.
            let earlier = self.workspace.subsystems.len();
            for found in self.search.subsystems(directory) {
                let stem = found.stem();
                if self.workspace.subsystem(&stem).is_some() || self.is_broken(Kind::Subsystem, &stem) {
                    continue;
                }
                let Read::Whole(document, file) = self.read(found) else {
                    self.broken.insert((Kind::Subsystem, stem));
                    continue;
                };
                let Some(Document::Subsystem(spec)) = self.expect(*document, Kind::Subsystem, &stem) else { continue };
                let same_key = self.workspace.subsystem_keys.get(spec.key()).copied();
                match same_key {
                    Some(at) if at < earlier => {}
                    Some(at) => {
                        let other = &self.workspace.subsystems[at].spec;
                        let title = format!("two subsystems have the key `{}`", spec.key());
                        let error = Diagnostic::error("LW0016", title, spec.name.span, "second subsystem")
                            .and(other.name.span, "first subsystem")
                            .help("give one of them another `key`");
                        self.out.push(error);
                    }
                    None => self.workspace.add_subsystem(Loaded { spec, file, requested: false }),
                }
            }
        }
    }

    /// Merge requested socs with what they extend.
    fn merge(&mut self) {
        let requested = std::mem::take(&mut self.requested);
        let mut socs = Vec::with_capacity(requested.len());
        // Boards first: they read their bases, which then need not be copied.
        for board in [true, false] {
            for (at, name) in requested.iter().enumerate() {
                let loaded = match self.written.get(name) {
                    Some(loaded) if loaded.spec.extends.is_some() == board => match board {
                        true => Some(loaded.clone()),
                        false => self.written.remove(name),
                    },
                    _ => None,
                };
                if let Some(loaded) = loaded {
                    let spec = extend::extend(self, loaded.spec);
                    socs.push((at, Loaded { spec, file: loaded.file, requested: true }));
                }
            }
        }
        socs.sort_by_key(|(at, _)| *at);
        self.workspace.socs = socs.into_iter().map(|(_, soc)| soc).collect();
    }

    /// Read the ips that socs use.
    fn ips(&mut self, known: Option<&Workspace>) {
        let names: Vec<spec::Name> = self
            .workspace
            .socs
            .iter()
            .flat_map(|soc| soc.spec.devices.iter().filter_map(|(_, device)| device.ip.clone()))
            .collect();
        for name in names {
            if self.workspace.ip(&name).is_some() || self.is_broken(Kind::Ip, &name) {
                continue;
            }
            let there = known.and_then(|known| Some(&known.ips[*known.ip_names.get(name.as_str())?]));
            if let Some(loaded) = there {
                self.workspace.add_ip(Loaded { requested: false, ..loaded.clone() });
                continue;
            }
            match self.find(Kind::Ip, &name) {
                Some((Document::Ip(spec), file)) => self.workspace.add_ip(Loaded { spec, file, requested: false }),
                _ => {
                    self.broken.insert((Kind::Ip, name.value));
                }
            }
        }
    }

    /// Find and read what a name refers to; reports when there is nothing.
    fn find(&mut self, kind: Kind, name: &spec::Name) -> Option<(Document, String)> {
        let Some(found) = self.search.find(kind, name) else {
            resolve::unresolved(self, kind, name);
            return None;
        };
        match self.read(found) {
            Read::Whole(document, file) => self.expect(*document, kind, name).map(|document| (document, file)),
            _ => None,
        }
    }

    /// A file that was found by name must hold what its place says.
    fn expect(&mut self, document: Document, kind: Kind, name: &str) -> Option<Document> {
        let found = match &document {
            Document::Subsystem(_) => Kind::Subsystem,
            Document::Ip(_) => Kind::Ip,
            Document::Soc(_) => Kind::Soc,
        };
        if found == kind && document.name().value == name {
            return Some(document);
        }
        let title =
            format!("the file of {} `{name}` describes {} `{}`", kind.noun(), found.noun(), document.name().value);
        let error = Diagnostic::error("LW0016", title, document.span(), format!("expected `{}: {name}`", kind.key()))
            .help("a spec that is found by its name stands in a file of that name");
        self.out.push(error);
        self.broken.insert((kind, name.to_string()));
        None
    }

    fn is_broken(&self, kind: Kind, name: &str) -> bool {
        self.broken.contains(&(kind, name.to_string()))
    }

    fn read(&mut self, found: Found) -> Read {
        let text = found.text();
        match self.source(&found, text) {
            Some((file, text)) => parse(file, &text, &found.file, self.out),
            None => Read::Nothing,
        }
    }

    /// Put a file's text among the sources.
    fn source(&mut self, found: &Found, text: Result<String, BadText>) -> Option<(FileId, Arc<str>)> {
        let sources = &mut self.workspace.sources;
        let (name, path) = (found.name.as_str(), found.path.as_deref());
        match text {
            Ok(text) => {
                let file = sources.add(name, path, text);
                self.workspace.files.insert(file, found.file.clone());
                Some((file, sources.file(file).text.clone()))
            }
            Err(error) => {
                let file = sources.add(name, path, error.shown);
                let (start, end) = error.at;
                let span = Span { file, start, end };
                self.out.push(Diagnostic::error(error.rule, error.title, span, error.label));
                None
            }
        }
    }
}

/// What a text gives; `name` is its file within its spec directory.
fn parse(file: FileId, text: &str, name: &str, out: &mut Diagnostics) -> Read {
    let Some(node) = yaml::read(file, text, out) else { return Read::Nothing };
    match spec::decode(file, text, &node, out) {
        Some(document) => Read::Whole(Box::new(document), name.to_string()),
        None => spec::identity(&node)
            .and_then(|(key, name)| Some((Kind::ALL.into_iter().find(|kind| kind.key() == key)?, name)))
            .map_or(Read::Nothing, |(kind, name)| Read::Broken(kind, name.to_string())),
    }
}
