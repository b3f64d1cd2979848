//! Differences between two specs, as a person sees them.

use std::fs;

use serde_json::Value;
use snapbox::str;
use tempfile::TempDir;

use crate::{fixtures, linkwright};

/// The made-up chip of the simulator's tests, and the same changed.
fn toys(change: impl Fn(String) -> String) -> (TempDir, [String; 2]) {
    let folder = TempDir::new().expect("a folder");
    let text = fs::read_to_string(fixtures().join("simulate/toy.yaml")).expect("the chip");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let paths = [path("old.yaml"), path("new.yaml")];
    fs::write(&paths[0], &text).expect("writes");
    fs::write(&paths[1], change(text)).expect("writes");
    (folder, paths)
}

fn diff(paths: &[String; 2]) -> snapbox::cmd::Command {
    linkwright().arg("diff").args(paths).args(["--spec-path", "simulate/specs"])
}

#[test]
fn nothing() {
    let (_folder, paths) = toys(|text| text.replace(": {", ":  {") + "# the same\n");
    diff(&paths).assert().success().stdout_eq("").stderr_eq("No difference between [..]old.yaml and [..]new.yaml\n");
    diff(&paths).arg("--quiet").assert().success().stdout_eq("").stderr_eq("");
}

#[test]
fn changes_of_a_chip() {
    let (_folder, paths) = toys(|text| {
        text.replace("reg: 0x1400_0000", "reg: 0x1480_0000")
            .replace("power-domains: { core: pd_core, io: pd_io }", "power-domains: { core: pd_core, io: pd_core }")
            .replace("  sensor: {", "  probe: {")
            .replace("tx: dmac/3", "tx: dmac/5")
            .replace("reg: 0x1600_0000, power-domains: pd_io", "reg: 0x1600_0000, power-domains: pd_core")
            + "  extra: { ip: lonely-sensor, reg: 0x1800_0000, power-domains: pd_io }\n"
    });
    diff(&paths).assert().code(1).stderr_eq("").stdout_eq(str![[r#"
Breaking for users of soc toy:
  ~ edge spi power-domain io moved from pd_io to pd_core: what proves that the old supplier is on is gone ([..]new.yaml:18)
  ~ device probe: was called sensor: it has another name in generated code ([..]new.yaml:19)
  ~ edge probe power-domain moved from pd_io to pd_core: what proves that the old supplier is on is gone ([..]new.yaml:19)

Compatible for users of soc toy:
  ~ device dmac moved from 0x14000000 to 0x14800000 ([..]new.yaml:12)
  ~ edge spi dma tx: resource 3 -> 5 ([..]new.yaml:17)
  + device extra (ip lonely-sensor, address 0x18000000) added ([..]new.yaml:21)

Order of probing:
  - probe no longer waits for pd_io
  - spi no longer waits for pd_io

"#]]);
    let output = diff(&paths).args(["--format", "json"]).output().expect("runs");
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&found["kind"], &found["name"], &found["breaking"]), (&"soc".into(), &"toy".into(), &true.into()));
    assert_eq!(found["changes"].as_array().map(Vec::len), Some(6));
    let renamed = &found["changes"][3];
    assert_eq!((&renamed["path"], &renamed["old"]), (&"probe".into(), &"sensor".into()), "{renamed}");
    let place = |what: &str| {
        let file = renamed[what]["file"].as_str().expect("a file").to_string();
        (file, renamed[what]["line"].as_u64(), renamed[what]["column"].as_u64())
    };
    let line = |path: &str, text: &str| {
        let found = fs::read_to_string(path).expect("readable").lines().position(|line| line.starts_with(text));
        (path.to_string(), found.map(|line| line as u64 + 1), Some(3))
    };
    assert_eq!(place("place"), line(&paths[1], "  probe:"));
    assert_eq!(place("was"), line(&paths[0], "  sensor:"));
    let github = diff(&paths).args(["--format", "github"]).assert().code(1).stderr_eq("");
    github.stdout_eq(str![[r#"
::notice file=[..]new.yaml,line=12,col=22,title=change::device dmac moved from 0x14000000 to 0x14800000
::notice file=[..]new.yaml,line=17,col=13,title=change::edge spi dma tx: resource 3 -> 5
::warning file=[..]new.yaml,line=18,col=37,title=breaking change::edge spi power-domain io moved from pd_io to pd_core: what proves that the old supplier is on is gone
::warning file=[..]new.yaml,line=19,col=3,title=breaking change::device probe: was called sensor: it has another name in generated code
::warning file=[..]new.yaml,line=19,col=49,title=breaking change::edge probe power-domain moved from pd_io to pd_core: what proves that the old supplier is on is gone
::notice file=[..]new.yaml,line=21,col=3,title=change::device extra (ip lonely-sensor, address 0x18000000) added
::notice file=[..]new.yaml,line=19,col=3,title=changed order::probe no longer waits for pd_io
::notice file=[..]new.yaml,line=13,col=3,title=changed order::spi no longer waits for pd_io

"#]]);
}

#[test]
fn trouble() {
    let (_folder, paths) = toys(|text| text.replace("ip: pl330", "ip: pl33"));
    let output = diff(&paths).output().expect("runs");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    let told = String::from_utf8(output.stderr).expect("text");
    assert!(told.contains("error[") && told.ends_with("error: a spec with errors cannot be compared\n"), "{told}");
    let (_folder, paths) = toys(|_| "linkwright: 1\nip: a\n".to_string());
    diff(&paths).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: a `soc` and a `ip` cannot be compared
  help: give two specs of the same kind

"#]]);
    linkwright().args(["diff", "no.yaml", "dsp.yaml"]).assert().code(2).stdout_eq("");
}
