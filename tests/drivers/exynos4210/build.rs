//! The chip, from its spec.

fn main() {
    linkwright_codegen::Build::new()
        .soc("exynos4210")
        .external("pl330")
        .external("samsung-spi")
        .external("samsung-uart")
        .generate();
}
