//! Programs of known good drivers, byte for byte: what the planner makes of the same copy must be no longer, execute
//! no more instructions and use no more bursts.

use golden::{Machine, Tally, request};
use linkwright::dma::plan::{self, CopyRequest};
use linkwright_pl330::Microcode;

const S: u32 = 0x0020_0000;
const D: u32 = 0x0040_0000;

/// The copy, what another planner made of it, and what this one makes.
struct Vector {
    name: &'static str,
    copy: CopyRequest,
    theirs: &'static str,
    ours: &'static str,
}

fn vectors() -> Vec<Vector> {
    vec![
        Vector {
            name: "65536, aligned",
            copy: request(S, D, 65_536, 8),
            theirs: "bc 00 00 00 20 00 bc 02 00 00 40 00 bc 01 f7 c0 3d 00 22 01 20 ff 04 08 38 02 3c 06 13 34 00 00",
            ours: "bc 00 00 00 20 00 bc 02 00 00 40 00 bc 01 f7 c0 3d 00 20 ff 04 08 04 08 38 04 13 34 00 00",
        },
        Vector {
            name: "65537, aligned",
            copy: request(S, D, 65_537, 8),
            theirs: "bc 00 00 00 20 00 bc 02 00 00 40 00 bc 01 f7 c0 3d 00 22 01 20 ff 04 08 38 02 3c 06 \
                     bc 01 01 40 00 00 04 08 13 34 00 00",
            ours: "bc 00 00 00 20 00 bc 02 00 00 40 00 bc 01 f7 c0 3d 00 20 ff 04 08 04 08 38 04 \
                 bc 01 01 40 00 00 04 08 13 34 00 00",
        },
        Vector {
            name: "7, source +1, destination +6",
            copy: request(S + 1, D + 6, 7, 8),
            theirs: "bc 00 01 00 20 00 bc 02 06 00 40 00 bc 01 61 40 18 00 04 08 13 34 00 00",
            ours: "bc 00 01 00 20 00 bc 02 06 00 40 00 bc 01 07 40 18 00 04 08 13 34 00 00",
        },
        Vector {
            name: "1000, both +3",
            copy: request(S + 3, D + 3, 1000, 8),
            theirs: "bc 00 03 00 20 00 bc 02 03 00 40 00 bc 01 41 40 10 00 04 08 bc 01 f7 c0 3d 00 20 06 04 08 38 02 \
                     bc 01 b7 c0 2d 00 04 08 bc 01 21 40 08 00 04 08 13 34 00 00",
            ours: "bc 00 03 00 20 00 bc 02 03 00 40 00 bc 01 f7 c0 3d 00 20 06 04 08 38 02 bc 01 c7 c0 31 00 04 08 \
                 bc 01 21 40 08 00 04 08 13 34 00 00",
        },
        Vector {
            name: "1 MiB + 3, source +1",
            copy: request(S + 1, D, 0x10_0003, 8),
            theirs: "bc 00 01 00 20 00 bc 02 00 00 40 00 bc 01 61 40 18 00 04 08 bc 01 f7 c0 3d 00 22 1e 20 ff 04 08 \
                     38 02 3c 06 20 fe 04 08 38 02 bc 01 e7 c0 39 00 04 08 bc 01 61 40 18 00 08 bc 01 31 40 0c 00 \
                     04 08 13 34 00 00",
            ours: "bc 00 01 00 20 00 bc 02 00 00 40 00 bc 01 07 c0 01 00 04 bc 01 f7 c0 3d 00 22 14 20 c2 04 08 04 08 \
                 38 04 3c 08 04 08 bc 01 e7 c0 39 00 04 08 bc 01 05 40 28 00 04 08 13 34 00 00",
        },
    ]
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("hex")).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(" ")
}

fn run(copy: &CopyRequest, program: &[u8]) -> Tally {
    let source: Vec<u8> = (0..copy.bytes).map(|i| (i ^ i >> 8 ^ i >> 16) as u8).collect();
    let mut machine = Machine::new(copy).with_data(source.clone());
    let tally = machine.run::<Microcode>(program).unwrap_or_else(|f| panic!("{f:?}: {}", hex(program)));
    assert!(machine.destination() == source);
    tally
}

#[test]
fn no_vector_is_worse() {
    println!("{:<30} {:>5} {:>9} {:>7} {:>7} {:>9}", "copy", "bytes", "instr", "loads", "stores", "bus tx");
    for v in vectors() {
        let theirs = bytes(v.theirs);
        let mut out = [0; 256];
        let plan = plan::copy::<Microcode>(&v.copy, &mut out).expect(v.name);
        let ours = &out[..plan.len.into()];
        let (a, b) = (run(&v.copy, &theirs), run(&v.copy, ours));
        println!("{:<30} {:>5} {a} {:>9}", v.name, theirs.len(), a.bus_bursts);
        println!("{:>30} {:>5} {b} {:>9}  {}", "here", ours.len(), b.bus_bursts, hex(ours));
        assert_eq!((b.instructions, b.loads), (plan.instructions.into(), plan.loads.into()), "{}", v.name);
        assert!(ours.len() <= theirs.len(), "{}: longer", v.name);
        assert!(b.instructions <= a.instructions, "{}: more instructions", v.name);
        assert!(b.loads <= a.loads && b.stores <= a.stores, "{}: more bursts", v.name);
        assert!(b.bus_bursts <= a.bus_bursts, "{}: more bursts on the bus", v.name);
        assert_eq!(hex(ours), hex(&bytes(v.ours)), "{}", v.name);
    }
}
