//! Every crate that is for others packages, offline, with all it needs to build.
#![forbid(unsafe_code)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(root())
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages"))
        .env("CARGO_TERM_COLOR", "never")
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {}: {said}", arguments.join(" "));
    String::from_utf8(output.stdout).expect("text")
}

/// Members of the workspace that are not held back, and where they are.
fn publishable() -> Vec<(String, PathBuf)> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--no-deps", "--offline", "--format-version=1"])).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages").iter();
    let ours = packages.filter(|package| package["publish"] != Value::Array(Vec::new()));
    let text = |value: &Value| value.as_str().expect("text").to_string();
    ours.map(|package| (text(&package["name"]), PathBuf::from(text(&package["manifest_path"])))).collect()
}

/// Files of a package, with `/` between folders.
fn files(name: &str) -> BTreeSet<String> {
    cargo(&["package", "--list", "--allow-dirty", "--offline", "-p", name])
        .lines()
        .map(|line| line.replace('\\', "/"))
        .collect()
}

#[test]
fn all_of_them_package_together_offline() {
    let packages = publishable();
    assert!(packages.len() >= 8, "{packages:?}");
    let mut arguments = vec!["package", "--no-verify", "--allow-dirty", "--offline"];
    packages.iter().for_each(|(name, _)| arguments.extend(["-p", name]));
    cargo(&arguments);
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages/package");
    for (name, _) in &packages {
        let version = env!("CARGO_PKG_VERSION");
        assert!(out.join(format!("{name}-{version}.crate")).is_file(), "{name}");
    }
}

/// What firmware is made of, macros, generated crates and specs included: unpacked and built from the packages alone. The
/// generator would take a minute more, for it brings all its dependencies; what could stay behind of it is looked for
/// below.
#[test]
fn packages_of_firmware_build_from_what_is_in_them() {
    let names = [
        "linkwright-macros",
        "linkwright",
        "linkwright-subsystems",
        "linkwright-pl330",
        "linkwright-samsung-i2s",
        "linkwright-specs",
    ];
    let mut arguments = vec!["package", "--allow-dirty", "--offline"];
    names.iter().for_each(|name| arguments.extend(["-p", name]));
    cargo(&arguments);
}

#[test]
fn specs_rules_and_templates_travel_along() {
    let specs = files("linkwright-specs");
    for (file, _) in linkwright_specs::FILES {
        assert!(specs.contains(*file), "{file} stays behind");
    }
    let codegen = files("linkwright-codegen");
    for rule in linkwright_codegen::check::Rule::all() {
        assert!(codegen.contains(&format!("rules/{}.md", rule.id)), "the page of {} stays behind", rule.id);
    }
    for entry in std::fs::read_dir(root().join("codegen/templates")).expect("templates").flatten() {
        let name = entry.file_name().into_string().expect("a name");
        assert!(codegen.contains(&format!("templates/{name}")), "{name} stays behind");
    }
}

/// A package holds only what is in its folder: nothing that is compiled may lie outside.
#[test]
fn no_source_reaches_out_of_its_package() {
    fn walk(folder: &Path, check: &mut impl FnMut(&Path, &str)) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, check);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                check(&path, &std::fs::read_to_string(&path).expect("text"));
            }
        }
    }
    let mut seen = 0;
    for (_, manifest) in publishable() {
        let package = manifest.parent().expect("a folder");
        if !package.join("src").is_dir() {
            continue;
        }
        walk(&package.join("src"), &mut |file, text| {
            for (at, _) in text.match_indices("include_str!(\"").chain(text.match_indices("include!(\"")) {
                let path = text[at..].split('"').nth(1).expect("a path");
                let there = file.parent().expect("a folder").join(path).canonicalize().expect("it is there");
                assert!(there.starts_with(package.canonicalize().expect("it is there")), "{}: {path}", file.display());
                seen += 1;
            }
        });
    }
    assert!(seen > 50, "{seen} files are included");
}
