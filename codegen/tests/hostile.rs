//! Input made to hurt: each ends in findings with a place, in little time and memory.
//!
//! Every case runs in a process of its own, this program again, which reads one file and says what it took.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use linkwright_codegen::front::read;
use linkwright_codegen::load::{Input, Options};
use linkwright_codegen::yaml;

/// Names the file in a child.
const FILE: &str = "LINKWRIGHT_HOSTILE_FILE";
/// Peak resident memory of a process that reads one file.
const MEMORY: u64 = 512 << 20;
/// CPU time of an optimised build; an unoptimised one takes about five times as long.
const TIME: Duration = if cfg!(debug_assertions) { Duration::from_secs(15) } else { Duration::from_secs(2) };

struct Case {
    name: &'static str,
    bytes: Vec<u8>,
    /// Rule and place of the first finding; `None`: nothing is wrong with it.
    expected: Option<(&'static str, &'static str)>,
}

fn case(name: &'static str, text: impl Into<Vec<u8>>, rule: &'static str, place: &'static str) -> Case {
    Case { name, bytes: text.into(), expected: Some((rule, place)) }
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

fn cases() -> Vec<Case> {
    let laughs = lines(12, |i| match i {
        0 => "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_string(),
        _ => format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(",")),
    });
    let head = "linkwright: 1\nip: x\n";
    vec![
        case("alias bomb of ten levels", laughs, "LW0002", "5:38"),
        case(
            "two thousand aliases of two thousand values",
            format!("a: &a [{}]\nb: [{}]\n", "x,".repeat(2000), "*a,".repeat(2000)),
            "LW0002",
            "2:152",
        ),
        case("an anchor that contains itself", "a: &a [*a]\n", "LW0001", "1:8"),
        case("more anchors than allowed", lines(400_000, |i| format!("- &a{i} x\n")), "LW0002", "4097:10"),
        case("more aliases than allowed", format!("a: &a x\nb:\n{}", "- *a\n".repeat(400_000)), "LW0002", "4099:3"),
        case("10,000 brackets", "[".repeat(10_000), "LW0002", "1:33"),
        case("8 million brackets", "[".repeat(8_000_000), "LW0002", "1:33"),
        case("10,000 braces", "{a: ".repeat(10_000), "LW0002", "1:129"),
        case("10,000 dashes", "- ".repeat(10_000), "LW0002", "1:65"),
        case("4 million question marks", "? ".repeat(4_000_000), "LW0002", "1:65"),
        case("2,800 levels of indentation", lines(2_800, |i| format!("{}a:\n", " ".repeat(i))), "LW0002", "33:33"),
        case("a scalar of 50 MB", format!("{head}doc: {}\n", "x".repeat(50_000_000)), "LW0002", "1:1"),
        Case {
            name: "a scalar of 8 MB",
            bytes: format!("{head}doc: {}\n", "x".repeat(8_000_000)).into(),
            expected: None,
        },
        case("a name of 8 MB", format!("linkwright: 1\nip: {}\n", "x".repeat(8_000_000)), "LW0007", "2:5"),
        case("a million keys", lines(1_000_000, |i| format!("{i:x}:\n")), "LW0002", "250000:6"),
        case("a key 240,000 times", "a: 1\n".repeat(240_000), "LW0002", "1:1"),
        case(
            "240,000 values of an enum",
            format!("{head}enums:\n  E:\n    values:\n{}", lines(240_000, |i| format!("      k{i}: {i}\n"))),
            "LW0212",
            "4:3",
        ),
        case(
            "120,000 devices of no ip",
            format!("linkwright: 1\nsoc: x\ndevices:\n{}", lines(120_000, |i| format!("  k{i}: {{ ip: u }}\n"))),
            "LW0012",
            "4:13",
        ),
        case(
            "120,000 devices of as many ips that do not exist",
            format!("linkwright: 1\nsoc: x\ndevices:\n{}", lines(120_000, |i| format!("  k{i}: {{ ip: u{i} }}\n"))),
            "LW0012",
            "4:13",
        ),
        case(
            "40,000 parents that do not exist",
            format!(
                "{}devices:\n{}",
                "linkwright: 1\nsoc: x\n",
                lines(40_000, |i| { format!("  device_number_{i}: {{ ip: x, parent: devce_numbr_{i} }}\n") })
            ),
            "LW0412",
            "4:37",
        ),
        case("NUL bytes", "linkwright: 1\nip: a\0b\n", "LW0001", "2:6"),
        case("a NUL byte by escape", "linkwright: 1\nip: \"a\\0b\"\n", "LW0007", "2:5"),
        case("invalid UTF-8", b"linkwright: 1\nip: \xc3\x28\n".to_vec(), "LW0001", "2:5"),
        case("UTF-16", b"\xff\xfei\0p\0:\0 \0x\0".to_vec(), "LW0001", "1:1"),
        case("a tab as indentation", "linkwright: 1\nip: x\nwindow:\n\tsize: 4\n", "LW0001", "4:1"),
        Case { name: "a byte-order mark", bytes: format!("\u{feff}{head}").into(), expected: None },
        case("two documents", format!("{head}---\n{head}"), "LW0001", "4:1"),
        case("2 million documents", "---\n".repeat(2_000_000), "LW0001", "2:4"),
        case("nothing", "", "LW0001", "1:1"),
        case("comments only", "# x\n".repeat(2_000_000), "LW0001", "1:1"),
        case("line feeds only", "\n".repeat(8_000_000), "LW0001", "1:1"),
        case("a quote that does not end", format!("doc: \"{}", "x\n".repeat(4_000_000)), "LW0001", "1:6"),
        case("tags", "!a ".repeat(2_000_000), "LW0001", "1:3"),
        case("a tag of another language", format!("{head}doc: !!python/object:os.system x\n"), "LW0001", "3:32"),
        case("merge keys", format!("{head}quirks:\n  a: &a {{ doc: x }}\n  b: {{ <<: *a }}\n"), "LW0001", "5:8"),
    ]
}

/// A child: reads the file, and says what came of it.
#[test]
#[ignore = "run by the other test"]
fn child() {
    let Some(file) = std::env::var_os(FILE) else { return };
    let reading = read(&[Input::File(file.into())], &Options { built_in: false, ..Options::default() });
    let all = reading.diagnostics.sorted();
    let first = all.first().map_or_else(String::new, |d| {
        let place = reading.workspace.sources.place(d.primary.span);
        let place: Vec<&str> = place.rsplitn(3, ':').collect();
        format!("{} {}:{} {}", d.rule, place[1], place[0], d.title)
    });
    println!("found: {first}");
    println!("memory: {}", peak_memory().unwrap_or(0));
    println!("time: {}", cpu_time().unwrap_or_default().as_millis());
    assert_eq!(reading.model.is_some(), !reading.diagnostics.has_errors());
}

/// Peak resident bytes, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib << 10)
}

/// CPU time so far, where the system tells; in ticks of 10 ms.
fn cpu_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(10 * ticks))
}

fn run(file: &Path) -> Result<String, String> {
    let me = std::env::current_exe().map_err(|e| e.to_string())?;
    let output = Command::new(me)
        .args(["--ignored", "--exact", "child", "--nocapture"])
        .env(FILE, file)
        .output()
        .map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() { Ok(text) } else { Err(format!("{}: {text}", output.status)) }
}

#[test]
fn every_hostile_input_is_a_finding_within_the_limits() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let file = folder.path().join("x.yaml");
    let mut faults = Vec::new();
    let (mut worst_memory, mut worst_time) = (0, Duration::ZERO);
    for case in cases() {
        std::fs::write(&file, &case.bytes).expect("it can be written");
        let said = match run(&file) {
            Ok(said) => said,
            Err(fault) => {
                faults.push(format!("{}: {fault}", case.name));
                continue;
            }
        };
        let value = |key: &str| {
            let rest = said.lines().find_map(|line| line.split_once(key));
            rest.map_or_else(String::new, |(_, value)| value.trim().to_string())
        };
        let found = value("found:");
        let expected = case.expected.map_or_else(String::new, |(rule, place)| format!("{rule} {place} "));
        if !found.starts_with(&expected) || found.is_empty() != expected.is_empty() {
            faults.push(format!("{}: expected `{expected}`, found `{found}`", case.name));
        }
        let memory: u64 = value("memory:").parse().unwrap_or(u64::MAX);
        let time = Duration::from_millis(value("time:").parse().unwrap_or(u64::MAX));
        if memory > MEMORY || time > TIME {
            faults.push(format!("{}: {} MiB, {time:?}", case.name, memory >> 20));
        }
        println!("{:45} {:4} MiB {:>6} ms  {found:.70}", case.name, memory >> 20, time.as_millis());
        worst_memory = worst_memory.max(memory);
        worst_time = worst_time.max(time);
    }
    println!("at most {} MiB and {worst_time:?}", worst_memory >> 20);
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Opening a pipe that nobody writes would wait for ever, and some devices never end.
#[test]
#[cfg(unix)]
fn pipes_and_devices_are_not_read() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let pipe = folder.path().join("pipe.yaml");
    let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
    assert!(made.success());
    for file in [pipe.as_path(), Path::new("/dev/zero"), folder.path()] {
        let reading = read(&[Input::File(file.into())], &Options { built_in: false, ..Options::default() });
        let rules: Vec<_> = reading.diagnostics.iter().map(|d| d.rule).collect();
        assert_eq!(rules, ["LW0013"], "{}", file.display());
    }
}

#[test]
fn the_limits_of_the_documentation_are_those_of_the_code() {
    let page = include_str!("../../docs/spec-format.md");
    for (limit, text) in [
        (yaml::MAX_FILE, "8 MiB"),
        (yaml::MAX_NODES, "500,000 values"),
        (yaml::MAX_DEPTH, "32 levels"),
        (yaml::MAX_ALIASES, "4,096 aliases"),
        (yaml::MAX_REPLAYED, "100,000 values"),
    ] {
        let number: String = text.chars().filter(char::is_ascii_digit).collect();
        let number: usize = number.parse().expect("a number");
        assert_eq!(limit, if text.contains("MiB") { number << 20 } else { number }, "{text}");
        assert!(page.contains(text), "docs/spec-format.md does not say `{text}`");
    }
}
