//! Lines of words, and tables of numbers in them.

use super::InstanceError;

/// A line that is not empty.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    /// In the text, from 1.
    pub number: usize,
    pub words: Vec<&'a str>,
}

pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines()
        .enumerate()
        .map(|(at, line)| Line { number: at + 1, words: line.split_whitespace().collect() })
        .filter(|line| !line.words.is_empty())
}

/// A line with as many numbers as it must have, all below a million so that they can be scaled.
pub(super) fn row<const N: usize>(line: &Line<'_>) -> Result<[f64; N], InstanceError> {
    if line.words.len() != N {
        let (found, expected) = (line.words.len(), N);
        return Err(InstanceError::Columns { line: line.number, found, expected });
    }
    let mut row = [0.0; N];
    for (column, word) in line.words.iter().enumerate() {
        row[column] = word
            .parse()
            .ok()
            .filter(|value: &f64| value.is_finite() && value.abs() < 1e6)
            .ok_or(InstanceError::Number { line: line.number, column: column + 1 })?;
    }
    Ok(row)
}

/// Rows that are numbered in order, beginning with `first`.
pub(super) fn table<const N: usize>(
    lines: &[Line<'_>],
    first: usize,
) -> Result<Vec<[f64; N]>, InstanceError> {
    let mut rows = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let row = row::<N>(line)?;
        let expected = first + at;
        if row[0].to_bits() != (expected as f64).to_bits() {
            return Err(InstanceError::Order { line: line.number, expected });
        }
        rows.push(row);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<[f64; 2]>, InstanceError> {
        table(&lines(text).collect::<Vec<_>>(), 1)
    }

    #[test]
    fn a_table_is_numbered_in_order_and_complete() {
        assert_eq!(read("1 5.5\r\n\r\n 2\t-7\n").unwrap(), [[1.0, 5.5], [2.0, -7.0]]);
        assert_eq!(read("1 5\n\n3 7"), Err(InstanceError::Order { line: 3, expected: 2 }));
        assert_eq!(read("1"), Err(InstanceError::Columns { line: 1, found: 1, expected: 2 }));
        assert_eq!(read("1 NaN"), Err(InstanceError::Number { line: 1, column: 2 }));
        assert_eq!(read("1 1e9"), Err(InstanceError::Number { line: 1, column: 2 }));
    }
}
