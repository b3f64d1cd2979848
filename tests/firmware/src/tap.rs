//! Reads a report in the Test Anything Protocol.

/// Is the report whole, and did every case pass? Gives the sums that it ends with.
pub(crate) fn judge(report: &[String]) -> Result<String, String> {
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
    sums.map(|sums| format!("cases {sums}")).ok_or_else(|| "the report has no sums".to_string())
}

#[cfg(test)]
mod tests {
    fn judge(report: &[&str]) -> Result<String, String> {
        super::judge(&report.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn whole_reports() {
        assert_eq!(
            judge(&["TAP version 13", "1..2", "ok 1 - a # 3 bytes", "# b", "ok 2 - c", "# cases 2"]).as_deref(),
            Ok("cases 2")
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
        ] {
            let error = judge(report).expect_err("it fails");
            assert!(error.contains(why), "{error}");
        }
    }
}
