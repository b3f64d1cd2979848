//! Names that lead nowhere.

use super::Loader;
use super::search::Kind;
use crate::report::{Diagnostic, Fix};
use crate::source::Span;
use crate::spec::Name;

/// Names that are compared with others in one run; it costs time, and nobody reads the hundredth suggestion.
const SUGGESTIONS: usize = 256;

/// Report a name without a spec.
pub(super) fn unresolved(loader: &mut Loader<'_>, kind: Kind, name: &Name) {
    let mut names = Vec::new();
    if loader.broken.len() < SUGGESTIONS {
        names = loader.search.names(kind);
    }
    names.extend(loader.workspace.ips.iter().filter(|_| kind == Kind::Ip).map(|l| l.spec.name.value.clone()));
    let title = format!("there is no {} `{}`", kind.noun(), name.value);
    let mut error = Diagnostic::error("LW0012", title, name.span, "not found");
    if !error.advise(&name.value, names.iter().map(String::as_str)) {
        error = error.note(format!(
            "looked for `{}/{}.yaml` in the spec directories, beside the file and above, and among the built-in specs",
            kind.folder(),
            name.value
        ));
    }
    loader.out.push(error);
}

/// Report subsystems that ips and socs name and that do not exist. Each place is reported once, however many boards
/// share it.
pub(super) fn subsystems(loader: &mut Loader<'_>) {
    let workspace = &loader.workspace;
    let names = || workspace.subsystems.iter().map(|l| l.spec.name.value.as_str());
    let keys = || workspace.subsystems.iter().map(|l| l.spec.key());
    let mut errors = Vec::new();
    for ip in &workspace.ips {
        for name in ip.spec.provides.iter().map(|(name, _)| name).chain(&ip.spec.provides.broken) {
            if workspace.subsystem(name).is_some() || loader.is_broken(Kind::Subsystem, name) {
                continue;
            }
            let error = Diagnostic::error(
                "LW0015",
                format!("there is no subsystem `{}`", name.value),
                name.span,
                "no such subsystem",
            );
            errors.push(match workspace.subsystem_by_key(name) {
                Some(meant) => error
                    .help(format!("`provides` has the subsystem's name: `{}`", meant.name.value))
                    .correct(Fix::write(name.span, name.value.clone(), meant.name.value.clone())),
                None => suggest(error, name, names()),
            });
        }
        for key in ip.spec.consumes.iter().map(|(name, _)| name).chain(&ip.spec.consumes.broken) {
            errors.extend(unknown_key(loader, key, "`consumes`", keys()));
        }
        for key in ip.spec.lacks.iter().map(|(name, _)| name).chain(&ip.spec.lacks.broken) {
            errors.extend(unknown_key(loader, key, "`lacks`", keys()));
        }
    }
    const DEVICE_KEYS: &[&str] = <crate::spec::Device as crate::spec::Record>::KEYS;
    for soc in &workspace.socs {
        for (_, device) in soc.spec.devices.iter() {
            let ip = device.ip.as_ref().and_then(|ip| workspace.ip(ip));
            for key in device.references.iter().map(|(name, _)| name).chain(&device.references.broken) {
                let error = unknown_key(loader, key, "a device", keys().chain(DEVICE_KEYS.iter().copied()));
                errors.extend(error.map(|error| match ip.filter(|ip| ip.parameters.contains(key)) {
                    Some(ip) => error.help(format!(
                        "it is a parameter of `{}`: `parameters: {{ {}: … }}`",
                        ip.name.value, key.value
                    )),
                    None => error,
                }));
            }
        }
    }
    errors.sort_by_key(|e| (e.primary.span.file, e.primary.span.start));
    errors.dedup_by_key(|e| e.primary.span);
    // Of a key that is none nobody wants to know what its value should be.
    let sources = &workspace.sources;
    let keys: Vec<Span> = errors.iter().map(|error| error.primary.span).collect();
    let needless = |finding: &Diagnostic| {
        let value = finding.primary.span;
        let before = keys.partition_point(|key| (key.file, key.start) < (value.file, value.start));
        let Some(key) = keys[..before].last().filter(|key| key.file == value.file) else { return false };
        let between = sources.file(key.file).text.get(key.end as usize..value.start as usize);
        finding.rule == "LW0004" && between.is_some_and(|text| text.trim() == ":")
    };
    loader.out.retain(|finding| !needless(finding));
    loader.out.extend(errors);
}

fn unknown_key<'a>(
    loader: &Loader<'_>,
    key: &Name,
    place: &str,
    keys: impl Iterator<Item = &'a str> + Clone,
) -> Option<Diagnostic> {
    if loader.workspace.subsystem_by_key(key).is_some() {
        return None;
    }
    // A subsystem that cannot be read may have had any key.
    if loader.broken.iter().any(|(kind, _)| *kind == Kind::Subsystem) {
        return None;
    }
    let title = format!("`{}` is no key of {place}, and no subsystem has it", key.value);
    let error = Diagnostic::error("LW0015", title, key.span, "no such key");
    Some(match loader.workspace.subsystem(key) {
        Some(meant) => error.help(format!("{place} has the subsystem's key: `{}`", meant.key())).correct(Fix::write(
            key.span,
            key.value.clone(),
            meant.key(),
        )),
        None => suggest(error, key, keys),
    })
}

fn suggest<'a>(mut error: Diagnostic, name: &Name, candidates: impl Iterator<Item = &'a str> + Clone) -> Diagnostic {
    match error.advise(&name.value, candidates) {
        true => error,
        false => error.note("subsystems are the files in `subsystems/` of the spec directories"),
    }
}
