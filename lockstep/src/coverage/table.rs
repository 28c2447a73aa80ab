//! The report for people: operation × status, what was seen of each operation, and what is wrong.

use super::report::{Apart, OperationCoverage, Report};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Formatter};

impl fmt::Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.statuses(f)?;
        self.operations.iter().try_for_each(|one| operation(one, f))?;
        for (what, apart) in [
            ("foreign", &self.foreign),
            ("unanswered", &self.unanswered),
            ("incomplete", &self.incomplete),
        ] {
            self::apart(what, apart, f)?;
        }
        self.findings(f)
    }
}

impl Report {
    /// The table operation × status.
    fn statuses(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut columns: BTreeSet<String> = BTreeSet::new();
        for one in &self.operations {
            columns.extend(one.statuses.keys().cloned());
            columns.extend(one.undocumented.keys().map(u16::to_string));
        }
        let width = self
            .operations
            .iter()
            .map(|one| one.operation.len())
            .max()
            .unwrap_or_default();
        let waived = self.waived.iter().map(|one| (&*one.cell.operation, &*one.cell.cell));
        let waived: BTreeSet<(&str, &str)> = waived.collect();
        write!(f, "{:width$}", "operation", width = width.max(9))?;
        columns
            .iter()
            .try_for_each(|status| write!(f, " {status:>width$}", width = column(status)))?;
        writeln!(f)?;
        for one in &self.operations {
            write!(f, "{:width$}", one.operation, width = width.max(9))?;
            for status in &columns {
                let is_waived = waived.contains(&(one.operation.as_str(), status.as_str()));
                write!(f, " {:>width$}", entry(one, status, is_waived), width = column(status))?;
            }
            writeln!(f)?;
        }
        writeln!(f, "– never seen, w waived, ! not documented")
    }

    fn findings(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !self.contradictions.is_empty() {
            writeln!(f, "\nanswers that contradict {}:", self.contract)?;
        }
        for one in &self.contradictions {
            let (operation, status, code) = (&one.operation, one.status, one.code);
            writeln!(
                f,
                "  {operation} {status} {}: {} [{code}]",
                times(one.count),
                one.message
            )?;
            writeln!(f, "    first at {}", one.first)?;
        }
        if !self.missing.is_empty() {
            writeln!(f, "\nnever seen:")?;
        }
        for one in &self.missing {
            writeln!(f, "  {} {}", one.operation, one.cell)?;
        }
        if !self.needless.is_empty() {
            writeln!(f, "\nneedless waivers:")?;
        }
        for one in &self.needless {
            writeln!(
                f,
                "  {}: {} {}: {}",
                one.place, one.cell.operation, one.cell.cell, one.why
            )?;
        }
        Ok(())
    }
}

fn entry(one: &OperationCoverage, status: &str, is_waived: bool) -> String {
    let undocumented = || one.undocumented.iter().find(|(code, _)| code.to_string() == status);
    match one.statuses.get(status) {
        Some(0) if is_waived => "w".to_owned(),
        Some(0) => "–".to_owned(),
        Some(count) => count.to_string(),
        None => undocumented().map(|(_, count)| format!("{count}!")).unwrap_or_default(),
    }
}

/// How wide the column of a status is.
fn column(status: &str) -> usize {
    status.len().max(5)
}

/// What was seen of an operation besides its statuses.
fn operation(one: &OperationCoverage, f: &mut Formatter<'_>) -> fmt::Result {
    writeln!(f, "\n{}  {} {}", one.operation, one.method, one.path)?;
    counts("media types", &one.media_types, f)?;
    counts("optional headers", &one.optional_headers, f)?;
    counts("security", &one.security, f)?;
    if one.constraints.is_empty() {
        return Ok(());
    }
    let width = one
        .constraints
        .keys()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or_default();
    writeln!(f, "  {:width$} accepted rejected", "constraints", width = width.max(11))?;
    for (name, sides) in &one.constraints {
        let [accepted, rejected] = [sides.accepted, sides.rejected].map(seen);
        writeln!(f, "  {name:width$} {accepted:>8} {rejected:>8}", width = width.max(11))?;
    }
    Ok(())
}

fn counts(what: &str, counts: &BTreeMap<String, u64>, f: &mut Formatter<'_>) -> fmt::Result {
    let counted: Vec<_> = counts
        .iter()
        .map(|(name, count)| format!("{name} {}", times(*count)))
        .collect();
    if counted.is_empty() {
        return Ok(());
    }
    writeln!(f, "  {what}: {}", counted.join(", "))
}

fn apart(what: &str, apart: &Apart, f: &mut Formatter<'_>) -> fmt::Result {
    if apart.count == 0 {
        return Ok(());
    }
    let more = if apart.count > apart.first.len() as u64 {
        ", …"
    } else {
        ""
    };
    writeln!(f, "\n{what} {}: {}{more}", times(apart.count), apart.first.join(", "))
}

fn seen(count: u64) -> String {
    if count == 0 {
        "–".to_owned()
    } else {
        count.to_string()
    }
}

fn times(count: u64) -> String {
    if count == 0 {
        "never".to_owned()
    } else {
        format!("×{count}")
    }
}
