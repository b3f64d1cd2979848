//! What operations cost does not depend on how many devices there are, and is small.

use std::process::Command;

fn run(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_cost")).args(args).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The program itself fails if the steps for each edge grow.
#[test]
fn steps_for_each_edge_are_flat_up_to_a_million_links() {
    print!("{}", run(&["scale"]));
}

/// Instructions of a get and put at the end of a chain of four suppliers, by callgrind where there is one.
#[test]
fn get_and_put_on_a_chain_of_four_suppliers() {
    // Four edges: taken, released, checked for idleness.
    assert_eq!(run(&["chain", "100"]).trim(), "12.0 steps for each get and put");
    assert_eq!(run(&["chain", "100", "held"]).trim(), "0.0 steps for each get and put");
    for how in ["cold", "held"] {
        let count = |rounds: &str| instructions(&["chain", rounds, how]);
        let (Some(none), Some(many)) = (count("0"), count("200")) else {
            println!("no valgrind: instructions not counted");
            return;
        };
        println!("get and put, chain of 4 suppliers, {how}: {} instructions", (many - none) / 200);
    }
}

fn instructions(args: &[&str]) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", env!("CARGO_BIN_EXE_cost")])
        .args(args)
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| line.contains("Collected :"))?;
    line.rsplit(' ').next()?.parse().ok()
}
