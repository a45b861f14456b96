//! What is written is read again, and what is damaged is refused.

use super::*;
use crate::roads::lists::Lists;
use bytes::Bytes;
use proptest::prelude::*;

fn sample() -> FileWriter {
    let mut lists = Lists::default();
    lists.push([1_u64, 2, 3]);
    lists.push([]);
    lists.push([4]);
    let mut file = FileWriter::default();
    ListsColumn::from(lists).store(&mut file, "numbers");
    ["Triq il-Kbira", "", "Ħamrun"].iter().collect::<Texts>().store(&mut file, "names");
    Column::from(vec![7_i32, -7]).store(&mut file, "pair");
    file.put_json("about", &"a map");
    file
}

fn written(file: &FileWriter) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.write_to(&mut bytes).unwrap();
    bytes
}

type Sample = (Vec<Vec<u64>>, Vec<String>, Vec<i32>, String);

/// Everything of the sample, or the first error.
fn read(bytes: Bytes) -> Result<Sample, FileError> {
    let file = PreparedFile::open(bytes)?;
    let lists: ListsColumn<u64> = ListsColumn::load(&file, "numbers")?;
    let names = Texts::load(&file, "names")?;
    Ok((
        (0..lists.len()).map(|list| lists.of(list).to_vec()).collect(),
        names.iter().map(str::to_owned).collect(),
        file.column("pair")?.to_vec(),
        file.json("about")?,
    ))
}

#[test]
fn what_is_written_is_read_again_wherever_it_lies_in_memory() {
    let bytes = written(&sample());
    let expected = (
        vec![vec![1, 2, 3], vec![], vec![4]],
        vec!["Triq il-Kbira".to_owned(), String::new(), "Ħamrun".to_owned()],
        vec![7, -7],
        "a map".to_owned(),
    );
    for shift in 0..9 {
        let mut shifted = vec![0; shift];
        shifted.extend(&bytes);
        assert_eq!(read(Bytes::from(shifted).slice(shift..)), Ok(expected.clone()));
    }
}

#[test]
fn other_files_and_other_versions_are_told_apart() {
    let open = |bytes: &[u8]| PreparedFile::open(Bytes::copy_from_slice(bytes)).err();
    assert_eq!(open(b""), Some(FileError::NotPrepared));
    assert_eq!(open(b"notes of a meeting about maps"), Some(FileError::NotPrepared));
    let mut newer = written(&sample());
    newer[10] = 99;
    assert_eq!(open(&newer), Some(FileError::OtherVersion { found: 99 }));
    let file = PreparedFile::open(written(&sample()).into()).unwrap();
    let missing = file.column::<u8>("lakes").err();
    assert_eq!(missing, Some(FileError::Missing { section: "lakes".into() }));
    // Items of another size are not silently read as something else.
    assert_eq!(file.column::<u64>("pair").err(), Some(FileError::damaged("pair")));
}

proptest! {
    #[test]
    fn a_damaged_file_is_refused_and_never_read_wrongly(
        at in 0.0..1.0, bit in 0_u8..8, keep in prop::option::of(0.0..1.0),
    ) {
        let whole = written(&sample());
        let expected = read(whole.clone().into()).unwrap();
        let mut bytes = whole;
        let place = (bytes.len() as f64 * at) as usize;
        bytes[place] ^= 1 << bit;
        if let Some(keep) = keep {
            bytes.truncate((bytes.len() as f64 * keep) as usize);
        }
        // Zeroes between sections mean nothing; all else is noticed.
        if let Ok(found) = read(bytes.into()) {
            prop_assert_eq!(found, expected);
        }
    }
}
