//! "Did you mean …?"

use strsim::damerau_levenshtein;

/// The longest name that is compared; spec names are at most 64 characters.
const LONGEST: usize = 64;

/// The candidate that `unknown` most likely stands for; the first of equals.
///
/// Case and the choice between `-` and `_` do not count, and one edit in three characters is forgiven.
pub fn suggest<'a>(unknown: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if unknown.is_empty() || unknown.len() > LONGEST {
        return None;
    }
    let wanted = fold(unknown);
    let limit = (wanted.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let allowed = best.map_or(limit, |(distance, _)| distance.saturating_sub(1));
        if candidate == unknown
            || candidate.len() > LONGEST
            || candidate.len().abs_diff(unknown.len()) > 4 * allowed + 3
        {
            continue;
        }
        let distance = damerau_levenshtein(&wanted, &fold(candidate));
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
            if distance == 0 {
                break;
            }
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The candidate that `unknown` surely stands for: the only one that is close, and it has the same digits.
///
/// `uart1` is close to `uart0` and yet another thing; a name of two letters is close to too much.
pub(super) fn sole<'a>(unknown: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let all: Vec<&str> = candidates.into_iter().collect();
    let found = suggest(unknown, all.iter().copied())?;
    let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    let same = fold(found) == fold(unknown);
    let length = unknown.chars().count();
    let edits = damerau_levenshtein(&fold(unknown), &fold(found));
    let sure = same || length > 2 && edits <= (length / 5).max(1) && digits(found) == digits(unknown);
    let others = all.iter().copied().filter(|other| *other != found);
    let alone = match same {
        true => others.into_iter().all(|other| fold(other) != fold(found)),
        false => suggest(unknown, others).is_none(),
    };
    (sure && alone).then_some(found)
}

/// "did you mean `…`?", if anything is close.
pub fn did_you_mean<'a>(unknown: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    suggest(unknown, candidates).map(|name| format!("did you mean `{name}`?"))
}

/// "`a`, `b` or `c`"; from the eighth on, "and 12 more".
pub fn one_of<'a>(candidates: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 8;
    let all: Vec<&str> = candidates.into_iter().collect();
    let quoted = |names: &[&str]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    match all.as_slice() {
        [] => "nothing".to_string(),
        [only] => format!("`{only}`"),
        [init @ .., last] if all.len() <= SHOWN => format!("{} or `{last}`", quoted(init)),
        all => format!("{} and {} more", quoted(&all[..SHOWN - 1]), all.len() - (SHOWN - 1)),
    }
}

fn fold(name: &str) -> String {
    name.chars().map(|c| if c == '-' { '_' } else { c.to_ascii_lowercase() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_miss_is_found() {
        let keys = ["access", "offset", "array", "reset"];
        assert_eq!(suggest("acess", keys), Some("access"));
        assert_eq!(suggest("Offset", keys), Some("offset"));
        assert_eq!(suggest("restet", keys), Some("reset"));
        assert_eq!(suggest("colour", keys), None);
        assert_eq!(suggest("", keys), None);
    }

    #[test]
    fn dashes_underscores_and_case_do_not_count() {
        assert_eq!(suggest("power_domains", ["power-domains"]), Some("power-domains"));
        assert_eq!(suggest("DBGCMD", ["dbgcmd", "DBGCMDS"]), Some("dbgcmd"));
    }

    #[test]
    fn the_nearest_wins_and_the_first_of_equals() {
        assert_eq!(suggest("uart", ["uart10", "uart1", "uart0"]), Some("uart1"));
    }

    #[test]
    fn one_right_answer_is_close_alone_and_has_the_same_digits() {
        assert_eq!(sole("acess", ["access", "offset"]), Some("access"));
        assert_eq!(sole("power_domains", ["power-domains", "power-domain"]), Some("power-domains"));
        assert_eq!(sole("uart2", ["uart1", "spi"]), None);
        assert_eq!(sole("uatr1", ["uart1", "uart2"]), Some("uart1"));
        assert_eq!(sole("cat", ["car", "cab"]), None);
        assert_eq!(sole("tz", ["tx"]), None);
        assert_eq!(sole("generic-power-domain", ["exynos-power-domain"]), None);
    }

    #[test]
    fn hostile_names_cost_nothing() {
        let long = "x".repeat(1 << 20);
        assert_eq!(suggest(&long, ["x"]), None);
        assert_eq!(suggest("x", [long.as_str()]), None);
    }

    #[test]
    fn lists_read_as_a_sentence() {
        assert_eq!(one_of(["a"]), "`a`");
        assert_eq!(one_of(["a", "b", "c"]), "`a`, `b` or `c`");
        let many: Vec<String> = (0..20).map(|n| n.to_string()).collect();
        assert_eq!(one_of(many.iter().map(String::as_str)), "`0`, `1`, `2`, `3`, `4`, `5`, `6` and 13 more");
    }
}
