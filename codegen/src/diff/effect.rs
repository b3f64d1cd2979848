//! What a change means for who uses generated code: does what they wrote still compile and hold?

use super::entries::Entry;
use super::{Change, Happened};

/// A change with its effect. `entry`: the new one, or the old one of what is gone.
pub(super) fn judged(what: &'static str, path: String, happened: Happened, entry: &Entry) -> Change {
    let because = match &happened {
        Happened::Removed(_) => match what {
            "quirk" | "value" => "",
            "edge" => "what proves that the supplier is on is gone",
            _ => "it is gone from generated code",
        },
        Happened::Renamed(_) => match what {
            "soc" | "ip" => "the crate has another name",
            _ => "it has another name in generated code",
        },
        Happened::Added(_) => added(what, entry),
        Happened::Changed { fact, old, new } => changed(what, fact, old, new),
    };
    Change { what, path, happened, breaking: !because.is_empty(), because, place: None, was: None }
}

fn added(what: &str, entry: &Entry) -> &'static str {
    match what {
        "consumed" if entry.facts.iter().any(|(fact, value)| *fact == "optional" && value == "no") => {
            "every driver and device has to have it"
        }
        "enum value" | "instruction" => "a `match` has to know it",
        "operand" => "the instruction needs it",
        _ => "",
    }
}

fn changed(what: &str, fact: &str, old: &str, new: &str) -> &'static str {
    let less = || match (old.parse::<u64>(), new.parse::<u64>()) {
        (Ok(old), Ok(new)) => new < old,
        // A bound where there was none, or the other way round.
        (Err(_), Ok(_)) => true,
        _ => false,
    };
    match (what, fact) {
        ("register" | "operand", "width") => "its type is another",
        ("register" | "field", "access") => access(old, new),
        ("register", "reads change something") => "reading is another operation",
        ("register" | "cluster", "elements") if old == "none" || new == "none" => "an array is not a single one",
        ("register" | "cluster", "elements") if less() => "there are fewer",
        ("field", "bits") if width(old) != width(new) => "its type is another",
        ("field" | "operand", "type") => "its type is another",
        ("consumed", "optional") => "its type is another",
        ("consumed", "direction") => "data goes the other way",
        ("provided", "arguments") | ("subsystem", "arguments") => "references have other arguments",
        ("provided", "capacity") if less() => "there are fewer",
        ("provided", "memory to memory") if new == "no" => "it is gone from generated code",
        ("device", "ip") => "it is another block",
        ("device", "enabled") if new == "no" => "its links and proofs are gone",
        ("edge", "supplier") => "what proves that the old supplier is on is gone",
        ("edge" | "subsystem", "runtime PM") if new == "no" => "what proves that the supplier is on is gone",
        ("edge", "post-init") if new == "yes" => "what proves that the supplier is on may be gone",
        ("subsystem", "key") => "specs spell it differently",
        ("subsystem", "held by the driver") => "drivers have another field",
        ("operation", "context") if new == "sleepable" => "it can no longer be called in atomic context",
        ("operation", "power") if new == "active" => "it needs a proof of power",
        ("operation", "arguments" | "returns") => "its signature is another",
        _ => "",
    }
}

/// What can no longer be done.
fn access(old: &str, new: &str) -> &'static str {
    match (old, new) {
        ("ro" | "wo", "rw") => "",
        _ => "what could be done with it cannot be done any more",
    }
}

fn width(bits: &str) -> u32 {
    let number = |text: &str| text.parse::<u32>().unwrap_or(0);
    bits.split_once(':').map_or(1, |(high, low)| number(high).saturating_sub(number(low)) + 1)
}
