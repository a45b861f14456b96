//! The bytes of a CSV file as a table of texts: encoding, separator, headings, rows. What cannot be a table
//! is a fault that names the line and the cure. Knows nothing of jobs.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// Most rows that are read at once, the headings not counted.
pub const ROWS_MAX: usize = 10_000;
pub const COLUMNS_MAX: usize = 100;

/// What parts the cells, in the order in which they are tried.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// So many rows tell which separator it is.
const SAMPLE_LEN: usize = 20;
/// A last row of our own: if it does not come back as it is, an open quote has swallowed it.
const LAST_ROW: &str = "\u{1}the end\u{1}";

/// Beginnings of files that people take for CSV, and what they are.
const OTHER_KINDS: [(&[u8], &str); 9] = [
    (b"PK\x03\x04", "a workbook or an archive"),
    (b"\xD0\xCF\x11\xE0", "an old workbook"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "an image"),
    (b"\xFF\xD8\xFF", "an image"),
    (b"GIF8", "an image"),
    (b"RIFF", "an image or a sound"),
    (b"\x1F\x8B", "a compressed file"),
    (b"{\\rtf", "a text document"),
];

/// Headings, and rows with as many cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub encoding: &'static str,
    pub separator: char,
    pub headings: Vec<String>,
    pub rows: Vec<TableRow>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// As a spreadsheet counts: the headings are in row 1.
    pub row: u32,
    /// Trimmed; as many as there are headings.
    pub cells: Vec<String>,
    /// Whether something stood behind the last column.
    pub has_more: bool,
}

/// Why a file is not a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableFault {
    #[error(
        "the file is empty; choose one with headings in its first row and a job in each row below"
    )]
    Empty,
    #[error("the file is {0} and not CSV; open it in its program and save it as CSV (UTF-8)")]
    OtherKind(&'static str),
    #[error("line {line} has characters that are not {encoding}; save the file as CSV in UTF-8")]
    Damaged { line: usize, encoding: &'static str },
    #[error(
        "line {line} has a NUL character, which no text has; save the file as CSV in UTF-8 and try again"
    )]
    Nul { line: usize },
    #[error(
        "a quote that begins in line {line} is not closed; write \" at its end, or leave it out"
    )]
    OpenQuote { line: usize },
    #[error("the file has more than {ROWS_MAX} rows; part it and import the parts one by one")]
    TooManyRows,
    #[error("the file has more than {COLUMNS_MAX} columns; leave out those that are not needed")]
    TooManyColumns,
}

impl TableFault {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::OtherKind(_) => "not_csv",
            Self::Damaged { .. } => "damaged_text",
            Self::Nul { .. } => "nul_character",
            Self::OpenQuote { .. } => "quote_not_closed",
            Self::TooManyRows => "too_many_rows",
            Self::TooManyColumns => "too_many_columns",
        }
    }

    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Damaged { line, .. } | Self::Nul { line } | Self::OpenQuote { line } => {
                Some(*line)
            }
            _ => None,
        }
    }
}

impl Table {
    pub fn read(bytes: &[u8]) -> Result<Self, TableFault> {
        if let Some((_, kind)) = OTHER_KINDS.iter().find(|(start, _)| bytes.starts_with(start)) {
            return Err(TableFault::OtherKind(kind));
        }
        let (text, encoding) = decoded(bytes)?;
        if let Some(at) = text.find('\0') {
            return Err(TableFault::Nul { line: line_of(&text, at) });
        }
        // Excel may say the separator in a line of its own.
        let first_line = text.split(['\n', '\r']).next().unwrap_or_default();
        let said = first_line.strip_prefix("sep=").and_then(|rest| match rest.as_bytes() {
            [separator] if SEPARATORS.contains(separator) => Some(*separator),
            _ => None,
        });
        let start = if said.is_some() { first_line.len() } else { 0 };
        let separator = said.unwrap_or_else(|| separator_of(&text));
        read_rows(&text, start, separator, encoding)
    }
}

fn decoded(bytes: &[u8]) -> Result<(String, &'static str), TableFault> {
    if let Some((encoding, mark_len)) = Encoding::for_bom(bytes) {
        let (text, is_damaged) = encoding.decode_without_bom_handling(&bytes[mark_len..]);
        let encoding = encoding.name();
        if is_damaged {
            let at = text.find('\u{FFFD}').unwrap_or_default();
            return Err(TableFault::Damaged { line: line_of(&text, at), encoding });
        }
        return Ok((text.into_owned(), encoding));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((text.to_owned(), UTF_8.name())),
        // Has a character for each byte.
        Err(_) => Ok((WINDOWS_1252.decode(bytes).0.into_owned(), WINDOWS_1252.name())),
    }
}

/// From 1.
fn line_of(text: &str, at: usize) -> usize {
    let before = &text.as_bytes()[..at];
    let is_end = |at: usize| match before[at] {
        b'\n' => true,
        b'\r' => text.as_bytes().get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    1 + (0..before.len()).filter(|at| is_end(*at)).count()
}

fn reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
}

/// The one that parts the headings into most columns; of equals the one that most rows agree with.
fn separator_of(text: &str) -> u8 {
    let rating = |separator: u8| {
        let lens: Vec<usize> = reader(text, separator)
            .into_records()
            .take(SAMPLE_LEN)
            .map_while(Result::ok)
            .skip_while(|record| !record.iter().any(has_word))
            .map(|record| record.len())
            .collect();
        let columns = lens.first().copied().unwrap_or_default();
        (columns, lens.iter().filter(|len| **len == columns).count())
    };
    let mut best = (SEPARATORS[0], (1, 0));
    for separator in SEPARATORS {
        let rated = rating(separator);
        if rated.0 > 1 && rated > best.1 {
            best = (separator, rated);
        }
    }
    best.0
}

fn has_word(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}

fn read_rows(
    text: &str,
    start: usize,
    separator: u8,
    encoding: &'static str,
) -> Result<Table, TableFault> {
    let body = format!("{}\n{LAST_ROW}\n", &text[start..]);
    let mut reader = reader(&body, separator);
    let mut headings: Option<Vec<String>> = None;
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    // Begins at 1 where a line that says the separator stands before.
    let mut row = 0;
    loop {
        let (begin, blank_lines) = skip_blank_lines(&body, reader.position().byte() as usize);
        row += blank_lines + 1;
        // Reading from memory does not fail, and the text is UTF-8.
        if !reader.read_record(&mut record).is_ok_and(|has_one| has_one) {
            // The last row was swallowed, and not by the row that was read last: there is none.
            return Err(TableFault::Empty);
        }
        let is_last = record.len() == 1 && &record[0] == LAST_ROW;
        if is_last {
            break;
        }
        if record.iter().any(|cell| cell.contains(LAST_ROW)) {
            return Err(TableFault::OpenQuote {
                line: line_of(text, start + begin.min(text.len())),
            });
        }
        let cells = record.iter().map(|cell| cell.trim().to_owned());
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let Some(headings) = &headings else {
            let mut found: Vec<String> = cells.collect();
            while found.last().is_some_and(String::is_empty) {
                found.pop();
            }
            if !found.iter().any(|heading| has_word(heading)) {
                return Err(TableFault::Empty);
            }
            if found.len() > COLUMNS_MAX {
                return Err(TableFault::TooManyColumns);
            }
            headings = Some(found);
            continue;
        };
        if rows.len() == ROWS_MAX {
            return Err(TableFault::TooManyRows);
        }
        let mut cells: Vec<String> = cells.collect();
        let has_more = cells.iter().skip(headings.len()).any(|cell| !cell.is_empty());
        cells.resize(headings.len(), String::new());
        rows.push(TableRow { row, cells, has_more });
    }
    let headings = headings.ok_or(TableFault::Empty)?;
    Ok(Table { encoding, separator: char::from(separator), headings, rows })
}

/// Where the next row begins, and how many blank lines lie before it: the reader passes over them, and a
/// spreadsheet counts them.
fn skip_blank_lines(text: &str, from: usize) -> (usize, u32) {
    let bytes = text.as_bytes();
    let mut at = from;
    // The second half of the line end of the row before.
    if at > 0 && bytes.get(at - 1) == Some(&b'\r') && bytes.get(at) == Some(&b'\n') {
        at += 1;
    }
    let mut lines = 0;
    loop {
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'\r'), Some(b'\n')) => at += 2,
            (Some(b'\r' | b'\n'), _) => at += 1,
            _ => return (at, lines),
        }
        lines += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Table {
        Table::read(text.as_bytes()).unwrap()
    }

    fn cells(table: &Table) -> Vec<Vec<&str>> {
        table.rows.iter().map(|row| row.cells.iter().map(String::as_str).collect()).collect()
    }

    #[test]
    fn the_separator_is_recognised_also_where_others_stand_in_the_text() {
        for separator in [",", ";", "\t", "|"] {
            let text =
                "name|address|phone\nAna|\"1, Main; Street\"|x\nBen|2|\n".replace('|', separator);
            let table = read(&text);
            assert_eq!(table.separator.to_string(), separator);
            assert_eq!(table.headings, ["name", "address", "phone"]);
            assert_eq!(cells(&table)[1], ["Ben", "2", ""]);
        }
        assert_eq!(read("lat;lon\n35,9;14,5\n").separator, ';');
        assert_eq!(read("sep=;\na,b;c\n1;2\n").headings, ["a,b", "c"]);
        assert_eq!(read("address\nMain Street\n").headings, ["address"]);
    }

    #[test]
    fn the_encoding_is_recognised() {
        let text = "name,city\nJosé,Ħamrun\n";
        let utf16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
            [mark.to_vec(), text.encode_utf16().flat_map(bytes).collect()].concat()
        };
        let written = [
            (text.as_bytes().to_vec(), "UTF-8"),
            ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), "UTF-8"),
            (utf16([0xFF, 0xFE], u16::to_le_bytes), "UTF-16LE"),
            (utf16([0xFE, 0xFF], u16::to_be_bytes), "UTF-16BE"),
        ];
        for (bytes, encoding) in written {
            let table = Table::read(&bytes).unwrap();
            assert_eq!(table.encoding, encoding);
            assert_eq!(table.headings, ["name", "city"]);
            assert_eq!(cells(&table), [["José", "Ħamrun"]]);
        }
        let table = Table::read(b"name,price\nJos\xE9,\x80 5\n").unwrap();
        assert_eq!((table.encoding, cells(&table)), ("windows-1252", vec![vec!["José", "€ 5"]]));
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_does() {
        for end in ["\n", "\r\n", "\r"] {
            let text = "a,b\n1,2\n\n3,\"4\n5\"\n,\n\n\n6,7".replace('\n', end);
            let table = read(&text);
            let rows: Vec<u32> = table.rows.iter().map(|row| row.row).collect();
            assert_eq!(rows, [2, 4, 8], "{end:?}");
        }
        assert_eq!(read("sep=,\na,b\n1,2").rows[0].row, 3);
        assert_eq!(read("\n\na,b\n1,2").rows[0].row, 4);
    }

    #[test]
    fn a_row_that_is_too_short_is_filled_and_one_that_is_too_long_is_marked() {
        let table = read("a,b\n1\n1,2,,\n1,2,3\n");
        assert_eq!(cells(&table), [["1", ""], ["1", "2"], ["1", "2"]]);
        let marked: Vec<bool> = table.rows.iter().map(|row| row.has_more).collect();
        assert_eq!(marked, [false, false, true]);
    }

    #[test]
    fn what_is_no_table_is_told_with_its_line() {
        let fault = |bytes: &[u8]| Table::read(bytes).unwrap_err();
        assert_eq!(fault(b""), TableFault::Empty);
        assert_eq!(fault(b"\n \n;;\n"), TableFault::Empty);
        assert_eq!(fault(b"a,b\n1,2\n3,\"4\n5,6\n"), TableFault::OpenQuote { line: 3 });
        assert_eq!(fault(b"\"a,b\n1,2\n"), TableFault::OpenQuote { line: 1 });
        assert_eq!(fault(b"\n\r\na,b\r\n\"1,2\r\n"), TableFault::OpenQuote { line: 4 });
        assert_eq!(fault(b"a,b\n1,\x002\n"), TableFault::Nul { line: 2 });
        assert_eq!(fault(b"a\0,\0b\0\n\0"), TableFault::Nul { line: 1 });
        assert_eq!(fault(b"\x89PNG\r\n\x1A\n\0"), TableFault::OtherKind("an image"));
        let damaged = TableFault::Damaged { line: 2, encoding: "UTF-8" };
        assert_eq!(fault(b"\xEF\xBB\xBFa,b\n\xFF\n"), damaged);
        let wide = ",x".repeat(COLUMNS_MAX);
        assert_eq!(fault(wide.as_bytes()), TableFault::TooManyColumns);
        let long = "a,b\n".repeat(ROWS_MAX + 2);
        assert_eq!(fault(long.as_bytes()), TableFault::TooManyRows);
        assert_eq!(read(&"a,b\n".repeat(ROWS_MAX + 1)).rows.len(), ROWS_MAX);
    }

    fn written(headings: &[String], rows: &[Vec<String>], separator: u8) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
        writer.write_record(headings).unwrap();
        for row in rows {
            writer.write_record(row).unwrap();
        }
        writer.into_inner().unwrap()
    }

    proptest! {
        #[test]
        fn what_was_written_comes_back(
            (headings, rows) in (2_usize..6).prop_flat_map(|columns| {
                let cell = "[^\\x00-\\x08\\x0B-\\x1F\\x7F]{0,12}";
                (
                    prop::collection::vec("[a-z]{1,8}", columns),
                    prop::collection::vec(prop::collection::vec(cell, columns), 0..8),
                )
            }),
            separator in prop::sample::select(SEPARATORS.to_vec()),
        ) {
            let table = Table::read(&written(&headings, &rows, separator)).unwrap();
            prop_assert_eq!(table.separator, char::from(separator));
            prop_assert_eq!(&table.headings, &headings);
            let wanted: Vec<Vec<&str>> = rows
                .iter()
                .map(|row| row.iter().map(|cell| cell.trim()).collect::<Vec<_>>())
                .filter(|row| row.iter().any(|cell| !cell.is_empty()))
                .collect();
            prop_assert_eq!(cells(&table), wanted);
        }

        #[test]
        fn any_bytes_are_a_table_or_a_fault(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Table::read(&bytes);
        }

        #[test]
        fn any_text_of_the_characters_that_matter_is_a_table_or_a_fault(
            text in "[a1 ,;|\t\"\r\n\u{FEFF}é]{0,60}"
        ) {
            if let Ok(table) = Table::read(text.as_bytes()) {
                for row in &table.rows {
                    prop_assert_eq!(row.cells.len(), table.headings.len());
                }
            }
        }
    }
}
