//! Debian's kernel packages, without touching the system's own package state.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Architecture, how the names of its ordinary kernels end, and how many trees one has at least: so many were there when
/// this was written, and kernels seldom lose boards.
const KERNELS: [(&str, &str, usize); 2] = [("armhf", "-armmp", 898), ("arm64", "-arm64", 577)];

/// The trees of both architectures below `cache`, sorted; downloads about 100 MB if they are not there.
///
/// # Errors
/// What could not be done; too few trees, which are then fetched again next time.
pub fn trees(cache: &Path) -> Result<Vec<PathBuf>, String> {
    let mut trees = Vec::new();
    for (architecture, ending, least) in KERNELS {
        let folder = cache.join(architecture);
        let complete = folder.join("complete");
        if !complete.exists() {
            let package = download(&folder, architecture, ending)?;
            write(&complete, &package)?;
        }
        let package = fs::read_to_string(&complete).unwrap_or_default();
        let before = trees.len();
        find(&folder.join("trees"), &mut trees);
        let count = trees.len() - before;
        println!("{architecture}: {count} trees of {}", package.trim());
        if count < least {
            fs::remove_file(&complete).map_err(|error| format!("cannot remove {}: {error}", complete.display()))?;
            return Err(format!(
                "{architecture}: {count} trees, and there should be at least {least}; the next run fetches them again"
            ));
        }
    }
    trees.sort();
    Ok(trees)
}

fn download(folder: &Path, architecture: &str, ending: &str) -> Result<String, String> {
    // What an earlier run may have left in part.
    let _ = fs::remove_dir_all(folder.join("trees"));
    packages(folder)?
        .iter()
        .try_for_each(fs::remove_file)
        .map_err(|error| format!("cannot remove a package: {error}"))?;
    for part in ["lists/partial", "cache/archives/partial", "sources", "trees"] {
        let part = folder.join(part);
        fs::create_dir_all(&part).map_err(|error| format!("cannot make {}: {error}", part.display()))?;
    }
    sources(&folder.join("sources"))?;
    let at = |part: &str| folder.join(part).display().to_string();
    let options = [
        format!("Dir::State::Lists={}", at("lists")),
        format!("Dir::Cache={}", at("cache")),
        "Dir::State::Status=/dev/null".to_string(),
        "Dir::Etc::SourceList=/dev/null".to_string(),
        format!("Dir::Etc::SourceParts={}", at("sources")),
        format!("APT::Architecture={architecture}"),
        format!("APT::Architectures={architecture}"),
        "APT::Sandbox::User=root".to_string(),
    ];
    let apt = |program: &str, words: &[&str]| {
        let mut command = Command::new(program);
        command.current_dir(folder).arg("-q").args(options.iter().flat_map(|option| ["-o", option])).args(words);
        run(command)
    };
    println!("{architecture}: asking for the newest kernel …");
    // One source that fails (a mirror that is being brought up to date) does not matter if another has kernels.
    let updated = apt("apt-get", &["update"]);
    let names = apt("apt-cache", &["search", "--names-only", "^linux-image-[0-9].*"])?;
    let Some(package) = newest(&names, ending) else {
        return Err(updated.err().unwrap_or_else(|| format!("no kernel package for {architecture} is known")));
    };
    println!("{architecture}: downloading {package} …");
    apt("apt-get", &["download", &package])?;
    let archive = packages(folder)?.pop().ok_or("the package is not there after its download")?;
    unpack(&archive, &folder.join("trees"))?;
    let _ = fs::remove_file(archive);
    Ok(package)
}

/// The packages that lie in a folder.
fn packages(folder: &Path) -> Result<Vec<PathBuf>, String> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let paths = entries.flatten().map(|entry| entry.path());
    Ok(paths.filter(|path| path.extension().is_some_and(|extension| extension == "deb")).collect())
}

/// The trees of a package. Both ends of the pipe must succeed: of a package that was cut, the first trees are whole.
fn unpack(archive: &Path, to: &Path) -> Result<(), String> {
    let failed = |program: &str, error: std::io::Error| format!("cannot run {program}: {error}");
    let mut source = Command::new("dpkg-deb");
    source.arg("--fsys-tarfile").arg(archive).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut source = source.spawn().map_err(|error| failed("dpkg-deb", error))?;
    let mut tar = Command::new("tar");
    tar.arg("-x").arg("-C").arg(to).args(["--wildcards", "*.dtb"]);
    tar.stdin(source.stdout.take().map_or(Stdio::null(), Stdio::from));
    let unpacked = run(tar);
    let read = source.wait_with_output().map_err(|error| failed("dpkg-deb", error))?;
    if !read.status.success() {
        return Err(format!("dpkg-deb: {}", String::from_utf8_lossy(&read.stderr).trim()));
    }
    unpacked.map(|_| ())
}

/// Debian's own among the system's package sources.
fn sources(to: &Path) -> Result<(), String> {
    let mut from = vec![PathBuf::from("/etc/apt/sources.list")];
    from.extend(fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().flatten().map(|entry| entry.path()));
    let mut any = false;
    for path in from {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        if let Some(name) =
            path.file_name().filter(|_| text.contains("debian-archive-keyring") || path.ends_with("sources.list"))
        {
            // The main list has no ending of its own that says its form.
            write(&to.join(name), &text)?;
            any = true;
        }
    }
    if any { Ok(()) } else { Err("there are no package sources in /etc/apt: this needs Debian".to_string()) }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

fn run(mut command: Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("cannot run {program}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}

/// Of `linux-image-6.1.0-50-armmp - …` lines, the name with the highest version.
fn newest(lines: &str, ending: &str) -> Option<String> {
    let version = |name: &str| -> Option<Vec<u32>> {
        let version = name.strip_prefix("linux-image-")?.strip_suffix(ending)?;
        version.split(['.', '-', '+']).map(|part| part.trim_start_matches("deb").parse().ok()).collect()
    };
    let names = lines.lines().filter_map(|line| line.split_whitespace().next());
    let best = names.filter_map(|name| Some((version(name)?, name))).max()?;
    Some(best.1.to_string())
}

/// All `*.dtb` below a folder.
fn find(folder: &Path, out: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            find(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "dtb") {
            out.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::{find, newest, run, unpack};

    #[test]
    fn a_cut_package_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("package/DEBIAN")).expect("folders");
        fs::create_dir_all(at("package/boot")).expect("folders");
        fs::create_dir_all(at("trees")).expect("folders");
        let control = "Package: a\nVersion: 1\nArchitecture: all\nMaintainer: b <b@c>\nDescription: d\n";
        fs::write(at("package/DEBIAN/control"), control).expect("a file");
        for tree in 0..40_u32 {
            // Numbers that no compressor makes short.
            let bytes: Vec<u8> = (0..8000_u32).map(|at| ((at ^ tree).wrapping_mul(0x9e37_79b1) >> 13) as u8).collect();
            fs::write(at(&format!("package/boot/{tree}.dtb")), bytes).expect("a file");
        }
        let mut build = Command::new("dpkg-deb");
        build.arg("--build").arg(at("package")).arg(at("a.deb"));
        run(build).expect("dpkg-deb is there");
        unpack(&at("a.deb"), &at("trees")).expect("it is whole");
        let mut trees = Vec::new();
        find(&at("trees"), &mut trees);
        assert_eq!(trees.len(), 40);
        let whole = fs::read(at("a.deb")).expect("readable");
        fs::write(at("a.deb"), &whole[..whole.len() / 2]).expect("a file");
        assert!(unpack(&at("a.deb"), &at("trees")).is_err());
    }

    #[test]
    fn the_newest_kernel_is_found_by_number() {
        let lines = "linux-image-6.1.0-9-armmp - a\nlinux-image-6.1.0-50-armmp - b\nlinux-image-6.1.0-51-armmp-lpae - c\n\
                     linux-image-6.1.0-52-rt-armmp - d\nlinux-image-6.1.0-53-armmp-dbg - e\n";
        assert_eq!(newest(lines, "-armmp").as_deref(), Some("linux-image-6.1.0-50-armmp"));
        assert_eq!(newest(lines, "-arm64"), None);
    }
}
