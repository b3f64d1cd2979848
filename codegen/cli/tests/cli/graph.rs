//! Graphs, orders and explanations of devices, as a person sees them.

use std::fs;

use serde_json::Value;
use snapbox::str;
use tempfile::TempDir;

use crate::linkwright;
use crate::simulate::root;

/// The pictures of `docs/graphs`: name, and what is asked for.
const PICTURES: [(&str, &str, &[&str]); 8] = [
    ("zynq7000", "zynq7000", &[]),
    ("exynos4210", "exynos4210", &[]),
    ("exynos5433", "exynos5433", &[]),
    ("rk3399", "rk3399", &[]),
    ("cyclonev", "cyclonev", &[]),
    ("exynos5433-i2s0", "exynos5433", &["--focus", "i2s0", "--suppliers"]),
    ("exynos5433-probe", "exynos5433", &["--lanes", "probe"]),
    ("exynos5433-sleep", "exynos5433", &["--focus", "adma", "--lanes", "sleep"]),
];

const TOY: &str = "simulate/toy.yaml";

/// A chip whose clock controller and PHY need each other.
fn circle() -> (TempDir, String) {
    let folder = TempDir::new().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("writes");
    write(
        "node.yaml",
        "linkwright: 1\nip: node\nprovides: { clk: { args: { line: u8 } } }\nconsumes: { clocks: { in: { optional: true } } }\n",
    );
    write(
        "chip.yaml",
        "linkwright: 1\nsoc: chip\ndevices:\n  clock: { ip: node, clocks: { in: phy/0 } }\n  phy: { ip: node, clocks: { in: clock/1 } }\n  usb: { ip: node, clocks: { in: phy/1 } }\n",
    );
    let path = folder.path().join("chip.yaml").display().to_string();
    (folder, path)
}

#[test]
fn committed_pictures_are_what_the_command_draws() {
    let folder = root().join("docs/graphs");
    let accept = std::env::var("SNAPSHOTS").is_ok_and(|mode| mode == "overwrite");
    for (name, soc, choices) in PICTURES {
        let spec = root().join(format!("specs/soc/{soc}.yaml"));
        let output = linkwright().arg("graph").arg(spec).args(choices).output().expect("runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let path = folder.join(format!("{name}.svg"));
        if accept {
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(&path, &output.stdout).expect("writes");
        }
        let committed = fs::read(&path).unwrap_or_default();
        assert!(committed == output.stdout, "docs/graphs/{name}.svg is not current; SNAPSHOTS=overwrite writes it");
    }
    // None that no command makes.
    let files = fs::read_dir(&folder).expect("the folder").map(|file| file.expect("a file").file_name());
    let mut names: Vec<String> = files.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    let mut expected: Vec<String> = PICTURES.iter().map(|picture| format!("{}.svg", picture.0)).collect();
    expected.sort();
    assert_eq!(names, expected);
}

#[test]
fn the_page_shows_every_picture() {
    let page = fs::read_to_string(root().join("docs/graphs.md")).expect("the page");
    for (name, soc, choices) in PICTURES {
        assert!(page.contains(&format!("(graphs/{name}.svg)")), "{name}");
        let command = format!("linkwright graph specs/soc/{soc}.yaml {}", choices.join(" "));
        assert!(page.contains(command.trim()), "{command}");
    }
}

#[test]
fn mermaid() {
    linkwright().args(["graph", TOY, "--format", "mermaid"]).assert().success().stderr_eq("").stdout_eq(str![[r#"
flowchart RL
  %% 1 disabled device is not shown
  d0["clock<br/>exynos5433-cmu-top"]
  d3["gate<br/>exynos5433-cmu-fsys"]
  subgraph p0["pd_core"]
    d1["pd_core<br/>exynos-power-domain"]
    d4["dmac<br/>pl330"]
    d5["spi<br/>two-domain-spi"]
    subgraph p1["pd_io"]
      d2["pd_io<br/>exynos-power-domain"]
      d6["sensor<br/>lonely-sensor"]
    end
  end
  d2 -->|"power-domain"| d1
  d3 -->|"clk aclk_fsys_200"| d0
  d4 -->|"clk apb_pclk"| d3
  d4 -->|"power-domain"| d1
  d5 -->|"clk bus"| d3
  d5 -->|"dma tx"| d4
  d5 -->|"dma rx"| d4
  d5 -->|"power-domain core"| d1
  d5 -->|"power-domain io"| d2
  d6 -->|"power-domain"| d2
  linkStyle 0 stroke:#8250df
  linkStyle 1 stroke:#bc4c00
  linkStyle 2 stroke:#bc4c00
  linkStyle 3 stroke:#8250df
  linkStyle 4 stroke:#bc4c00
  linkStyle 5 stroke:#0969da
  linkStyle 6 stroke:#0969da
  linkStyle 7 stroke:#8250df
  linkStyle 8 stroke:#8250df
  linkStyle 9 stroke:#8250df

"#]]);
}

#[test]
fn dot_of_a_focus() {
    let run = linkwright().args(["graph", TOY, "--format", "dot", "--focus", "dmac", "--depth", "1", "--consumers"]);
    run.assert().success().stderr_eq("").stdout_eq(str![[r##"
digraph "toy" {
  // 6 devices farther from dmac are not shown
  rankdir=RL;
  fontname="sans-serif";
  node [shape=box, style="rounded,filled", fillcolor="#f6f8fa", fontname="sans-serif"];
  edge [fontname="sans-serif", fontsize=10];
  "dmac" [label="dmac/npl330", tooltip="dmac (pl330)/nprobed as number 5, goes to sleep as number 3", penwidth=3];
  "spi" [label="spi/ntwo-domain-spi", tooltip="spi (two-domain-spi)/nprobed as number 6, goes to sleep as number 2"];
  "spi" -> "dmac" [label="dma tx", color="#0969da", fontcolor="#0969da", style=solid, tooltip="spi needs dmac:/ndma tx (3), hard, runtime PM, at toy.yaml:17"];
  "spi" -> "dmac" [label="dma rx", color="#0969da", fontcolor="#0969da", style=solid, tooltip="spi needs dmac:/ndma rx (4), hard, runtime PM, at toy.yaml:17"];
}

"##]]);
}

#[test]
fn json_has_what_the_picture_has() {
    let output = linkwright().args(["graph", TOY, "--format", "json"]).output().expect("runs");
    let graph: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&graph["version"], &graph["soc"]), (&Value::from(1), &Value::from("toy")));
    let names: Vec<&str> =
        graph["devices"].as_array().expect("a list").iter().filter_map(|d| d["name"].as_str()).collect();
    assert_eq!(names, ["clock", "pd_core", "pd_io", "gate", "dmac", "spi", "sensor"]);
    assert_eq!(graph["power_domains"][1]["parent"], "pd_core");
    assert_eq!(graph["notes"][0], "1 disabled device is not shown");
}

#[test]
fn a_picture_into_a_file_says_what_is_not_in_it() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("toy.svg");
    let run = linkwright().args(["graph", TOY, "--output"]).arg(&path);
    run.assert().success().stdout_eq("").stderr_eq("Note: 1 disabled device is not shown\n");
    let text = fs::read_to_string(&path).expect("a picture");
    assert!(text.starts_with("<svg ") && text.contains("data-device=\"dmac\""));
    for word in ["<script", "<image", "<use", "@import", "@font-face", "href", "http:", "https:", "url("] {
        let allowed = text.replacen("xmlns=\"http://www.w3.org/2000/svg\"", "", 1);
        assert!(!allowed.contains(word), "{word}");
    }
    assert!(text.contains("@media (prefers-color-scheme: dark)"));
    linkwright().args(["graph", TOY, "--output", "no/such/folder/x.svg"]).assert().code(2).stderr_eq(str![[r#"
error: cannot write no/such/folder/x.svg: No such file or directory (os error 2)

"#]]);
}

#[test]
fn names_that_mean_nothing() {
    let told = |args: &[&str]| {
        let output = linkwright().args(["graph", TOY]).args(args).output().expect("runs");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stdout.is_empty());
        String::from_utf8(output.stderr).expect("text")
    };
    let text = [
        told(&["--focus", "dmc"]),
        told(&["--subsystem", "clocks"]),
        told(&["--collapse", "pd_cor"]),
        told(&["--lanes", "probe", "--format", "dot"]),
    ]
    .concat();
    snapbox::assert_data_eq!(
        text,
        str![[r#"
error: there is no device `dmc`
  help: did you mean `dmac`?
error: no reference is of a subsystem `clocks`
  help: it has power-domain, clk, dma
error: `pd_cor` is neither a power domain nor a device that others sit on
  help: did you mean `pd_core`?
error: lanes are columns of a picture
  help: leave out `--lanes`, or use `--format svg`

"#]]
    );
    linkwright().args(["graph", TOY, "--depth", "1"]).assert().code(2);
    linkwright().args(["graph", "dsp.yaml"]).assert().code(2).stderr_eq(str![[r#"
error: dsp.yaml describes no chip or board
  help: give a spec that begins with `soc:`

"#]]);
}

#[test]
fn the_order_of_probing() {
    linkwright().args(["order", TOY]).assert().success().stderr_eq("").stdout_eq(str![[r#"
Probe order of toy: 7 devices in 4 rounds. A device is probed after all that it needs; those of one round do not need each other.

place  round  device   why
    1      1  clock    needs nothing
    2      1  pd_core  needs nothing
    3      2  pd_io    after 2 pd_core (power-domain)
    4      2  gate     after 1 clock (clk aclk_fsys_200)
    5      3  dmac     after 4 gate (clk apb_pclk); also needs pd_core (power-domain)
    6      4  spi      after 5 dmac (dma tx, dma rx); also needs gate (clk bus), pd_io (power-domain io), pd_core (power-domain core)
    7      3  sensor   after 3 pd_io (power-domain)

1 device is disabled and without a place.

"#]]);
}

#[test]
fn the_order_of_going_to_sleep() {
    linkwright().args(["order", TOY, "--sleep"]).assert().success().stderr_eq("").stdout_eq(str![[r#"
Sleep order of toy: 7 devices in 4 rounds. A device goes to sleep after all that need it; those of one round do not need each other. Waking up is the reverse.

place  round  device   why
    1      1  sensor   nothing needs it
    2      1  spi      nothing needs it
    3      2  dmac     after 2 spi (dma tx, dma rx)
    4      3  gate     after 3 dmac (clk apb_pclk); also needed by spi (clk bus)
    5      2  pd_io    after 2 spi (power-domain io); also needed by sensor (power-domain)
    6      3  pd_core  after 5 pd_io (power-domain); also needed by dmac (power-domain), spi (power-domain core)
    7      4  clock    after 4 gate (clk aclk_fsys_200)

1 device is disabled and without a place.

"#]]);
}

#[test]
fn orders_as_json() {
    let output = linkwright().args(["order", TOY, "--format", "json"]).output().expect("runs");
    let order: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let names = |list: &Value| -> Vec<String> {
        list.as_array()
            .expect("a list")
            .iter()
            .map(|step| step["device"].as_str().expect("a name").to_string())
            .collect()
    };
    let mut sleep = names(&order["sleep"]);
    sleep.reverse();
    assert_eq!(names(&order["probe"]), sleep);
    assert_eq!(order["probe"][1]["device"], "pd_core");
    assert_eq!(order["circles"], Value::Array(Vec::new()));
}

#[test]
fn a_circle_is_shown_and_told() {
    let (_folder, path) = circle();
    let run = linkwright().args(["order", &path]).assert().code(1);
    let told = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(told.contains("error[LW0413]: 2 devices need each other"), "{told}");
    run.stdout_eq(str![[r#"
Probe order of chip: 3 devices in 3 rounds. A device is probed after all that it needs; those of one round do not need each other.

place  round  device  why
    1      1  clock   needs nothing
    2      2  phy     after 1 clock (clk in)
    3      3  usb     after 2 phy (clk in)

clock and phy need each other.
  stays: phy needs clock: clk in (1), hard, part of a circle, runtime PM, at [..]chip.yaml:5
  gives way: clock needs phy: clk in (0), part of a circle: the proposed cut, at [..]chip.yaml:4
  There is no order unless a link gives way. The order above is that of the proposed cut: say `post_init: true` in the references that give way.

"#]]);
    let output = linkwright().args(["graph", &path]).output().expect("runs");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.contains("✂ cut") && text.contains("class=\"edge s1 circle cut d0 d1\""), "{text}");
}

#[test]
fn why_one_device_comes_after_another() {
    let run = |args: &[&str]| linkwright().arg("explain").args(args).args(["--spec", TOY]).assert();
    run(&["spi", "dmac"]).success().stderr_eq("").stdout_eq(str![[r#"
spi comes after dmac, because it needs it.

spi -> dmac:
  dma tx (3), hard, runtime PM, at simulate/toy.yaml:17
  dma rx (4), hard, runtime PM, at simulate/toy.yaml:17
  probing: spi is not probed before dmac has been
  runtime PM: dmac is resumed before spi and suspends only after it
  system sleep: spi goes to sleep before dmac and wakes up after it

Of 7 devices spi is probed as number 6, dmac as number 5.
In system sleep spi is number 2, dmac number 3.

"#]]);
    run(&["clock -> dmac"]).success().stderr_eq("").stdout_eq(str![[r#"
clock comes before dmac, which needs it through others.

dmac -> gate -> clock (through others):
  dmac needs gate: clk apb_pclk (PDMA0), hard, runtime PM, at simulate/toy.yaml:12
  gate needs clock: clk aclk_fsys_200 (ACLK_FSYS_200), hard, runtime PM, at simulate/toy.yaml:11
  probing: dmac is not probed before clock has been
  runtime PM: clock is resumed before dmac and suspends only after it
  system sleep: dmac goes to sleep before clock and wakes up after it

Of 7 devices clock is probed as number 1, dmac as number 5.
In system sleep clock is number 7, dmac number 3.

"#]]);
    run(&["sensor->gate"]).success().stderr_eq("").stdout_eq(str![[r#"
sensor does not wait for gate, nor gate for sensor: no link leads from one to the other.

Of 7 devices sensor is probed as number 7, gate as number 4.
In system sleep sensor is number 1, gate number 4.

"#]]);
    run(&["spi", "spare"]).success().stderr_eq("").stdout_eq(str![[r#"
spare is disabled: it makes no links and has no place in any order.
spi does not wait for spare, nor spare for spi: no link leads from one to the other.

"#]]);
    run(&["spi", "dmca"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no device `dmca`
  help: did you mean `dmac`?

"#]]);
    run(&["spi"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: which two devices?
  help: `linkwright explain i2s0 adma --spec FILE`

"#]]);
    linkwright().args(["explain", "spi", "dmac"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: `spi` and `dmac` are devices of which chip?
  help: `linkwright explain spi dmac --spec FILE`

"#]]);
}

#[test]
fn an_explanation_as_json() {
    let output =
        linkwright().args(["explain", "spi", "clock", "--format", "json", "--spec", TOY]).output().expect("runs");
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&told["device"], &told["other"]), (&Value::from("spi"), &Value::from("clock")));
    assert_eq!(told["needs"], Value::Array(Vec::new()));
    assert_eq!(told["needs_through"][0][0]["supplier"], "gate");
}
