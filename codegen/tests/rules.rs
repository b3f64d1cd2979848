//! The table of rules, the pages about them and the files on disk belong together, and the examples on the pages do
//! what the pages say.
//!
//! `INSTA_UPDATE=always cargo test -p linkwright-codegen --test rules` rewrites the reports on the pages.
#![forbid(unsafe_code)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use linkwright_codegen::check::Rule;
use linkwright_codegen::project;
use linkwright_codegen::report::{Diagnostics, Level, Style, human};
use linkwright_codegen::source::SourceMap;

use common::{accept, file_name, ids, judge, report};

/// Rules that no short text of a spec breaks: files of the system, mistakes of the program, too much of something.
/// They have tests of their own.
const WITHOUT_EXAMPLE: [&str; 5] = ["LW0013", "LW0020", "LW0099", "LW0310", "LW0424"];

const SECTIONS: [&str; 4] = ["What it does", "Why is this bad", "Example", "Use instead"];

fn crate_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn pl330() -> String {
    linkwright_specs::FILES.iter().find(|(name, _)| *name == "ip/pl330.yaml").expect("built in").1.to_string()
}

/// The fenced blocks of a section, by language.
fn blocks<'p>(page: &'p str, section: &str, language: &str) -> Vec<&'p str> {
    let heading = format!("\n## {section}\n");
    let Some(start) = page.find(&heading) else { return Vec::new() };
    let body = &page[start + heading.len()..];
    let body = &body[..body.find("\n## ").unwrap_or(body.len())];
    let fence = format!("```{language}\n");
    body.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// The example with the blocks that "Use instead" has for the same specs, unless that is complete.
fn corrected<'p>(bad: &[&'p str], good: &[&'p str]) -> Vec<&'p str> {
    if good.len() >= bad.len() {
        return good.to_vec();
    }
    let names: BTreeSet<String> = good.iter().map(|text| file_name(text)).collect();
    let kept = bad.iter().copied().filter(|text| !names.contains(&file_name(text)));
    good.iter().copied().chain(kept).collect()
}

/// A text with each `-` line replaced by the `+` line behind it.
fn patched(text: &str, diff: &str) -> String {
    let lines = |sign: char| diff.lines().filter_map(move |l| l.strip_prefix(sign)).map(|l| format!("{l}\n"));
    let (old, new): (String, String) = (lines('-').collect(), lines('+').collect());
    assert!(text.contains(&old), "the example changes a line that is not there: {old}");
    text.replacen(&old, &new, 1)
}

#[test]
fn ids_and_names_are_in_order_and_distinct() {
    let rules = Rule::all();
    assert!(rules.windows(2).all(|pair| pair[0].id < pair[1].id));
    let names: BTreeSet<&str> = rules.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), rules.len());
    for rule in rules {
        assert!(rule.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", rule.name);
        assert_eq!(Rule::find(rule.name), Some(*rule));
        assert_eq!(Rule::find(&rule.id.to_lowercase()), Some(*rule));
    }
    assert_eq!(Rule::find("LW9999"), None);
}

#[test]
fn every_rule_has_its_page_and_every_page_its_rule() {
    let on_disk: BTreeSet<String> = fs::read_dir(crate_dir().join("rules"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "README.md")
        .collect();
    let in_table: BTreeSet<String> = Rule::all().iter().map(|rule| format!("{}.md", rule.id)).collect();
    assert_eq!(on_disk, in_table);
    for rule in Rule::all() {
        assert!(rule.page.starts_with(&format!("# {} {}\n", rule.id, rule.name)), "heading of {}", rule.id);
        let sections: Vec<&str> = rule.page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert!(sections.starts_with(&SECTIONS[..3]), "sections of {}: {sections:?}", rule.id);
        let summary = rule.summary();
        assert!(summary.ends_with('.') && summary.chars().count() <= 120, "summary of {}: {summary}", rule.id);
    }
}

#[test]
fn the_list_of_rules_is_current() {
    let path = crate_dir().join("rules/README.md");
    let text = fs::read_to_string(&path).unwrap();
    let start = text.find("| rule |").expect("the list");
    let mut list = String::from("| rule | level | what it finds |\n|---|---|---|\n");
    for rule in Rule::all() {
        let level = match (rule.level, rule.fixed) {
            (_, true) => "error",
            (Level::Error, false) => "error, can be lowered",
            (Level::Warning, false) => "warning",
        };
        list += &format!("| [{id} {}]({id}.md) | {level} | {} |\n", rule.name, rule.summary(), id = rule.id);
    }
    let wanted = format!("{}{list}", &text[..start]);
    if accept() {
        fs::write(&path, &wanted).unwrap();
    } else {
        assert!(text == wanted, "rules/README.md is not current");
    }
}

#[test]
fn each_rule_is_a_file_of_its_name() {
    fn walk(dir: &Path, out: &mut BTreeSet<String>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, out);
            } else if fs::read_to_string(&path).unwrap().contains("const RULE: Rule = rule!(") {
                out.insert(path.file_stem().unwrap().to_str().unwrap().replace('_', "-"));
            }
        }
    }
    let mut on_disk = BTreeSet::new();
    walk(&crate_dir().join("src/check"), &mut on_disk);
    let reported_elsewhere =
        |rule: &&&Rule| ["LW00", "LW07", "LW08", "LW09", "LW10"].iter().any(|kind| rule.id.starts_with(kind));
    let in_table: BTreeSet<String> =
        Rule::all().iter().filter(|rule| !reported_elsewhere(rule)).map(|rule| rule.name.to_string()).collect();
    assert_eq!(on_disk, in_table);
}

#[test]
fn every_id_that_is_reported_is_in_the_table() {
    fn walk(dir: &Path, out: &mut BTreeSet<String>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, out);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let ids = text.match_indices("\"LW").filter_map(|(at, _)| text.get(at + 1..at + 7));
            out.extend(ids.filter(|id| id[2..].bytes().all(|b| b.is_ascii_digit())).map(str::to_string));
        }
    }
    let mut used = BTreeSet::new();
    for dir in ["yaml", "spec", "load", "lower", "scenario", "asm", "check", "emit", "project"] {
        walk(&crate_dir().join("src").join(dir), &mut used);
    }
    let known: BTreeSet<String> = Rule::all().iter().map(|rule| rule.id.to_string()).collect();
    assert_eq!(used, known);
}

#[test]
fn examples_are_reported_and_their_corrections_are_clean() {
    let mut wrong = Vec::new();
    // Rules about microcode, scenarios and device trees have their examples tested with those.
    let about_specs = |rule: &Rule| !["LW07", "LW08", "LW09", "LW10"].iter().any(|kind| rule.id.starts_with(kind));
    for rule in Rule::all().iter().filter(|rule| !WITHOUT_EXAMPLE.contains(&rule.id) && about_specs(rule)) {
        let diffs = blocks(rule.page, "Example", "diff");
        let bad = blocks(rule.page, "Example", "yaml");
        let good = corrected(&bad, &blocks(rule.page, "Use instead", "yaml"));
        if let [diff] = diffs.as_slice() {
            let (workspace, findings) = judge([patched(&pl330(), diff).as_str()]);
            if ids(&findings) != [rule.id] {
                wrong.push(format!("example of {} gives:\n{}", rule.id, report(&workspace, &findings)));
            }
            continue;
        }
        assert!(!bad.is_empty() && !good.is_empty(), "{} has no examples", rule.id);
        let (workspace, findings) = judge(bad);
        let sorted = findings.sorted();
        let text = report(&workspace, &findings);
        if sorted.is_empty() || sorted.iter().any(|d| d.rule != rule.id || d.level != rule.level) {
            wrong.push(format!("example of {} gives:\n{text}", rule.id));
        }
        if !rule.id.starts_with("LW00") && sorted.iter().any(|d| d.primary.text.is_empty()) {
            wrong.push(format!("a finding of {} has no label", rule.id));
        }
        let (workspace, findings) = judge(good);
        if !findings.is_empty() {
            wrong.push(format!("correction of {} gives:\n{}", rule.id, report(&workspace, &findings)));
        }
        if let Err(difference) = page_shows(rule, &text) {
            wrong.push(difference);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
}

#[test]
fn examples_of_projects_are_reported_and_their_corrections_are_clean() {
    let mut wrong = Vec::new();
    for rule in Rule::all().iter().filter(|rule| rule.id.starts_with("LW07")) {
        let read = |text: &str| {
            let (mut sources, mut findings) = (SourceMap::new(), Diagnostics::new());
            let project = project::read_text("linkwright.toml", None, text, &mut sources, &mut findings);
            assert_eq!(project.is_none(), findings.has_errors());
            (human(&findings, &sources, Style::default()), findings)
        };
        let (bad, good) = (blocks(rule.page, "Example", "toml"), blocks(rule.page, "Use instead", "toml"));
        let (text, findings) = read(bad[0]);
        if ids(&findings) != [rule.id] {
            wrong.push(format!("example of {} gives:\n{text}", rule.id));
        }
        let (corrected, findings) = read(good[0]);
        if !findings.is_empty() {
            wrong.push(format!("correction of {} gives:\n{corrected}", rule.id));
        }
        wrong.extend(page_shows(rule, &text).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
}

/// What is found in the source of a tree; nothing is wrong with the specs that come of it.
#[cfg(feature = "import-devicetree")]
fn imported(source: &str) -> (String, Vec<&'static str>) {
    use linkwright_codegen::import::devicetree::{Blob, Catalog, Settings, compile, import};
    use linkwright_codegen::load::Options;

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("board.dts");
    fs::write(&path, source).expect("a file");
    let bytes = compile(&path).expect("`dtc` is needed here; Debian: apt-get install device-tree-compiler");
    let catalog = Catalog::load(&Options { above: false, ..Options::default() }, &mut Diagnostics::new());
    let blob = Blob { name: "board", origin: "board.dts", bytes: &bytes };
    let imported = import(&[blob], &catalog, Settings::default()).expect("importable");
    let (sources, findings) = imported.diagnostics(str::to_string);
    for finding in &imported.findings {
        let (_, text) = &imported.files[finding.file];
        let comment = format!("{} {}: {}.", finding.rule.id, finding.rule.name, finding.title);
        let words = |text: &str| text.split_whitespace().filter(|w| *w != "#").collect::<Vec<_>>().join(" ");
        assert!(words(text).contains(&words(&comment)), "no comment tells `{comment}`:\n{text}");
    }
    (human(&findings, &sources, Style::default()), ids(&findings))
}

#[test]
#[cfg(feature = "import-devicetree")]
fn examples_of_trees_are_reported_and_their_corrections_are_clean() {
    let mut wrong = Vec::new();
    for rule in Rule::all().iter().filter(|rule| rule.id.starts_with("LW10")) {
        let file = format!("src/import/devicetree/judge/{}.rs", rule.name.replace('-', "_"));
        assert!(crate_dir().join(&file).is_file(), "{file}");
        let (bad, good) = (blocks(rule.page, "Example", "dts"), blocks(rule.page, "Use instead", "dts"));
        let (text, found) = imported(bad[0]);
        if found != [rule.id] {
            wrong.push(format!("example of {} gives:\n{text}", rule.id));
        }
        let (corrected, found) = imported(good[0]);
        if !found.is_empty() {
            wrong.push(format!("correction of {} gives:\n{corrected}", rule.id));
        }
        wrong.extend(page_shows(rule, &text).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
}

/// The page shows the report of its example, in the section before "Use instead".
fn page_shows(rule: &Rule, text: &str) -> Result<(), String> {
    let findings = text.trim_end().rsplit_once("\n\n").map_or(text, |(findings, _summary)| findings);
    let wanted = format!("This is reported:\n\n```text\n{findings}\n```\n\n");
    if rule.page.contains(&wanted) {
        return Ok(());
    }
    if !accept() {
        return Err(format!("the page of {} does not show the report of its example:\n{text}", rule.id));
    }
    let page = rule.page;
    let end = page.find("## Use instead").expect("a section");
    let start = page[..end].find("This is reported:").unwrap_or(end);
    let page = format!("{}{wanted}{}", &page[..start], &page[end..]);
    fs::write(crate_dir().join("rules").join(format!("{}.md", rule.id)), page).unwrap();
    Ok(())
}

#[test]
fn the_spec_that_examples_change_is_clean() {
    let (workspace, findings) = judge([pl330().as_str()]);
    assert!(findings.is_empty(), "{}", report(&workspace, &findings));
}

#[test]
fn an_instruction_too_many_is_too_many() {
    let spec = |count: usize| {
        let one = |i: usize| format!("    I{i}: {{ asm: I{i}X, bytes: [\"{:08b}\", \"{:08b}\"] }}\n", i & 0xff, i >> 8);
        let set: String = (0..count).map(one).collect();
        format!("linkwright: 1\nip: engine\ninstructions:\n  max_length: 2\n  set:\n{set}")
    };
    let (_, findings) = judge([spec(4097).as_str()]);
    assert_eq!(ids(&findings), ["LW0310"]);
    let (workspace, findings) = judge([spec(4096).as_str()]);
    assert!(findings.is_empty(), "{}", report(&workspace, &findings));
}

#[test]
fn a_device_too_many_is_too_many() {
    let devices: String = (0..65_536).map(|i| format!("  d{i}: {{ ip: arm-gic, status: disabled }}\n")).collect();
    let (_, findings) = judge([format!("linkwright: 1\nsoc: board\ndevices:\n{devices}").as_str()]);
    assert_eq!(ids(&findings), ["LW0424"]);
}

#[test]
fn domains_lie_in_each_other_whoever_is_probed_first() {
    let domain = "linkwright: 1\nip: domain\nprovides: { power-domain: {}, clk: {} }\n\
                  consumes: { power-domains: { optional: true }, clocks: { optional: true } }\n";
    let found = |devices: &str| {
        let soc = format!("linkwright: 1\nsoc: board\ndevices:\n  {devices}\n");
        let (_, findings) = judge([domain, soc.as_str()]);
        ids(&findings).into_iter().map(str::to_string).collect::<Vec<_>>()
    };
    let back = |status: &str| {
        found(&format!(
            "a: {{ ip: domain, power-domains: {{ to: c, post_init: true }} }}\n  \
             b: {{ ip: domain, power-domains: a }}\n  c: {{ ip: domain, power-domains: b{status} }}"
        ))
    };
    assert_eq!(back(""), ["LW0433"], "once for a circle of three");
    assert_eq!(back(", status: disabled").iter().filter(|id| *id == "LW0433").count(), 0, "there is no circle");
    let hard = found("a: { ip: domain, power-domains: b }\n  b: { ip: domain, power-domains: a }");
    assert_eq!(hard, ["LW0413"], "they cannot be probed either");
    let clock =
        "a: { ip: domain, clocks: { to: b, clock: 0, post_init: true } }\n  b: { ip: domain, power-domains: a }";
    assert_eq!(found(clock), [""; 0], "a clock is no domain");
}

#[test]
fn sleep_phases_matter_where_there_is_a_link() {
    let dmac = "linkwright: 1\nip: dmac\nsleep: { off: late }\n\
                provides: { dma: {}, iommu-map: {}, post-init-provider: {} }\n\
                consumes: { dmas: { optional: true } }\n";
    let spi = "linkwright: 1\nip: spi\nsleep: { last_use: noirq, off: noirq }\nconsumes:\n  \
               dmas: { tx: { optional: true }, rx: { optional: true } }\n  iommu-map: { optional: true }\n  \
               post-init-providers: { optional: true }\n";
    let found = |devices: &str| {
        let soc = format!("linkwright: 1\nsoc: board\ndevices:\n  d: {{ ip: dmac }}\n  {devices}\n");
        let (_, findings) = judge([dmac, spi, soc.as_str()]);
        findings.sorted().iter().map(|finding| finding.rule).filter(|rule| *rule == "LW0426").collect::<Vec<_>>()
    };
    assert_eq!(found("s: { ip: spi, dmas: { tx: d/1 } }"), ["LW0426"]);
    assert_eq!(found("s: { ip: spi, dmas: { tx: d/1, rx: d/2 } }"), ["LW0426"], "once for two devices");
    assert_eq!(found("s: { ip: spi, iommu-map: d }"), ["LW0426"], "optional");
    assert_eq!(found("s: { ip: spi, parent: d }"), ["LW0426"], "its bus");
    let fine = [
        ("ignored", "s: { ip: spi, post-init-providers: d }"),
        ("disabled", "s: { ip: spi, status: disabled, dmas: { tx: d/1 } }"),
        ("without its supplier", "s: { ip: spi, dmas: { tx: e/1 } }\n  e: { ip: dmac, status: disabled }"),
        ("not stated", "s: { ip: dmac, dmas: d/1 }"),
    ];
    for (why, devices) in fine {
        assert_eq!(found(devices), [""; 0], "{why}");
    }
}

/// Who says nothing is off in `late`, or as late as it is used; who says nothing of its last use, uses others until then.
#[test]
fn phases_that_nobody_states_are_phases_too() {
    let found = |supplier: &str, between: &str, consumer: &str| {
        let ip = |name: &str, sleep: &str| {
            format!(
                "linkwright: 1\nip: {name}\nsleep: {{ {sleep} }}\nprovides: {{ clk: {{}} }}\n\
                 consumes: {{ clocks: {{ bus: {{ optional: true }} }} }}\n"
            )
        };
        let soc = "linkwright: 1\nsoc: board\ndevices:\n  supplier: { ip: first }\n  \
                   between: { ip: second, clocks: { bus: supplier/0 } }\n  \
                   consumer: { ip: third, clocks: { bus: between/0 } }\n";
        let ips = [ip("first", supplier), ip("second", between), ip("third", consumer)];
        let (_, findings) = judge([ips[0].as_str(), &ips[1], &ips[2], soc]);
        let told = findings.sorted().into_iter().map(|finding| {
            let labels = finding.secondary.iter().map(|label| label.text.clone());
            format!("{}: {}", finding.title, labels.chain(finding.notes.iter().cloned()).collect::<Vec<_>>().join("; "))
        });
        told.collect::<Vec<_>>().join("\n")
    };
    for (phases, says) in [
        (["off: suspend", "", ""], "`between` uses `supplier` until `late`, but `supplier` is off from `suspend` on"),
        (["off: suspend", "", ""], "`between` is switched off in `late`, since nothing says otherwise"),
        (["off: late", "off: noirq", ""], "the driver of `second` switches off only here, and says no `last_use`"),
        (["off: late", "", "off: noirq"], "`between` uses `supplier` until `noirq`"),
        (
            ["off: late", "", "off: noirq"],
            "`between` is switched off in `noirq`, because `consumer` uses it until then",
        ),
        (["off: late", "", "last_use: noirq"], "because `consumer` uses it until then"),
    ] {
        let [supplier, between, consumer] = phases;
        let told = found(supplier, between, consumer);
        assert!(told.contains(says) && told.lines().count() == 1, "{phases:?}: {told}");
    }
    for [supplier, between, consumer] in [
        ["", "", "off: noirq"],
        ["off: noirq", "", "off: noirq"],
        ["off: late", "off: late", "off: late"],
        ["off: late", "last_use: suspend", ""],
        ["off: suspend", "last_use: suspend", ""],
    ] {
        assert_eq!(found(supplier, between, consumer), "", "{supplier}, {between}, {consumer}");
    }
}

/// Rules found about devices of these ips, each once.
fn found_about(ips: &[&str], devices: &str) -> Vec<&'static str> {
    let ips = ips.iter().map(|ip| format!("linkwright: 1\n{ip}\n"));
    let soc = format!("linkwright: 1\nsoc: board\ndevices:\n{devices}\n");
    let texts: Vec<String> = ips.chain([soc]).collect();
    ids(&judge(texts.iter().map(String::as_str)).1)
}

#[test]
fn shared_addresses_are_no_mistake() {
    let found = |compatible: &str| {
        let outer = format!("ip: outer\ncompatible: [{compatible}]\nwindow: {{ size: 0x1000 }}");
        let devices = "  outer: { ip: outer, reg: 0x1000 }
  a: { ip: inner, reg: 0x1100 }
  b: { ip: inner, reg: 0x1200 }";
        found_about(&[&outer, "ip: inner\nwindow: { size: 0x100 }"], devices)
    };
    assert_eq!(found("\"acme,scu\""), ["LW0414"]);
    for shared in ["syscon", "simple-mfd", "simple-bus"] {
        assert_eq!(found(&format!("\"acme,scu\", {shared}")), [""; 0], "{shared}");
    }
    // What is in it is not shared by that.
    let inner = "  outer: { ip: outer, reg: 0x1000 }\n  a: { ip: inner, reg: 0x1100 }\n  b: { ip: inner, reg: 0x1180 }";
    let ips = ["ip: outer\ncompatible: [syscon]\nwindow: { size: 0x1000 }", "ip: inner\nwindow: { size: 0x100 }"];
    assert_eq!(found_about(&ips, inner), ["LW0414"]);
}

#[test]
fn traps_of_runtime_pm_are_told_where_they_are_and_not_where_they_are_not() {
    let ips = [
        "ip: domain\nprovides: { power-domain: {} }\nconsumes: { power-domains: { optional: true } }",
        "ip: dmac\nprovides: { dma: {}, clk: {} }\nconsumes: { clocks: { bus: { optional: true } }, \
         power-domains: { optional: true } }",
        "ip: pin\nprovides: { post-init-provider: {} }\nconsumes: { post-init-providers: { optional: true } }",
    ];
    let safe = "runtime_pm: { irq_safe: true }";
    let idle = "runtime_pm: { callbacks: false }";
    let on = "runtime_pm: { always_on: true }";
    let cases = [
        ("an irq-safe device without suppliers", format!("  d: {{ ip: dmac, {safe} }}"), vec![]),
        (
            "with one",
            format!("  c: {{ ip: dmac }}\n  d: {{ ip: dmac, {safe}, clocks: {{ bus: c/0 }} }}"),
            vec!["LW0427"],
        ),
        ("its own", format!("  d: {{ ip: dmac, {safe}, clocks: {{ bus: d/0 }} }}"), vec![]),
        (
            "that is always on",
            format!("  c: {{ ip: dmac, {on} }}\n  d: {{ ip: dmac, {safe}, clocks: {{ bus: c/0 }} }}"),
            vec![],
        ),
        (
            "no callbacks",
            format!("  c: {{ ip: dmac }}\n  d: {{ ip: dmac, {idle}, clocks: {{ bus: c/0 }} }}"),
            vec!["LW0427"],
        ),
        (
            "no callbacks, in a domain",
            format!("  p: {{ ip: domain }}\n  d: {{ ip: dmac, {idle}, power-domains: p }}"),
            vec!["LW0427"],
        ),
        (
            "in a domain",
            format!("  p: {{ ip: domain }}\n  d: {{ ip: dmac, {safe}, power-domains: p }}"),
            vec!["LW0428"],
        ),
        (
            "in an irq-safe one",
            format!("  p: {{ ip: domain, {safe} }}\n  d: {{ ip: dmac, {safe}, power-domains: p }}"),
            vec![],
        ),
        (
            "in one that stays on",
            format!("  p: {{ ip: domain, {on} }}\n  d: {{ ip: dmac, {safe}, power-domains: p }}"),
            vec![],
        ),
        (
            "an irq-safe domain within one that may sleep",
            format!("  o: {{ ip: domain }}\n  p: {{ ip: domain, {safe}, power-domains: o }}"),
            vec!["LW0428"],
        ),
        ("below a parent", format!("  p: {{ ip: domain }}\n  d: {{ ip: dmac, {safe}, parent: p }}"), vec!["LW0429"]),
        (
            "below one that stays on",
            format!("  p: {{ ip: domain, {on} }}\n  d: {{ ip: dmac, {safe}, parent: p }}"),
            vec![],
        ),
        (
            "disabled",
            format!(
                "  p: {{ ip: domain }}\n  d: {{ ip: dmac, {safe}, status: disabled, parent: p, power-domains: p }}"
            ),
            vec![],
        ),
        (
            "links that runtime PM does not follow",
            format!("  p: {{ ip: pin }}\n  d: {{ ip: pin, {idle}, post-init-providers: p }}"),
            vec![],
        ),
        (
            "an optional supplier that is disabled",
            "  c: { ip: dmac, status: disabled }\n  d: { ip: dmac, clocks: { bus: c/0 } }".to_string(),
            vec!["LW0430"],
        ),
    ];
    for (why, devices, rules) in cases {
        assert_eq!(found_about(&ips, &devices), rules, "{why}:\n{devices}");
    }
}

#[test]
fn requests_that_are_numbered_alike_both_ways_are_no_mistake() {
    let ips = ["ip: dmac\nprovides: { dma: {} }", "ip: uart\nconsumes: { dmas: { tx: {}, rx: {} } }"];
    let uart = |at: u32, tx: u32, rx: u32| format!("  u{at}: {{ ip: uart, dmas: {{ tx: d/{tx}, rx: d/{rx} }} }}\n");
    let found = |uarts: &[String]| found_about(&ips, &format!("  d: {{ ip: dmac }}\n{}", uarts.concat()));
    assert_eq!(found(&[uart(0, 1, 1)]), ["LW0415"], "one may be a slip");
    assert_eq!(found(&[uart(0, 1, 1), uart(1, 2, 2)]), [""; 0], "two are a habit");
    let otherwise = [uart(2, 3, 4), uart(3, 5, 6), uart(4, 7, 8)];
    assert_eq!(found(&[vec![uart(0, 1, 1), uart(1, 2, 2)], otherwise.to_vec()].concat()), ["LW0415"], "of the most");
    assert_eq!(found(&[uart(0, 1, 1), uart(1, 1, 1)]), ["LW0415"], "two devices are two users");
}

#[test]
fn a_board_may_say_otherwise_of_runtime_pm() {
    let ips = [
        "ip: domain\nprovides: { power-domain: {} }",
        "ip: dmac\nconsumes: { power-domains: {} }\nruntime_pm: { irq_safe: true }",
    ];
    let devices = |of_dmac: &str| format!("  p: {{ ip: domain }}\n  d: {{ ip: dmac, power-domains: p{of_dmac} }}");
    assert_eq!(found_about(&ips, &devices("")), ["LW0428"], "the ip's word");
    assert_eq!(found_about(&ips, &devices(", runtime_pm: { irq_safe: false }")), [""; 0], "the device's word");
}

#[test]
fn an_optional_link_that_closes_a_circle_is_told_and_gives_way() {
    let ips = ["ip: x\nprovides: { clk: {}, iommu-map: {} }\nconsumes: { clocks: { bus: { optional: true } }, \
         iommu-map: { optional: true } }"];
    let devices = "  a: { ip: x, clocks: { bus: b/0 } }\n  b: { ip: x, iommu-map: a }";
    assert_eq!(found_about(&ips, devices), ["LW0430"]);
    let meant = devices.replace("iommu-map: a", "iommu-map: { to: a, post_init: true }");
    assert_eq!(found_about(&ips, &meant), [""; 0]);
}

#[test]
fn a_file_that_is_not_there_is_reported() {
    use linkwright_codegen::load::{Input, Options, load};
    let mut findings = linkwright_codegen::report::Diagnostics::new();
    load(&[Input::File("nowhere/board.yaml".into())], &Options::default(), &mut findings);
    assert_eq!(ids(&findings), ["LW0013"]);
    assert_eq!(findings.sorted()[0].level, Level::Error);
}
