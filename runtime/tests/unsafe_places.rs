//! The runtime is `unsafe` in these files and in no other. Whoever adds one to the list tells it in ARCHITECTURE.md too.

use std::collections::BTreeSet;
use std::path::Path;

/// Files, by why.
const PLACES: [(&str, &[&str]); 5] = [
    ("registers and the entry to a context", &["context.rs", "mmio/pointer.rs"]),
    (
        "memory that a controller shares",
        &[
            "dma/memory/arena.rs",
            "dma/memory/buffer.rs",
            "dma/memory/fixed.rs",
            "dma/memory/upkeep.rs",
            "dma/memory/view.rs",
            "dma/memory/words.rs",
            "dma/ring/memory.rs",
        ],
    ),
    (
        "types of buffers and handlers that a slot has forgotten",
        &[
            "dma/buffers.rs",
            "dma/flight.rs",
            "dma/link.rs",
            "dma/prepared.rs",
            "dma/progress.rs",
            "dma/segments.rs",
            "dma/slot.rs",
        ],
    ),
    ("a value taken apart; the controller behind the engine", &["dma/done.rs", "dma/dmac.rs"]),
    (
        "traits of hardware facts, their plain implementations, and the window that such a fact maps",
        &["consumer/board.rs", "consumer/example.rs", "consumer/reference.rs", "dma/endpoint.rs", "power.rs"],
    ),
];

/// Does a line of code say it? Attributes and comments only talk about it.
fn says_unsafe(text: &str) -> bool {
    let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    let mut words =
        code.flat_map(|line| line.split(|c: char| !(c.is_alphanumeric() || c == '_')).zip(std::iter::repeat(line)));
    words.any(|(word, line)| word == "unsafe" && !line.trim_start().starts_with('#'))
}

fn find(root: &Path, below: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(below).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            find(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && says_unsafe(&std::fs::read_to_string(&path).expect("a text"))
        {
            let name = path.strip_prefix(root).expect("below the root");
            found.insert(name.to_string_lossy().replace('\\', "/"));
        }
    }
}

#[test]
fn unsafe_is_where_it_may_be_and_nowhere_else() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    find(&root, &root, &mut found);
    let listed: BTreeSet<String> = PLACES.iter().flat_map(|(_, files)| *files).map(ToString::to_string).collect();
    let unlisted: Vec<_> = found.difference(&listed).collect();
    let stale: Vec<_> = listed.difference(&found).collect();
    assert!(unlisted.is_empty(), "`unsafe` in files that are not in the list: {unlisted:?}");
    assert!(stale.is_empty(), "in the list, but not there or not `unsafe`: {stale:?}");
}

#[test]
fn what_says_unsafe() {
    assert!(says_unsafe("let x = 1;\n    unsafe { f(x) }"));
    assert!(says_unsafe("pub unsafe trait Fact {}"));
    assert!(!says_unsafe("#![forbid(unsafe_code)]\n// unsafe\n#[allow(unsafe_code)]\nlet unsafe_place = 1; // unsafe"));
}
