//! Embeds every spec of this folder, so that a program without it still has them.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let mut table = String::from("[\n");
    for kind in ["ip", "soc", "subsystems"] {
        let folder = Path::new(&root).join(kind);
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut files: Vec<String> = Vec::new();
        for entry in fs::read_dir(&folder)? {
            files.extend(entry?.file_name().into_string().ok().filter(|name| name.ends_with(".yaml")));
        }
        files.sort();
        for file in files {
            let path = folder.join(&file);
            println!("cargo::rerun-if-changed={}", path.display());
            let path = path.display().to_string();
            writeln!(table, "    ({:?}, include_str!({path:?})),", format!("{kind}/{file}"))
                .expect("a string takes everything");
        }
    }
    table.push_str("]\n");
    fs::write(Path::new(&out).join("table.rs"), table)
}
