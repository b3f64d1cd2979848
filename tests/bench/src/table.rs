use std::fmt::Write;

/// Text in columns: the first to the left, numbers to the right, the last as it is.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(ToString::to_string).collect()] }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub(crate) fn print(&self, out: &mut String) {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |c: usize| self.rows.iter().filter_map(|r| r.get(c)).map(|cell| cell.chars().count()).max();
        let widths: Vec<usize> = (0..columns).map(|c| width(c).unwrap_or(0)).collect();
        for (i, row) in self.rows.iter().enumerate() {
            let mut line = String::new();
            for (c, cell) in row.iter().enumerate() {
                let width = widths[c];
                let _ = match c {
                    0 => write!(line, "  {cell:width$}"),
                    _ if c + 1 == columns => write!(line, "  {cell}"),
                    _ => write!(line, "  {cell:>width$}"),
                };
            }
            out.push_str(line.trim_end());
            out.push('\n');
            if i == 0 {
                let rule: usize = widths.iter().map(|w| w + 2).sum();
                let _ = writeln!(out, "  {}", "-".repeat(rule - 2));
            }
        }
    }
}

/// A number with a comma after each thousand.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1_048_579].map(thousands), ["0", "999", "1,000", "1,048,579"]);
    }

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(&["a", "n", "note"]);
        table.row(vec!["longer".into(), "12".into(), "x".into()]);
        let mut out = String::new();
        table.print(&mut out);
        assert_eq!(out, "  a        n  note\n  ----------------\n  longer  12  x\n");
    }
}
