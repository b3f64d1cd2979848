//! The chip, from its spec.

fn main() {
    linkwright_codegen::Build::new().soc("exynos5433").external("pl330").external("samsung-i2s").generate();
}
