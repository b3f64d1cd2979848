//! What the command gives to shells, `man` and terminals.

use std::fs;
use std::process::Command;

use crate::linkwright;

fn out(args: &[&str]) -> String {
    let outcome = linkwright().args(args).assert().success().stderr_eq("");
    String::from_utf8_lossy(&outcome.get_output().stdout).into_owned()
}

#[test]
fn bash_completes_commands_and_options() {
    let script = out(&["completions", "bash"]);
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("linkwright.bash"), script).expect("a file");
    // As bash does when somebody presses tab behind the last word.
    let asked = "source linkwright.bash; COMP_WORDS=(linkwright lint --write); COMP_CWORD=2; \
                 _linkwright linkwright --write lint; echo ${COMPREPLY[@]}; \
                 COMP_WORDS=(linkwright com); COMP_CWORD=1; _linkwright linkwright com linkwright; echo ${COMPREPLY[@]}";
    let output = Command::new("bash").args(["--norc", "-c", asked]).current_dir(folder.path()).output().expect("bash");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "--write-baseline\ncompletions\n");
}

#[test]
fn other_shells_get_scripts_of_their_own() {
    for (shell, mark) in [
        ("zsh", "#compdef linkwright"),
        ("fish", "complete -c linkwright"),
        ("powershell", "Register-ArgumentCompleter -Native -CommandName 'linkwright'"),
        ("elvish", "set edit:completion:arg-completer[linkwright]"),
    ] {
        let script = out(&["completions", shell]);
        assert!(script.contains(mark) && script.contains("write-baseline"), "{shell}");
        // Where the shell is there, it reads its script.
        if let (true, Ok(mut child)) = (
            shell != "elvish",
            Command::new(shell).args(["-n", "/dev/stdin"]).stdin(std::process::Stdio::piped()).spawn(),
        ) {
            use std::io::Write as _;
            let written = child.stdin.take().expect("a pipe").write_all(script.as_bytes());
            assert!(written.is_ok() && child.wait().expect("it ends").success(), "{shell}");
        }
    }
}

#[test]
fn each_command_has_a_manual_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("man1");
    linkwright().args(["man", "--quiet", "--out"]).arg(&path).assert().success().stdout_eq("").stderr_eq("");
    let help = out(&["--help"]);
    let commands = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("commands");
    for command in commands.lines().filter_map(|line| line.split_whitespace().next()) {
        let page = path.join(format!("linkwright-{command}.1"));
        let text = fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
        assert!(text.contains(".SH SYNOPSIS") && text.contains(".TH"), "{command}");
        // Where `man` is there, it shows the page without complaints.
        let shown = Command::new("man").args(["--warnings", "-l"]).arg(&page).env("MANWIDTH", "80").output();
        if let Ok(output) = shown
            && output.status.success()
        {
            let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(complaints.is_empty(), "{command}: {complaints}");
        }
    }
}

#[test]
fn the_version_names_the_format_that_is_read() {
    let version = out(&["--version"]);
    let format =
        version.trim_end().rsplit("(spec format ").next().and_then(|rest| rest.strip_suffix(')')).expect("a number");
    let folder = tempfile::tempdir().expect("a folder");
    let spec = format!("linkwright: {format}\nip: x\n");
    fs::write(folder.path().join("x.yaml"), spec).expect("a file");
    linkwright().current_dir(folder.path()).args(["lint", "x.yaml"]).assert().success();
}

#[test]
fn reports_are_as_wide_as_the_terminal() {
    let widest = |columns: &str| {
        let outcome = linkwright().args(["lint", "wrong.yaml"]).env("COLUMNS", columns).assert().code(1);
        let text = String::from_utf8_lossy(&outcome.get_output().stderr).into_owned();
        // Lines of the spec itself; notes are sentences that the terminal wraps.
        text.lines().filter(|line| line.contains(" | ")).map(|line| line.chars().count()).max().unwrap_or(0)
    };
    assert!(widest("40") <= 60, "{}", widest("40"));
    assert!(widest("40") < widest("200"), "{} {}", widest("40"), widest("200"));
}

#[test]
fn tables_are_as_wide_as_the_terminal() {
    let order = |terminal: bool| {
        let specs = crate::fixtures().join("../../../../specs/soc/exynos5433.yaml");
        let line = format!("{} order {}", env!("CARGO_BIN_EXE_linkwright"), specs.display());
        let mut command = Command::new(if terminal { "script" } else { "sh" });
        match terminal {
            true => command.args(["-qec", &line, "/dev/null"]),
            false => command.args(["-c", &line]),
        };
        let output = command.env("COLUMNS", "70").output().expect("`script` is needed here; Debian: bsdutils");
        String::from_utf8(output.stdout).expect("text").replace('\r', "")
    };
    let (terminal, pipe) = (order(true), order(false));
    let widest = |text: &str| text.lines().map(|line| line.chars().count()).max();
    assert!(widest(&terminal) <= Some(70) && widest(&pipe) > Some(70), "{terminal}");
    let words = |text: &str| text.split_whitespace().map(str::to_string).collect::<Vec<_>>();
    assert_eq!(words(&terminal), words(&pipe));
}

#[test]
fn colours_follow_the_environment() {
    let colored = |set: &[(&str, &str)]| {
        let mut command = linkwright().args(["explain", "LW0102"]);
        for (key, value) in set {
            command = command.env(key, value);
        }
        command.assert().success().get_output().stdout.contains(&0x1b)
    };
    assert!(!colored(&[]));
    assert!(colored(&[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}

/// What `lint` says on a terminal that `script` makes for it, or through a pipe.
fn lint_says(folder: &std::path::Path, options: &str, term: Option<&str>) -> String {
    let line = format!("{} lint {options} .", env!("CARGO_BIN_EXE_linkwright"));
    let mut command = match term {
        Some(_) => Command::new("script"),
        None => Command::new("sh"),
    };
    match term {
        Some(term) => command.args(["-qec", &line, "/dev/null"]).env("TERM", term),
        None => command.args(["-c", &line]),
    };
    let output = command.current_dir(folder).output().expect("`script` is needed here; Debian: bsdutils");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_bar_is_for_who_watches_long_work_on_a_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs/ip/pl330.yaml");
    let spec = fs::read_to_string(spec).expect("readable");
    // Enough for more than the 300 ms in which nothing is shown.
    for number in 0..600 {
        let text = spec.replacen("ip: pl330", &format!("ip: pl330-{number}"), 1);
        fs::write(folder.path().join(format!("pl330-{number}.yaml")), text).expect("a file");
    }
    let bar = "Reading specs [";
    let watched = lint_says(folder.path(), "", Some("xterm"));
    assert!(watched.contains(bar), "{watched:.300}");
    for (options, term) in [("", None), ("--quiet", Some("xterm")), ("", Some("dumb"))] {
        let said = lint_says(folder.path(), options, term);
        assert!(!said.contains(bar), "{options} {term:?}: {said:.300}");
    }
}
