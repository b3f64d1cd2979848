//! Numbers with a unit: `30s`, `12.5 mW`.

#[cfg(feature = "schema")]
use schemars::{Schema, SchemaGenerator};

use super::decode::{At, Cx, Leaf};
#[cfg(feature = "schema")]
use super::describe;
use crate::report::{Diagnostic, one_of};
use crate::yaml::{Node, Value, shorten};

/// Nanoseconds; at most a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(pub u64);

/// Microwatts; at most a megawatt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watts(pub u64);

/// Nanojoules; at most a megajoule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Energy(pub u64);

/// A unit and how many of the smallest one it is.
type Unit = (&'static str, u64);

const HOUR: u64 = 3_600_000_000_000;
const TIME: [Unit; 6] =
    [("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("min", HOUR / 60), ("h", HOUR)];
const POWER: [Unit; 3] = [("uW", 1), ("mW", 1_000), ("W", 1_000_000)];
const ENERGY: [Unit; 4] = [("nJ", 1), ("uJ", 1_000), ("mJ", 1_000_000), ("J", 1_000_000_000)];

/// Why a text is not a quantity.
#[derive(Debug, PartialEq, Eq)]
enum Bad {
    Number,
    NoUnit,
    Unit,
    TooFine,
    TooBig,
}

/// `12.5ms` in the smallest unit.
fn parse(text: &str, units: &[Unit], most: u64) -> Result<u64, Bad> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
    let (number, unit) = (&text[..end], text[end..].trim());
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| {
        let plain: String = part.chars().filter(|c| *c != '_').collect();
        (!plain.is_empty() && !part.starts_with('_')).then_some(plain).filter(|p| p.bytes().all(|b| b.is_ascii_digit()))
    };
    let (whole, fraction) = (digits(whole).ok_or(Bad::Number)?, digits(fraction).ok_or(Bad::Number)?);
    let fraction = fraction.trim_end_matches('0');
    let zero = fraction.is_empty() && whole.bytes().all(|b| b == b'0');
    let scale = match unit {
        "" if zero => 1,
        "" => return Err(Bad::NoUnit),
        unit => units.iter().find(|(name, _)| *name == unit).ok_or(Bad::Unit)?.1,
    };
    let whole: u64 = whole.parse().map_err(|_| Bad::TooBig)?;
    let mut value = whole.checked_mul(scale).filter(|value| *value <= most).ok_or(Bad::TooBig)?;
    let mut place = scale;
    for digit in fraction.bytes() {
        if place % 10 != 0 {
            // A place below the smallest unit.
            return Err(Bad::TooFine);
        }
        place /= 10;
        value += u64::from(digit - b'0') * place;
    }
    if value > most { Err(Bad::TooBig) } else { Ok(value) }
}

/// Read a quantity; `what` it is and how it is written.
fn read(node: &Node, at: At<'_>, cx: &mut Cx<'_>, units: &[Unit], most: (u64, &str), form: [&str; 2]) -> Option<u64> {
    let [what, example] = form;
    let text = match &node.value {
        Value::Str(text) => text.clone(),
        Value::Int(_) | Value::Float(_) => cx.spelled(node).to_string(),
        _ => {
            cx.wrong_type(node, at, &format!("{what} such as `{example}`"));
            return None;
        }
    };
    let bad = match parse(&text, units, most.0) {
        Ok(value) => return Some(value),
        Err(bad) => bad,
    };
    let shown = shorten(&text).escape_debug().to_string();
    let title = format!("`{shown}` is not {what}");
    let (label, help) = match bad {
        Bad::Number => (format!("expected {what}"), format!("write a number and its unit, as in `{example}`")),
        Bad::NoUnit => ("has no unit".to_string(), format!("units are {}", one_of(units.iter().map(|unit| unit.0)))),
        Bad::Unit => ("no such unit".to_string(), format!("units are {}", one_of(units.iter().map(|unit| unit.0)))),
        Bad::TooFine => (format!("finer than 1{}", units[0].0), "leave out the last digits".to_string()),
        Bad::TooBig => (format!("more than {}", most.1), String::new()),
    };
    let span = cx.span(node.at);
    if bad == Bad::TooBig {
        cx.fault(node, Diagnostic::error("LW0008", format!("`{shown}` is too much"), span, label));
    } else {
        cx.wrong_form(node, span, title, &label, &help);
    }
    None
}

/// A quantity as a leaf of the format.
macro_rules! quantity {
    ($name:ident, $units:ident, $most:expr, $what:literal, $example:literal) => {
        impl Leaf for $name {
            fn read(node: &Node, at: At<'_>, cx: &mut Cx<'_>) -> Option<Self> {
                read(node, at, cx, &$units, $most, [$what, $example]).map(Self)
            }

            #[cfg(feature = "schema")]
            fn describe(_: &mut SchemaGenerator) -> Schema {
                let units: Vec<&str> = $units.iter().map(|unit| unit.0).collect();
                let form = format!(r"[0-9][0-9_]*(\.[0-9][0-9_]*)? *({})|0", units.join("|"));
                describe::any_of([describe::pattern(&form), describe::schema(serde_json::json!({ "const": 0 }))])
            }
        }
    };
}

quantity!(Duration, TIME, (8_784 * HOUR, "a year"), "a time", "30s");
quantity!(Watts, POWER, (1_000_000_000_000, "a megawatt"), "a power", "30mW");
quantity!(Energy, ENERGY, (1_000_000_000_000_000, "a megajoule"), "an energy", "5uJ");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_exact() {
        let time = |text| parse(text, &TIME, 8_784 * HOUR);
        assert_eq!(time("30s"), Ok(30_000_000_000));
        assert_eq!(time("5.333 ms"), Ok(5_333_000));
        assert_eq!(time("1_000us"), Ok(1_000_000));
        assert_eq!(time("0"), Ok(0));
        assert_eq!(time("0.5h"), Ok(HOUR / 2));
        assert_eq!(time("1.50ns"), Err(Bad::TooFine));
        assert_eq!(time("1.0ns"), Ok(1));
    }

    #[test]
    fn what_is_no_quantity_is_told_apart() {
        let time = |text| parse(text, &TIME, 8_784 * HOUR);
        let bad = [
            ("", Bad::Number),
            ("-1s", Bad::Number),
            ("1.s", Bad::Number),
            (".5s", Bad::Number),
            ("_1s", Bad::Number),
            ("1.2.3s", Bad::Number),
            ("5", Bad::NoUnit),
            ("5 sec", Bad::Unit),
            ("99999999999999999999s", Bad::TooBig),
            ("18446744073709551615h", Bad::TooBig),
            ("9000h", Bad::TooBig),
        ];
        for (text, why) in bad {
            assert_eq!(time(text), Err(why), "{text}");
        }
    }
}
