//! Who asks for DMA at the chip's own UART is told at once that there is none, why, and what to do.

use linkwright_codegen::Build;

#[test]
fn dma_for_the_uart_is_an_error_that_says_why_there_is_none() {
    let out = std::env::temp_dir().join(format!("no-requests-{}", std::process::id()));
    let spec = "tests/specs/uart-with-dma.yaml";
    let error = Build::new().spec(spec).external("pl330").out_dir(&out).try_generate().expect_err("there are none");
    assert!(!out.exists(), "nothing is generated");
    let report = error.to_string();
    let said = [
        // Where, and who else has to do with it.
        "error[LW0402]: `cadence-uart` has no `dmas`\n  --> tests/specs/uart-with-dma.yaml:6:5",
        "    dmas: { tx: dmac_s/0, rx: dmac_s/1 }\n   |     ^^^^ `uart0` has none",
        "soc/zynq7000.yaml:",
        "dmac_s:\n   |   ------ `dmac_s` cannot give them",
        "ip/cadence-uart.yaml:",
        "dmas:\n   |   ---- says why",
        // Why.
        "= note: This UART makes no DMA requests. On a Zynq-7000 all request lines of the DMA controller lead to the \
         programmable logic",
        // What to do.
        "= help: Let the processor move the bytes",
        "= help: remove `dmas` from `uart0`",
        "1 error in 1 file",
    ];
    for text in said {
        assert!(report.contains(text), "`{text}` is not in\n{report}");
    }
}
