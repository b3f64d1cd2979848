//! Errors of form: all of a file in one run, each at its place.

use linkwright_codegen::front;
use linkwright_codegen::load::{Input, Options};
use linkwright_codegen::report::Diagnostic;

/// Findings of a text, each as `line:column rule title`.
fn findings(text: &str) -> Vec<String> {
    each(text, |_, place, d| format!("{place} {} {}", d.rule, d.title))
}

/// Something of each finding, in the order of the text.
fn each<T>(text: &str, show: impl Fn(&front::Reading, String, &Diagnostic) -> T) -> Vec<T> {
    let input = Input::Text("test.yaml".to_string(), text.to_string());
    let reading = front::read(&[input], &Options::default());
    let sources = &reading.workspace.sources;
    let place = |d: &Diagnostic| sources.place(d.primary.span).trim_start_matches("test.yaml:").to_string();
    reading.diagnostics.sorted().into_iter().map(|d| show(&reading, place(d), d)).collect()
}

#[test]
fn ten_errors_of_form_are_ten_findings_at_their_places() {
    let text = "\
linkwright: 1
ip: bad
compatible: arm,pl330
window: { size: \"0x1000\", wdith: 32 }
registers:
  ONE:
    offset: -4
    acess: ro
    access: readonly
  TWO:
    fields:
      a: { bits: 3:x }
      a: { bits: 3 }
  \"THREE FOUR\": { offset: 010 }
";
    assert_eq!(
        findings(text),
        [
            "3:13 LW0004 `compatible` must be a list",
            "4:17 LW0004 `size` must be a number",
            "4:27 LW0006 unknown key `wdith` in `window`",
            "7:13 LW0008 `offset` cannot be negative",
            "8:5 LW0006 unknown key `acess` in `ONE`",
            "9:13 LW0009 `access` cannot be `readonly`",
            "10:3 LW0005 `TWO` has no `offset`",
            "12:18 LW0010 `3:x` does not name bits",
            "13:7 LW0003 key `a` is given twice",
            "14:3 LW0007 `THREE FOUR` is not a name",
            "14:27 LW0004 `offset` must be a number",
        ]
    );
}

#[test]
fn a_finding_says_what_was_expected_and_what_to_do() {
    let text = "linkwright: 1\nip: x\ndoc: 5\nwindow: { size: 010, widht: 3 }\ncompatible: [on, 2]\n";
    let texts = each(text, |_, _, d| (d.primary.text.clone(), d.help.join("")));
    assert_eq!(
        texts,
        [
            ("expected text, found a number `5`", "put it in quotes"),
            ("expected a number, found text `010`", "a number has no leading zero: it could be octal or decimal"),
            ("no such key", "did you mean `width`?"),
            ("expected text, found a number `2`", "put it in quotes"),
        ]
        .map(|(label, help)| (label.to_string(), help.to_string()))
    );
}

#[test]
fn a_duplicate_key_shows_the_first_one() {
    let text = "linkwright: 1\nip: x\nquirks:\n  a: {}\n  b: {}\n  a: {}\n";
    let places = each(text, |reading, place, d| (place, reading.workspace.sources.place(d.secondary[0].span)));
    assert_eq!(places, [("6:3".to_string(), "test.yaml:4:3".to_string())]);
}

#[test]
fn an_error_behind_an_alias_is_where_the_alias_is_and_shows_the_anchor() {
    let text = "linkwright: 1\nip: x\nparameters:\n  a: { range: 0..1, default: &d many }\n  b: { range: 0..1, default: *d }\n";
    let places = each(text, |reading, place, d| {
        let anchors: Vec<String> = d.secondary.iter().map(|l| reading.workspace.sources.place(l.span)).collect();
        (place, anchors.join(" "))
    });
    let expected = [("4:33", ""), ("5:30", "test.yaml:4:33")];
    assert_eq!(places, expected.map(|(a, b)| (a.to_string(), b.to_string())));
}

#[test]
fn numbers_are_decimal_or_hexadecimal() {
    let numbers = |value: &str| {
        let text = format!("linkwright: 1\nip: x\nparameters: {{ a: {{ range: 0..9, default: {value} }} }}\n");
        findings(&text).iter().map(|f| f.split(' ').nth(1).unwrap_or_default().to_string()).collect::<Vec<_>>()
    };
    for good in ["0", "9", "0x9", "0x0_9"] {
        assert!(numbers(good).is_empty(), "{good}: {:?}", numbers(good));
    }
    for (bad, rule) in [
        ("0o7", "LW0008"),
        ("0b1", "LW0008"),
        ("-1", "LW0008"),
        ("07", "LW0004"),
        ("1.0", "LW0004"),
        ("\"9\"", "LW0004"),
        ("0x1_0000_0000_0000_0000", "LW0004"),
        ("18446744073709551616", "LW0004"),
        ("yes", "LW0004"),
        ("~", "LW0004"),
        ("", "LW0004"),
        ("[1]", "LW0004"),
    ] {
        assert_eq!(numbers(bad), [rule], "{bad}");
    }
}

#[test]
fn words_of_old_yaml_are_not_booleans() {
    let flag = |value: &str| {
        let text = format!("linkwright: 1\nsubsystem: x\nlink: {{ class: hard, runtime_pm: {value} }}\n");
        findings(&text).len()
    };
    assert_eq!([flag("true"), flag("false"), flag("True")], [0; 3]);
    assert_eq!([flag("yes"), flag("on"), flag("off"), flag("n"), flag("1")], [1; 5]);
}

#[test]
fn values_named_like_old_booleans_and_keywords_are_names() {
    let text = "linkwright: 1\nip: 8250\nwindow: { size: 4 }\nregisters:\n  A:\n    offset: 0\n    access: ro\n    fields:\n      \
                type: { bits: 1:0, enum: { On: 0, off: 1, true: 2, 1BIT: 3 } }\n";
    assert_eq!(findings(text), [""; 0]);
}

#[test]
fn bits_are_texts_or_numbers() {
    let bits = |value: &str| {
        let text = format!(
            "linkwright: 1\nip: x\nwindow: {{ size: 4 }}\nregisters: {{ A: {{ offset: 0, fields: {{ a: {{ bits: {value} }} }} }} }}\n"
        );
        findings(&text).len()
    };
    for good in ["3:0", "9", "\"9\"", "'3:0'", "31:31"] {
        assert_eq!(bits(good), 0, "{good}");
    }
    for bad in ["3-0", "3:", ":0", "03:0", "3:0:1", "-1", "1.5", "99999999", "[3, 0]", "", "0x3:0"] {
        assert_eq!(bits(bad), 1, "{bad}");
    }
}

#[test]
fn characters_that_nobody_sees_are_not_text() {
    for bad in ["\\0", "\\x07", "\\r", "\\u202e", "\\u2066"] {
        let text = format!("linkwright: 1\nip: x\ndoc: \"a{bad}b\"\n");
        assert_eq!(findings(&text), ["3:6 LW0010 `doc` has a character that nobody sees"], "{bad}");
    }
    let fine = "linkwright: 1\nip: x\ndoc: \"a\\tb\\nc — */ {{ }} \\\" \\\\ é 🦀\"\n";
    assert_eq!(findings(fine), [""; 0]);
}

#[test]
fn the_kind_of_a_spec_is_asked_for() {
    assert_eq!(findings("linkwright: 1\nipp: x\n"), ["1:1 LW0005 the kind of spec is missing"]);
    assert_eq!(findings("- linkwright\n"), ["1:1 LW0004 a spec must be a mapping"]);
    assert_eq!(findings("linkwright: 2\nip: x\n"), ["1:13 LW0011 version 2 of the format is not supported"]);
    assert_eq!(findings("ip: x\n"), ["1:1 LW0005 `ip` has no `linkwright`"]);
    assert_eq!(findings("linkwright: 1\nip: x\nsoc: y\n"), ["3:1 LW0006 a spec is either `ip` or `soc`"]);
}

#[test]
fn a_broken_entry_is_not_missed_by_who_refers_to_it() {
    // `E` and `A` cannot be read, but they are there.
    let text = "linkwright: 1\nip: x\nwindow: { size: 8 }\nenums: { E: { values: [] } }\nregisters:\n  A: { offset: x }\n  \
                B: { offset: 4, fields: { f: { bits: 0, enum: E } } }\npower: { lost: [A], restore: [A] }\n";
    assert_eq!(findings(text), ["4:23 LW0004 `values` must be a mapping", "6:16 LW0004 `offset` must be a number"]);
}

#[test]
fn more_errors_than_anyone_reads_are_counted() {
    let keys: String = (0..1_500).map(|i| format!("k{i}: 1\n")).collect();
    let all = findings(&format!("linkwright: 1\nip: x\n{keys}"));
    assert_eq!(all.len(), 1_001);
    assert_eq!(all[0], "1:1 LW0002 500 more errors of form in this file");
}

#[test]
fn columns_count_characters_and_lines_end_in_any_way() {
    assert_eq!(findings("linkwright: 1\r\nip: x\r\ndoc: 5\r\n"), ["3:6 LW0004 `doc` must be text"]);
    assert_eq!(findings("linkwright: 1\nip: x\nwindow: { size: é🦀, width: x }\n").last().map(String::as_str), {
        Some("3:28 LW0004 `width` must be a number")
    });
    assert_eq!(findings("\u{feff}linkwright: 1\nip: x\ndoc: 5\n"), ["3:6 LW0004 `doc` must be text"]);
}

#[test]
fn parts_of_a_reference_have_places_of_their_own() {
    let soc = |reference: &str| {
        let text =
            format!("linkwright: 1\nsoc: x\ndevices: {{ a: {{ ip: pl330, clocks: {{ apb_pclk: {reference} }} }} }}\n");
        findings(&text).iter().filter(|f| f.contains("LW00")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(soc("a/01"), ["3:50 LW0008 `01` is not a number"]);
    assert_eq!(soc("'a/b c/0'"), ["3:51 LW0007 `b c` is not a name"]);
    assert_eq!(soc("a//0"), ["3:48 LW0007 `` is not a name"]);
    assert_eq!(soc("/"), ["3:48 LW0007 `` is not a name"]);
    assert_eq!(soc("[a]"), ["3:48 LW0004 `apb_pclk` must be a reference such as `pdma0/16`"]);
}

#[test]
fn a_syntax_error_says_what_is_usually_meant() {
    let helps = |text: &str| each(text, |_, _, d| (d.primary.text.clone(), d.help.join("")));
    for (text, label, help) in [
        ("linkwright: 1\nip: x\nregisters:\n  A:\n  offset: 0\n    access: ro\n", "not expected here", "indented"),
        ("linkwright: 1\nip: x\nregisters:\n\tA: { offset: 0 }\n", "a tab", "blanks"),
        ("linkwright: 1\nip: x\nregisters: { A: { offset: 0 }\n", "opened here", "close it"),
        ("linkwright: 1\nip: x\ndoc: \"x\n", "opened here", "close it"),
        ("linkwright: 1\nip: *x\n", "this alias", "anchor"),
    ] {
        let found = helps(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(found[0].0, label, "{text}");
        assert!(found[0].1.contains(help), "{text}: {found:?}");
    }
}

#[test]
fn a_colon_that_comes_too_late_is_told() {
    for text in ["A { offset: 0 }", "A:{ offset: 0 }"] {
        let text = format!("linkwright: 1\nip: x\nwindow: {{ size: 4 }}\nregisters:\n  {text}\n");
        let found = each(&text, |_, place, d| format!("{place} {} {}", d.rule, d.help.join("")));
        assert_eq!(found, ["5:3 LW0007 a name is followed by a colon and a blank: `NAME: { … }`"]);
    }
}

#[test]
fn values_that_are_almost_numbers_get_help() {
    for (number, help) in [
        ("0x", "hexadecimal digits"),
        ("0xG0", "hexadecimal digits"),
        ("10h", "written `0x1f`"),
        ("Ox10", "the digit 0"),
        ("99999999999999999999999999999999999999999999", "at most 64 bits"),
    ] {
        let text = format!("linkwright: 1\nip: x\nwindow: {{ size: {number} }}\n");
        let found = each(&text, |_, place, d| (place, d.primary.text.clone(), d.help.join("")));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, "3:17");
        assert!(!found[0].1.contains("fraction") && found[0].2.contains(help), "{found:?}");
    }
}

#[test]
fn what_stands_for_a_mapping_is_called_by_its_own_name() {
    let text = "linkwright: 1\nip: x\nenums: { E: { values: { Zero: none } } }\n";
    assert!(findings(text).contains(&"3:31 LW0004 `Zero` must be a number".to_string()), "{:?}", findings(text));
}

#[test]
fn a_list_of_broken_items_is_not_empty() {
    let text = "linkwright: 1\nip: x\ninstructions:\n  max_length: 1\n  set:\n    A: { asm: A, bytes: [\"01\"] }\n";
    assert_eq!(findings(text), ["6:26 LW0010 `01` is not the pattern of a byte"]);
}

#[test]
fn a_window_that_32_bits_cannot_hold_is_rejected() {
    let spec =
        |size: &str| format!("linkwright: 1\nip: x\nwindow: {{ size: {size} }}\nregisters:\n  A: {{ offset: 0 }}\n");
    assert_eq!(findings(&spec("0x100000000")), ["3:17 LW0111 a window of 0x100000000 bytes"]);
    assert_eq!(findings(&spec("0x80000000")), [""; 0]);
}
