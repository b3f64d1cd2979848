//! Scenario files that are wrong, odd or made to hurt: a clean error with a place, whatever they hold.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::simulate::{exynos, root};
use crate::{fixtures, linkwright};

/// Exit code and what was said, of a scenario on the Exynos5433. Whatever it is, something is said.
fn play(scenario: &Path) -> (i32, String) {
    let (spec, _) = exynos();
    let output = linkwright().arg("simulate").arg(spec).arg("--scenario").arg(scenario).output().expect("runs");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!told.contains("panicked"), "{told}");
    assert!(!output.stderr.is_empty() || !output.stdout.is_empty());
    (output.status.code().expect("not killed"), told)
}

fn play_bytes(bytes: &[u8]) -> (i32, String) {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("scenario.yaml");
    fs::write(&path, bytes).expect("writes");
    play(&path)
}

#[test]
fn a_wrong_scenario_is_a_finding_with_its_place() {
    let head = "linkwright: 1\nscenario: s\nend: 1s\n";
    let one = "timeline: [{ at: 0s, start: { device: i2s0, period: 1ms } }]\n";
    let deep = format!("{head}timeline: {}{}\n", "[".repeat(200), "]".repeat(200));
    let aliases = format!("{head}a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b]\n{one}");
    let many: String = (0..3_000).map(|_| "  - { at: 0s, suspend: 0s }\n".to_string()).collect();
    let cases: [(Vec<u8>, &str); 16] = [
        (Vec::new(), "LW0001"),
        (b"\xff\xfe\x00".to_vec(), "LW0001"),
        (b"linkwright: 1\nscenario: [\n".to_vec(), "LW0001"),
        (b"[]".to_vec(), "LW0004"),
        (b"linkwright: 2\nscenario: s\n".to_vec(), "LW0011"),
        (b"linkwright: 1\nsoc: s\n".to_vec(), "LW0005"),
        (deep.into_bytes(), "LW0002"),
        (aliases.into_bytes(), "LW0006"),
        (format!("{head}{one}end: 2s\n").into_bytes(), "LW0003"),
        (format!("{head}timeline:\n{many}").into_bytes(), "LW0002"),
        (head.replace("1s", "99999999999999999999h").into_bytes(), "LW0008"),
        (format!("{head}{}", one.replace("1ms", "1ns")).into_bytes(), "LW0002"),
        (format!("{head}{}", one.replace("i2s0", "i2s9")).into_bytes(), "LW0801"),
        (format!("{head}{}", one.replace("0s, start", "5s, start")).into_bytes(), "LW0802"),
        (format!("{head}variants: {{ a: {{ irq_safe: adma }} }}\n{one}").into_bytes(), "LW0004"),
        (format!("{head}power: {{ adma: {{ on: -3mW }} }}\n{one}").into_bytes(), "LW0010"),
    ];
    for (bytes, rule) in cases {
        let (code, told) = play_bytes(&bytes);
        assert_eq!(code, 1, "{told}");
        assert!(told.contains(rule) && told.contains("scenario.yaml:"), "{rule}: {told}");
    }
}

#[test]
fn a_misspelt_device_is_shown_in_its_line() {
    let text = "linkwright: 1\nscenario: s\nend: 1s\ntimeline:\n  - at: 0s\n    start: { device: i2so, period: 1ms }\n";
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("day.yaml"), text).expect("writes");
    let (spec, _) = exynos();
    let spec = spec.canonicalize().expect("is there");
    let run = linkwright().current_dir(folder.path()).arg("simulate").arg(spec).args(["--scenario", "day.yaml"]);
    run.assert().code(1).stdout_eq("").stderr_eq(snapbox::str![[r#"
error[LW0801]: `exynos5433` has no device `i2so`
 --> day.yaml:6:22
  |
6 |     start: { device: i2so, period: 1ms }
  |                      ^^^^ no such device
  |
  = help: did you mean `i2s0`?

1 error in 1 file; `linkwright explain LW0801` tells more about a rule

"#]]);
}

#[test]
fn what_cannot_be_read_or_written_is_exit_code_2() {
    let (spec, scenario) = exynos();
    for path in ["nowhere.yaml", "/"] {
        let (code, told) = play(Path::new(path));
        assert_eq!(code, 2, "{told}");
        assert!(told.contains("LW0013"), "{told}");
    }
    let folder = TempDir::new().expect("a folder");
    let run = linkwright().arg("simulate").arg(&spec).arg("--scenario").arg(&scenario).arg("--svg").arg(folder.path());
    let output = run.output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty() && String::from_utf8_lossy(&output.stderr).contains("cannot write"));
    // An ip is no chip, and a chip with errors is not played.
    let run = linkwright().arg("simulate").arg(root().join("specs/ip/pl330.yaml")).arg("--scenario").arg(&scenario);
    let output = run.output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("describes no chip or board"));
    let run = linkwright().arg("simulate").arg(fixtures().join("wrong.yaml")).arg("--scenario").arg(&scenario);
    assert_eq!(run.output().expect("runs").status.code(), Some(1));
}

#[test]
fn whatever_the_bytes_it_ends_cleanly() {
    let (_, scenario) = exynos();
    let text = fs::read(scenario).expect("reads");
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    for _ in 0..24 {
        let mut bytes = text.clone();
        for _ in 0..=random(3) {
            let at = random(bytes.len());
            match random(4) {
                0 => bytes.truncate(at.max(1)),
                1 => bytes[at] = random(256) as u8,
                2 => bytes[at] = b"{}[]:,&*#-\n 09"[random(14)],
                _ => {
                    let to = (at + random(40)).min(bytes.len());
                    bytes.drain(at..to);
                    if bytes.is_empty() {
                        bytes.push(b'x');
                    }
                }
            }
        }
        let (code, told) = play_bytes(&bytes);
        assert!((0..=1).contains(&code), "{told}");
    }
}
