//! The chip, from its spec.

fn main() {
    linkwright_codegen::Build::new().soc("zynq7000").external("pl330").generate();
}
