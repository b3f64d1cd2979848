//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

#[derive(Parser)]
#[command(
    name = "linkwright",
    version,
    about = "Typed drivers, device topology and DMA microcode from descriptions of hardware",
    long_about = "Typed drivers, device topology and DMA microcode from descriptions of hardware.\n\n\
        A spec is a YAML file that describes a kind of resource (subsystem), a hardware block (ip) or a chip or board \
        (soc). linkwright checks specs and generates Rust crates and reference pages from them.",
    after_help = "Examples:
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
  1  findings
  2  wrong usage, or a file that cannot be read or written",
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", help_heading = "Output")]
    pub(crate) color: Color,

    /// Say nothing but findings and errors
    #[arg(long, short, global = true, help_heading = "Output")]
    pub(crate) quiet: bool,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Even into a file
    Always,
    /// Plain text
    Never,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Generate(Generate),
    Lint(Lint),
    Explain(Explain),
    Schema(Schema),
    Simulate(Simulate),
    Asm(Asm),
    Disasm(Disasm),
}

/// Where specs that others refer to are looked for.
#[derive(Args)]
pub(crate) struct SpecPath {
    /// Look for referred-to specs here first; may be given several times
    ///
    /// Names in a spec (the ip of a device, the subsystem of a reference) are looked up in these directories, then in
    /// `specs/` beside or above the file, then among the specs that linkwright brings along.
    #[arg(long, value_name = "DIR")]
    pub(crate) spec_path: Vec<PathBuf>,
}

/// Generate crates and reference pages from specs
///
/// Every ip and soc becomes a directory of its name under --out: a Rust crate, and a reference in Markdown. Blocks that
/// a soc uses are generated with it. The same specs always give the same bytes. Nothing is written unless all specs are
/// right, and a file appears under its name only when it is complete.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright generate specs/soc/zynq7000.yaml --out generated
      A crate for the chip and one for each block that has registers.
  linkwright generate specs/soc/*.yaml --out generated --check
      Is what is committed what the specs say? Writes nothing; exit code 1 and a list if not.
  linkwright generate specs/ip/pl330.yaml --out /tmp/doc --target markdown --templates my-templates
      Only the reference pages, with templates of your own in place of those of the same name.
  linkwright generate board.yaml --out ../firmware/gen --runtime ../linkwright/runtime
      Crates that depend on the runtime at this path.")]
pub(crate) struct Generate {
    /// Spec files
    #[arg(required = true, value_name = "SPEC")]
    pub(crate) specs: Vec<PathBuf>,

    /// Directory for the generated crates
    #[arg(long, short, value_name = "DIR")]
    pub(crate) out: PathBuf,

    /// Write nothing; say which files are not as they would be generated
    #[arg(long)]
    pub(crate) check: bool,

    /// What to generate; default: everything
    #[arg(long, value_enum, value_delimiter = ',', value_name = "TARGET")]
    pub(crate) target: Vec<Target>,

    /// Directory with templates that replace the built-in ones of the same name
    #[arg(long, value_name = "DIR")]
    pub(crate) templates: Option<PathBuf>,

    /// Where the generated crates find the runtime (crate `linkwright`)
    ///
    /// Default: a directory `runtime` with that crate beside or above --out, else the published crate.
    #[arg(long, value_name = "DIR")]
    pub(crate) runtime: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) path: SpecPath,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// Rust crates
    Rust,
    /// Reference pages
    Markdown,
}

/// Check specs
///
/// Reads the specs and all they refer to, and reports everything that is wrong with them at once: where, why, and what
/// to do. `linkwright explain` tells more about each rule.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright lint specs/soc/zynq7000.yaml
  linkwright lint specs/*/*.yaml --format github
      Annotations in a pull request.
  linkwright lint board.yaml --format json | jq -r '.findings[].rule'")]
pub(crate) struct Lint {
    /// Spec files
    #[arg(required = true, value_name = "SPEC")]
    pub(crate) specs: Vec<PathBuf>,

    /// Let warnings make the exit code 1, too
    #[arg(long)]
    pub(crate) strict: bool,

    /// How to write the findings: for people on stderr, for programs on stdout
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) path: SpecPath,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text with the places in the files
    #[default]
    Human,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
}

/// Explain a rule: what it finds, why that is bad, what to write instead
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright explain
      All rules.
  linkwright explain LW0102
  linkwright explain overlapping-registers
      By id or by name.")]
pub(crate) struct Explain {
    /// Id or name of a rule; without it, a list of all
    #[arg(value_name = "RULE")]
    pub(crate) rule: Option<String>,
}

/// Print the JSON Schema of the spec format
///
/// With it an editor completes and checks specs while you write them.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright schema > linkwright.schema.json

  Then begin a spec with
      # yaml-language-server: $schema=linkwright.schema.json
  for editors with the YAML language server (VS Code, Neovim, Helix, Emacs).")]
pub(crate) struct Schema {}

/// Play what happens to a chip, and show what is on, how long and why
///
/// Builds the device model of the chip (links, runtime PM, power domains, system sleep) without compiling anything, lets
/// its drivers do what the scenario says, on virtual time, and tells for each variant of the scenario how long devices
/// and power domains were on. Exit code 1: a register was used without power, or a DMA period was lost.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright simulate specs/soc/exynos5433.yaml --scenario docs/scenarios/exynos5433-audio.yaml
      The audio block of a phone, as Linux runs it and as links and power guards do.
  linkwright simulate board.yaml --scenario day.yaml --svg day.svg
      The same as a picture.
  linkwright simulate board.yaml --scenario day.yaml --format json | jq '.variants[].domains[].on'")]
pub(crate) struct Simulate {
    /// Spec file of a chip or board
    #[arg(value_name = "SPEC")]
    pub(crate) spec: PathBuf,

    /// What happens; docs/simulate.md says how to write it
    #[arg(long, short, value_name = "FILE")]
    pub(crate) scenario: PathBuf,

    /// Draw it
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,

    /// How to tell the numbers
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: ReportFormat,

    #[command(flatten)]
    pub(crate) path: SpecPath,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Tables
    #[default]
    Human,
    /// One JSON object; times in nanoseconds, energies in nanojoules
    Json,
}

/// Assemble a DMA program
///
/// Mnemonics and encodings come from the spec of the controller. Labels stand before what a loop repeats (`body:`), and
/// a loop end takes the label or the number of bytes to jump back. `;`, `#` and `//` begin a comment, `.byte` gives
/// bytes as they are.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright asm copy.s
      Writes the bytes in hexadecimal.
  linkwright asm copy.s --output copy.bin
      Writes the bytes themselves.
  linkwright asm copy.s --emit listing
      Shows each instruction with its offset and bytes.

A program that copies 2 KiB on a 64-bit bus:
      DMAMOV SAR, 0x00200000
      DMAMOV DAR, 0x00400000
      DMAMOV CCR, 0x003dc0f7    ; 16 beats of 8 bytes on both sides
      DMALP LC0, 16
  body:
      DMALD
      DMAST
      DMALPEND LC0, body
      DMAWMB                    ; the data before the interrupt
      DMASEV E0
      DMAEND")]
pub(crate) struct Asm {
    /// Program text; `-` for standard input
    #[arg(default_value = "-", value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Where to write; default: standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// What to write; default: hex on standard output, binary into a file
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) emit: Option<Emit>,

    #[command(flatten)]
    pub(crate) ip: IpChoice,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    /// Bytes in hexadecimal, sixteen a line
    Hex,
    /// The bytes
    Binary,
    /// Instructions with offset and bytes
    Listing,
    /// A Rust array
    Rust,
}

/// Whose instructions.
#[derive(Args)]
pub(crate) struct IpChoice {
    /// Name of the controller's spec, or a spec file
    #[arg(long, default_value = "pl330", value_name = "IP")]
    pub(crate) ip: String,

    #[command(flatten)]
    pub(crate) path: SpecPath,
}

/// Disassemble a DMA program
///
/// Shows instructions with labels for what loops repeat, the offset and bytes of each, and what a control word sets.
/// Bytes that are no instruction show as `.byte` with the reason. `linkwright asm` reads the output back to the same
/// bytes.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright disasm --hex 'bc 01 f7 c0 3d 00 20 0f 04 08 38 02 00'
  linkwright disasm program.bin
  linkwright disasm dump.txt --ip my-dma.yaml
      Hexadecimal text is recognised; the controller is described in a file.
  linkwright asm copy.s | linkwright disasm")]
pub(crate) struct Disasm {
    /// Program, as bytes or hexadecimal text; `-` for standard input
    #[arg(default_value = "-", value_name = "FILE", conflicts_with = "hex")]
    pub(crate) file: PathBuf,

    /// The program itself in hexadecimal
    #[arg(long, value_name = "BYTES", num_args = 1.., allow_hyphen_values = false)]
    pub(crate) hex: Vec<String>,

    /// How to read the file
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) input: Input,

    #[command(flatten)]
    pub(crate) ip: IpChoice,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Input {
    /// Hexadecimal if it looks like it
    #[default]
    Auto,
    /// Hexadecimal text
    Hex,
    /// Bytes
    Binary,
}
