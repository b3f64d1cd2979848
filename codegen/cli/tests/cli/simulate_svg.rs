//! The picture: well-formed, self-contained, and with a bar for each piece of time of the report.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::simulate::{exynos, root};
use crate::{fixtures, linkwright};

/// An opening tag.
#[derive(Debug)]
struct Tag {
    name: String,
    attributes: BTreeMap<String, String>,
    /// Names of the tags around it, with their attributes.
    around: Vec<(String, BTreeMap<String, String>)>,
}

impl Tag {
    fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    /// An attribute of the nearest tag around it that has it.
    fn inherited(&self, name: &str) -> &str {
        self.around.iter().rev().find_map(|(_, attributes)| attributes.get(name)).map_or("", String::as_str)
    }
}

/// The tags of a text that is well-formed XML without comments.
fn tags(text: &str) -> Vec<Tag> {
    let mut open: Vec<(String, BTreeMap<String, String>)> = Vec::new();
    let mut tags = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let between = &rest[..at];
        assert!(!between.contains('>'), "a stray > in {between:?}");
        for (at, _) in between.match_indices('&') {
            let entity = between[at..].split_once(';').expect("an entity ends").0;
            assert!(["&amp", "&lt", "&gt", "&quot"].contains(&entity), "{entity}");
        }
        let end = at + rest[at..].find('>').expect("a tag ends");
        let inside = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop().map(|(name, _)| name).as_deref(), Some(name), "tags close in order");
            continue;
        }
        let (inside, closed) = inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
        let (name, mut attributes_text) = inside.split_once(' ').unwrap_or((inside, ""));
        let mut attributes = BTreeMap::new();
        while let Some((key, value)) = attributes_text.split_once("=\"") {
            let (value, more) = value.split_once('"').expect("an attribute ends");
            assert!(attributes.insert(key.trim().to_string(), value.to_string()).is_none(), "{key} twice");
            attributes_text = more;
        }
        assert_eq!(attributes_text.trim(), "", "in {inside}");
        tags.push(Tag { name: name.to_string(), attributes: attributes.clone(), around: open.clone() });
        if !closed {
            open.push((name.to_string(), attributes));
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "something is open");
    tags
}

/// The picture and the report of a scenario.
fn drawn(spec: &Path, scenario: &Path) -> (String, Value) {
    let folder = TempDir::new().expect("a folder");
    let picture = folder.path().join("picture.svg");
    let run = linkwright().arg("simulate").arg(spec).arg("--scenario").arg(scenario);
    let output = run.args(["--format", "json", "--svg"]).arg(&picture).output().expect("runs");
    (fs::read_to_string(picture).expect("a picture"), serde_json::from_slice(&output.stdout).expect("JSON"))
}

/// A bar for each time in which something was on or paused, in its lane, with what its colour says.
fn bars_match(text: &str, report: &Value) {
    let tags = tags(text);
    for variant in report["variants"].as_array().expect("variants") {
        for (list, kind) in [("uses", "use"), ("devices", "device"), ("domains", "domain")] {
            for subject in variant[list].as_array().expect("a list") {
                let bars = |tag: &&Tag| {
                    tag.name == "rect"
                        && tag.inherited("data-variant") == variant["name"]
                        && tag.inherited("data-lane") == subject["name"]
                        && tag.inherited("class") == format!("lane-of-{kind}")
                };
                let found: Vec<_> = tags
                    .iter()
                    .filter(bars)
                    .map(|tag| [tag.attribute("data-from"), tag.attribute("data-to"), tag.attribute("class")])
                    .collect();
                // What the scenario does not ask to see has no lane.
                if found.is_empty() && kind != "use" {
                    continue;
                }
                let class = |span: &Value| match (&span["state"], &span["needed"]) {
                    (state, _) if state == "paused" => "bar paused".to_string(),
                    (_, needed) if needed == false => "bar idle".to_string(),
                    _ => format!("bar {kind}"),
                };
                let expected: Vec<_> = subject["spans"]
                    .as_array()
                    .expect("spans")
                    .iter()
                    .map(|span| [span["from"].to_string(), span["to"].to_string(), class(span)])
                    .collect();
                assert_eq!(found, expected, "{} of {}", subject["name"], variant["name"]);
            }
        }
    }
}

#[test]
fn the_committed_picture_is_what_the_command_draws() {
    let (spec, scenario) = exynos();
    let (text, _) = drawn(&spec, &scenario);
    let path = root().join("docs/scenarios/exynos5433-audio.svg");
    if std::env::var("SNAPSHOTS").is_ok_and(|mode| mode == "overwrite") {
        fs::write(&path, &text).expect("writes");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "docs/scenarios/exynos5433-audio.svg is not current; SNAPSHOTS=overwrite writes it");
}

#[test]
fn every_piece_of_time_has_its_bar() {
    let (spec, scenario) = exynos();
    let (text, report) = drawn(&spec, &scenario);
    bars_match(&text, &report);
    let lanes: Vec<(String, String)> = tags(&text)
        .iter()
        .filter(|tag| tag.attributes.contains_key("data-lane"))
        .map(|tag| (tag.inherited("data-variant").to_string(), tag.attribute("data-lane").to_string()))
        .collect();
    let shown = ["i2s0 tx", "i2s0", "adma", "cmu_aud", "pd_aud"];
    let expected: Vec<(String, String)> = ["linux", "linkwright"]
        .iter()
        .flat_map(|variant| shown.iter().map(move |lane| (variant.to_string(), lane.to_string())))
        .collect();
    assert_eq!(lanes, expected, "both variants, one above the other, each lane in its place");
    let toy = |name: &str| fixtures().join("simulate").join(name);
    let (text, report) = drawn(&toy("toy.yaml"), &toy("toy-day.yaml"));
    bars_match(&text, &report);
}

#[test]
fn bars_are_where_their_time_is() {
    let (spec, scenario) = exynos();
    let (text, report) = drawn(&spec, &scenario);
    let end = report["end"].as_f64().expect("a number");
    let tags = tags(&text);
    let marks: Vec<&Tag> = tags.iter().filter(|tag| tag.name == "line" && tag.inherited("class") == "axis").collect();
    let x = |tag: &Tag, name: &str| tag.attribute(name).parse::<f64>().expect("a number");
    let (left, right) = (x(marks[0], "x1"), x(marks[marks.len() - 1], "x1"));
    let mut bars = 0;
    for bar in tags.iter().filter(|tag| tag.attribute("class").starts_with("bar ")) {
        let from = bar.attribute("data-from").parse::<f64>().expect("a number");
        let to = bar.attribute("data-to").parse::<f64>().expect("a number");
        let place = |time: f64| left + (right - left) * time / end;
        assert!((x(bar, "x") - place(from)).abs() < 0.02, "{bar:?}");
        let wide = (place(to) - place(from)).max(1.2);
        assert!((x(bar, "width") - wide).abs() < 0.03, "{bar:?}");
        bars += 1;
    }
    assert!(bars > 30, "{bars}");
}

#[test]
fn it_stands_alone_and_suits_light_and_dark() {
    let (spec, scenario) = exynos();
    let (text, _) = drawn(&spec, &scenario);
    for word in ["<script", "<image", "<use", "@import", "@font-face", "href", "http:", "https:", "javascript:"] {
        let allowed = text.replacen("xmlns=\"http://www.w3.org/2000/svg\"", "", 1);
        assert!(!allowed.contains(word), "{word}");
    }
    let fetched: Vec<&str> = text.match_indices("url(").map(|(at, _)| &text[at + 4..at + 5]).collect();
    assert!(!fetched.is_empty() && fetched.iter().all(|first| *first == "#"), "only what is in the picture");
    assert!(text.contains("@media (prefers-color-scheme: dark)") && text.contains("sans-serif"));
    // Every class that is drawn has a colour in both.
    let (light, dark) = text.split_once("@media").expect("both");
    for class in ["ground", "panel", "use", "device", "domain", "idle-ground", "asleep-ground", "off", "inside"] {
        let rule = format!(".{class} {{");
        assert!(light.contains(&rule) && dark.contains(&rule), "{class}");
    }
    let tags = tags(&text);
    assert!(tags.iter().any(|tag| tag.name == "svg" && tag.attribute("role") == "img"));
    assert!(tags.iter().any(|tag| tag.name == "desc") && tags.iter().any(|tag| tag.name == "title"));
}

#[test]
fn what_people_write_cannot_leave_its_place() {
    let toy = |name: &str| fixtures().join("simulate").join(name);
    let folder = TempDir::new().expect("a folder");
    let scenario = folder.path().join("odd.yaml");
    let text = fs::read_to_string(toy("toy-day.yaml"))
        .expect("reads")
        .replace("timeline:", "variants: { v: { title: '\"/><script>alert(1)</script>&amp; ]]> <!--' } }\ntimeline:");
    fs::write(&scenario, text).expect("writes");
    let (text, _) = drawn(&toy("toy.yaml"), &scenario);
    let tags = tags(&text);
    assert!(!tags.iter().any(|tag| tag.name == "script"));
    assert!(text.contains("&quot;/&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp; ]]&gt; &lt;!--"));
}

#[test]
fn a_million_changes_are_as_many_bars_as_there_are_pixels() {
    let toy = |name: &str| fixtures().join("simulate").join(name);
    let folder = TempDir::new().expect("a folder");
    let scenario = folder.path().join("busy.yaml");
    let events: String = (0..900)
        .map(|at| format!("  - {{ at: {at}ms, start: {{ device: sensor, period: 100us, for: 500us }} }}\n"))
        .collect();
    fs::write(&scenario, format!("linkwright: 1\nscenario: busy\nend: 100s\ntimeline:\n{events}")).expect("writes");
    let (text, report) = drawn(&toy("toy.yaml"), &scenario);
    let spans = report["variants"][0]["uses"][0]["spans"].as_array().expect("spans").len();
    assert_eq!(spans, 900);
    let bars = tags(&text).iter().filter(|tag| tag.attribute("class").starts_with("bar ")).count();
    assert!((4..200).contains(&bars), "{bars}");
    assert!(text.contains("0 of 4 500 visits lost ·") && !text.contains("periods lost"), "there is no DMA");
}
