use snapbox::str;

use crate::linkwright;

#[test]
fn the_short_help_fits_a_screen() {
    linkwright().arg("-h").assert().success().stderr_eq("").stdout_eq(str![[r#"
Typed drivers, device topology and DMA microcode from descriptions of hardware

Usage: linkwright [OPTIONS] <COMMAND>

Commands:
  generate     Generate crates and reference pages from specs
  lint         Check specs
  import       Turn descriptions in other formats into specs
  explain      Explain a rule, or why one device comes after another
  graph        Draw who needs whom on a chip or board
  order        Tell in which order devices are probed or go to sleep, and why
  diff         Tell what differs between two specs, in terms of what they say
  schema       Print the JSON Schema of the spec format
  simulate     Play what happens to a chip, and show what is on, how long and why
  asm          Assemble a DMA program
  disasm       Disassemble a DMA program
  completions  Print what a shell needs to complete this command
  man          Write manual pages, one a command

Options:
  -h, --help     Print help (see more with '--help')
  -V, --version  Print version

Output:
      --color <WHEN>  When to use colours [default: auto] [possible values: auto, always, never]
  -q, --quiet         Say nothing but findings and errors
  -v, --verbose       Say also which files count, and what was left out

Examples:
  linkwright lint specs/soc/zynq7000.yaml
      Is this spec right, and all that it refers to?
  linkwright generate specs/soc/zynq7000.yaml --out generated
      Make the crates for it.
  linkwright explain LW0102
      What does this finding mean?
  linkwright disasm --hex '04 08 38 02 13 34 00 00'
      What does this DMA program do?

Exit codes:
  0  nothing wrong, or warnings only
  1  findings, differences (diff, generate --check), or circles (graph, order)
  2  wrong usage, or a file that cannot be read or written

"#]]);
}

#[test]
fn every_command_has_examples_in_its_help() {
    let commands = ["generate", "lint", "explain", "schema", "simulate", "asm", "disasm", "completions", "man"];
    for command in
        commands.into_iter().chain(["graph", "order", "diff", "import", "import dtb", "import dts", "import svd"])
    {
        let help = linkwright().args(command.split(' ')).arg("--help").assert().success();
        let text = String::from_utf8_lossy(&help.get_output().stdout).into_owned();
        assert!(text.contains("\nExamples:\n") && text.contains(&format!("linkwright {command}")), "{command}: {text}");
    }
}

#[test]
fn no_command_is_wrong_usage() {
    linkwright().assert().code(2).stdout_eq("");
}

#[test]
fn a_misspelt_command_is_named() {
    linkwright().arg("lnt").assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: unrecognized subcommand 'lnt'

  tip: a similar subcommand exists: 'lint'

Usage: linkwright [OPTIONS] <COMMAND>

For more information, try '--help'.

"#]]);
}

#[test]
fn the_version_is_told() {
    linkwright().arg("--version").assert().success().stdout_eq("linkwright [..]\n");
}
