//! Do the crates compile that are generated from an import?

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use linkwright_codegen::emit::Targets;
use linkwright_codegen::front;
use linkwright_codegen::generate::{Options, generate};
use linkwright_codegen::import::devicetree::Imported;
use linkwright_codegen::load::{self, Input};
use linkwright_codegen::write;

/// Generates from the specs into `folder` and has cargo check what came out, without network.
///
/// # Errors
/// What went wrong, the compiler's words included.
pub fn check(imported: &Imported, folder: &Path, target: &Path) -> Result<(), String> {
    let specs = folder.join("specs");
    for (path, text) in &imported.files {
        let path = specs.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&specs)).map_err(|error| error.to_string())?;
        fs::write(path, text).map_err(|error| error.to_string())?;
    }
    let soc = imported.files.iter().map(|(path, _)| path).find(|path| path.starts_with("soc/"));
    let soc = soc.ok_or("an import without a soc")?;
    let options = load::Options { above: false, ..load::Options::default() };
    let model = front::read(&[Input::File(specs.join(soc))], &options).model.ok_or("the written specs are wrong")?;
    let targets = Targets { rust: true, markdown: true };
    let runtime: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runtime");
    let out = folder.join("generated");
    let output = generate(&model, &out, &Options { targets, templates: None, runtime: Some(runtime) });
    let output = output.map_err(|error| error.to_string())?;
    write::write(&out, &output.files, targets).map_err(|error| error.to_string())?;
    // Not of the workspace around it.
    let manifest = "[workspace]\nresolver = \"3\"\nmembers = [\"generated/*\"]\n";
    fs::write(folder.join("Cargo.toml"), manifest).map_err(|error| error.to_string())?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.current_dir(folder).args(["check", "--offline", "--quiet", "--workspace", "--target-dir"]).arg(target);
    let output =
        cargo.env("RUSTFLAGS", "-D warnings").output().map_err(|error| format!("cannot run cargo: {error}"))?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
