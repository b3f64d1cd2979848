use snapbox::str;
use tempfile::TempDir;

use crate::linkwright;

const COPY: &str = "
    DMAMOV CCR, 0x003dc0f7
    DMALP LC0, 16
body:
    DMALD
    DMAST
    DMALPEND LC0, body
    DMAWMB
    DMASEV E0
    DMAEND
";

#[test]
fn a_program_becomes_hexadecimal_on_standard_output() {
    let expected = "bc 01 f7 c0 3d 00 20 0f 04 08 38 02 13 34 00 00\n";
    linkwright().arg("asm").stdin(COPY).assert().success().stderr_eq("").stdout_eq(expected);
}

#[test]
fn a_program_becomes_bytes_in_a_file() {
    let folder = TempDir::new().expect("a folder");
    let run = |args: &[&str]| linkwright().current_dir(folder.path()).args(args);
    let said = "8 statements, 16 bytes: copy.bin\n";
    run(&["asm", "--output", "copy.bin"]).stdin(COPY).assert().success().stdout_eq("").stderr_eq(said);
    let written = std::fs::read(folder.path().join("copy.bin")).expect("it is written");
    assert_eq!(written, b"\xbc\x01\xf7\xc0\x3d\0\x20\x0f\x04\x08\x38\x02\x13\x34\0\0");
    run(&["disasm", "copy.bin"]).assert().success().stderr_eq("").stdout_eq(str![[r#"
    DMAMOV CCR, 0x003dc0f7              ; 0000: bc 01 f7 c0 3d 00  src_inc=Incrementing src_burst_size=Bytes8 src_burst_len=15 dst_inc=Incrementing dst_burst_size=Bytes8 dst_burst_len=15
    DMALP LC0, 16                       ; 0006: 20 0f
L0:
    DMALD                               ; 0008: 04
    DMAST                               ; 0009: 08
    DMALPEND LC0, L0                    ; 000a: 38 02
    DMAWMB                              ; 000c: 13
    DMASEV E0                           ; 000d: 34 00
    DMAEND                              ; 000f: 00

"#]]);
}

#[test]
fn a_program_becomes_rust() {
    linkwright().args(["asm", "--emit", "rust"]).stdin(COPY).assert().success().stdout_eq(str![[r#"
[u8; 16] = [
    0xbc, 0x01, 0xf7, 0xc0, 0x3d, 0x00, 0x20, 0x0f, 0x04, 0x08, 0x38, 0x02, 0x13, 0x34, 0x00, 0x00,
];

"#]]);
}

#[test]
fn what_the_disassembler_writes_the_assembler_reads() {
    let listing = linkwright().args(["asm", "--emit", "listing"]).stdin(COPY).assert().success();
    let listing = listing.get_output().stdout.clone();
    let hex = linkwright().arg("asm").stdin(COPY).assert().success().get_output().stdout.clone();
    linkwright().arg("asm").stdin(listing.clone()).assert().success().stdout_eq(hex.clone());
    linkwright().arg("disasm").stdin(hex).assert().success().stdout_eq(listing);
}

#[test]
fn mistakes_in_a_program_have_places_and_advice() {
    let program = "DMALPX LC0, 16\nDMAMOV CRC, 1\nDMALPEND LC0, bdy\nbody: DMASEV 3\nDMALP LC0, 257";
    linkwright().arg("asm").stdin(program).assert().code(1).stdout_eq("").stderr_eq(str![[r#"
error[LW0901]: unknown instruction `DMALPX`
 --> <stdin>:1:1
  |
1 | DMALPX LC0, 16
  | ^^^^^^ not in this instruction set
  |
  = help: did you mean `DMALP`?

error[LW0902]: `CRC` is no register
 --> <stdin>:2:8
  |
2 | DMAMOV CRC, 1
  |        ^^^ expected `SAR`, `CCR` or `DAR`
  |
  = help: did you mean `CCR`?
  = help: the form is `DMAMOV {register}, {immediate}`

error[LW0904]: unknown label `bdy`
 --> <stdin>:3:15
  |
3 | DMALPEND LC0, bdy
  |               ^^^ marked nowhere
  |
  = help: did you mean `body`?

error[LW0902]: `E` is missing
 --> <stdin>:4:14
  |
4 | body: DMASEV 3
  |              ^ expected here
  |
  = help: the form is `DMASEV E{event}`

error[LW0903]: iterations `257` is out of range
 --> <stdin>:5:12
  |
5 | DMALP LC0, 257
  |            ^^^ 1 to 256
  |
  = help: the form is `DMALP {counter}, {iterations}`

5 errors in 1 file; `linkwright explain LW0901` tells more about a rule

"#]]);
}

#[test]
fn bytes_that_are_no_instruction_are_findings() {
    linkwright().args(["disasm", "--hex", "06 34 01 00 bc 00"]).assert().code(1).stderr_eq("").stdout_eq(str![[r#"
    .byte 0x06                          ; 0000: 06                 undefined instruction
    .byte 0x34, 0x01                    ; 0001: 34 01              DMASEV with an operand it does not allow in byte 1 (bits 0x01)
    DMAEND                              ; 0003: 00
    .byte 0xbc, 0x00                    ; 0004: bc 00              cut off: DMAMOV has 6 bytes

"#]]);
}

#[test]
fn hexadecimal_is_one_word_or_many() {
    let once = linkwright().args(["disasm", "--hex", "0408130000"]).assert().success().get_output().stdout.clone();
    linkwright().args(["disasm", "--hex", "04", "08", "13,", "0x00", "00"]).assert().success().stdout_eq(once);
    linkwright().args(["disasm", "--hex", "4 zz"]).assert().code(1).stdout_eq("").stderr_eq(str![[r#"
error[LW0908]: `zz` is not bytes in hexadecimal
 --> <--hex>:1:3
  |
1 | 4 zz
  |   ^^ two digits a byte
  |
  = help: write bytes as `bc 00 00`, `0xbc, 0x00, 0x00` or `bc0000`

1 error in 1 file; `linkwright explain LW0908` tells more about a rule

"#]]);
}

#[test]
fn another_controller_has_other_instructions() {
    let run = || linkwright().args(["asm", "--ip", "dsp.yaml"]);
    run().stdin("WAIT.L 256\nwait 1").assert().success().stdout_eq("81 ff 80 00\n");
    linkwright().args(["disasm", "--ip", "dsp.yaml", "--hex", "81ff"]).assert().success().stdout_eq(str![[r#"
    wait.l 256                          ; 0000: 81 ff

"#]]);
    run().stdin("DMAEND").assert().code(1).stdout_eq("").stderr_eq(str![[r#"
error[LW0901]: unknown instruction `DMAEND`
 --> <stdin>:1:1
  |
1 | DMAEND
  | ^^^^^^ not in this instruction set
  |
  = note: expected `WAIT` or `WAIT.L`

1 error in 1 file; `linkwright explain LW0901` tells more about a rule

"#]]);
}

#[test]
fn a_block_without_programs_and_one_that_is_unknown_are_told_apart() {
    linkwright().args(["asm", "--ip", "samsung-uart"]).stdin("").assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: `samsung-uart` executes no programs
  help: an ip that does has `instructions` in its spec

"#]]);
    linkwright().args(["asm", "--ip", "pl33"]).stdin("").assert().code(1).stdout_eq("").stderr_eq(str![[r#"
error[LW0012]: there is no ip `pl33`
 --> <command line>:1:1
  |
1 | pl33
  | ^^^^ not found
  |
  = help: did you mean `pl330`?

1 error in 1 file; `linkwright explain LW0012` tells more about a rule

"#]]);
}

#[test]
fn a_program_that_is_not_there_makes_the_exit_code_2() {
    linkwright().args(["asm", "absent.s"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: cannot read absent.s: No such file or directory (os error 2)

"#]]);
    linkwright().arg("asm").stdin(b"\xff\xfe".as_slice()).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: <stdin> is not text: byte 0 is not UTF-8
  help: `linkwright disasm` reads assembled programs

"#]]);
}
