//! `show SEED MANNER LENGTH`: print a random scenario and what the model does.
use linkwright::context::host_task;
use linkwright::device::Context;
use oracle::compare::perform;
use oracle::random::{Generator, Manner};
use oracle::verdict::Mode;
use oracle::world::World;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let manner = if args[2] == "wild" { Manner::Wild } else { Manner::Orderly };
    let scenario = Generator::scenario(args[1].parse().expect("seed"), manner, args[3].parse().expect("length"));
    host_task(|task| {
        let cx = Context::sleepable(task);
        let run = World::start(&scenario, Mode::default(), cx);
        for i in 0..scenario.ops.len() {
            println!("{i} {}", serde_json::to_string(&scenario.ops[i]).expect("json"));
            let done = perform(&run, cx, i);
            for event in &done.events {
                println!("      {event}");
            }
            println!("   -> {} {:?}", done.ret, done.skipped);
        }
    });
}
