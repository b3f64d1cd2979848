//! The tutorial for firmware, typed in: every file and every command of docs/tutorials/firmware.md, in a fresh folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::build::{self, output};

/// Where the tutorial takes the checkout to be, and where cargo builds.
const CHECKOUT: &str = "../linkwright";
const TARGET: &str = "target/";
/// What the program says when it has worked.
const TEXT: &str = "copied by DMA, told by an interrupt";

/// Files by their names, and commands: what stands in fences, after a line that ends in a name or in a shell's.
fn typed(page: &str) -> Result<(BTreeMap<String, String>, Vec<String>), String> {
    let (mut files, mut commands) = (BTreeMap::new(), Vec::new());
    let (mut name, mut lines) = (None, page.lines());
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            match (name.take(), language) {
                (_, "sh") => commands.extend(body.iter().map(|line| (*line).to_string())),
                (Some(name), _) => {
                    if files.insert(name, body.join("\n") + "\n").is_some() {
                        return Err("a file is given twice".to_string());
                    }
                }
                (None, other) => return Err(format!("a fence of {other} that no line names")),
            }
        } else if !line.is_empty() {
            let named = line.strip_suffix("`:").and_then(|line| line.rsplit_once('`'));
            name = named.map(|(_, name)| name.to_string());
        }
    }
    Ok((files, commands))
}

/// Run a command of the tutorial: words, after variables.
fn run(command: &str, folder: &Path, target: &Path) -> Result<String, String> {
    let mut words = command.split(' ').peekable();
    // The same variables as ever; the builder's command has the others taken away.
    let mut prepared = build::cargo(folder);
    while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')) {
        prepared.env(name, value);
        words.next();
    }
    let program = words.next().ok_or("an empty command")?;
    let variables: Vec<_> = prepared.get_envs().map(|(n, v)| (n.to_owned(), v.map(ToOwned::to_owned))).collect();
    let mut command = std::process::Command::new(program);
    for (name, value) in variables {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let built = format!("{}/", target.display());
    let rest = words.map(|word| if word.starts_with(TARGET) { word.replacen(TARGET, &built, 1) } else { word.into() });
    output(command.args(rest).current_dir(folder).env("CARGO_TARGET_DIR", target))
}

/// Does what it says work?
pub(crate) fn check() -> Result<(), String> {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().map_err(|e| e.to_string())?;
    let page = checkout.join("docs/tutorials/firmware.md");
    let page = fs::read_to_string(&page).map_err(|e| format!("{}: {e}", page.display()))?;
    let (files, commands) = typed(&page)?;
    let folder = build::target()?.join("tutorial");
    let target = build::target()?.join("tutorial-target");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    for (name, text) in &files {
        let path = folder.join(name);
        let parent = path.parent().ok_or_else(|| format!("{name} is no file"))?;
        fs::create_dir_all(parent).map_err(|e| format!("{}: {e}", parent.display()))?;
        let text = text.replace(CHECKOUT, &checkout.display().to_string());
        fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    let mut said = String::new();
    for command in &commands {
        said = run(command, &folder, &target)?;
    }
    if said.trim() != TEXT {
        return Err(format!("the last of {} commands said '{}', not '{TEXT}'", commands.len(), said.trim()));
    }
    println!("tutorial: {} files and {} commands typed in; it says '{TEXT}'", files.len(), commands.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_typed() {
        let page = "A. `a/b.rs`:\n\n```rust\nx\n```\ntext\n\n```sh\nA=1 go\n```\n";
        let (files, commands) = super::typed(page).expect("right");
        assert_eq!(files.into_iter().collect::<Vec<_>>(), [("a/b.rs".to_string(), "x\n".to_string())]);
        assert_eq!(commands, ["A=1 go"]);
        assert!(super::typed("text\n```rust\n```\n").is_err(), "no line names it");
    }
}
