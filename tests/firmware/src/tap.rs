//! Reads a report in the Test Anything Protocol.

/// Most bytes of a stack that were ever in use, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stack {
    pub(crate) used: u32,
    pub(crate) size: u32,
}

impl Stack {
    /// One that was used to its end may have been too small.
    pub(crate) fn new(used: u32, size: u32) -> Result<Self, String> {
        if used >= size {
            return Err(format!("all {size} bytes of the stack were in use; it may have overflown"));
        }
        Ok(Self { used, size })
    }

    /// That of the line `# stack USED of SIZE bytes`.
    fn read(report: &[String]) -> Result<Self, String> {
        let line =
            report.iter().rev().find_map(|line| line.strip_prefix("# stack ")).ok_or("the report has no stack")?;
        let numbers = line.strip_suffix(" bytes").and_then(|line| line.split_once(" of "));
        let numbers = numbers.and_then(|(used, size)| Some((used.parse().ok()?, size.parse().ok()?)));
        let (used, size) = numbers.ok_or_else(|| format!("`# stack {line}` is not `# stack USED of SIZE bytes`"))?;
        Self::new(used, size)
    }
}

/// Is the report whole, did every case pass, and was the stack large enough? Gives the sums that it ends with.
pub(crate) fn judge(report: &[String]) -> Result<(String, Stack), String> {
    if let Some(bail) = report.iter().find(|line| line.starts_with("Bail out!")) {
        return Err(bail.clone());
    }
    let plan = report.iter().find_map(|line| line.strip_prefix("1..")).and_then(|count| count.parse::<usize>().ok());
    let plan = plan.ok_or("the report has no plan `1..N`")?;
    let cases = report.iter().filter(|line| line.starts_with("ok ") || line.starts_with("not ok "));
    let mut count = 0;
    for (case, number) in cases.zip(1..) {
        if !case.starts_with(&format!("ok {number} - ")) {
            return Err(format!("case {number} of {plan}: {case}"));
        }
        count = number;
    }
    if plan == 0 || count != plan {
        return Err(format!("{plan} cases were planned and {count} reported"));
    }
    let sums = report.iter().rev().find_map(|line| line.strip_prefix("# cases "));
    let sums = sums.ok_or("the report has no sums")?;
    Ok((format!("cases {sums}"), Stack::read(report)?))
}

#[cfg(test)]
mod tests {
    use super::Stack;

    fn judge(report: &[&str]) -> Result<(String, Stack), String> {
        super::judge(&report.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn whole_reports() {
        assert_eq!(
            judge(&["TAP version 13", "1..1", "ok 1 - a # 3 bytes", "# b", "# cases 1", "# stack 7 of 8 bytes"]),
            Ok(("cases 1".to_string(), Stack { used: 7, size: 8 }))
        );
    }

    #[test]
    fn reports_that_fail() {
        for (report, why) in [
            (&["1..1", "not ok 1 - a", "# cases 1"][..], "not ok 1 - a"),
            (&["1..2", "ok 1 - a", "# cases 1"], "2 cases were planned and 1 reported"),
            (&["1..1", "ok 2 - a", "# cases 1"], "ok 2 - a"),
            (&["1..1", "ok 1 - a"], "no sums"),
            (&["ok 1 - a", "# cases 1"], "no plan"),
            (&["1..0", "# cases 0"], "0 cases"),
            (&["1..1", "ok 1 - a", "Bail out! panicked"], "panicked"),
            (&["1..1", "ok 1 - a", "# cases 1"], "no stack"),
            (&["1..1", "ok 1 - a", "# cases 1", "# stack 8 of 8 bytes"], "all 8 bytes"),
            (&["1..1", "ok 1 - a", "# cases 1", "# stack 8 bytes"], "is not"),
        ] {
            let error = judge(report).expect_err("it fails");
            assert!(error.contains(why), "{error}");
        }
    }
}
