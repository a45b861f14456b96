//! What is written is read back, by ours and by `osmpbf` alone; damaged bytes give an error.

use super::*;
use proptest::prelude::*;

fn text() -> impl Strategy<Value = Box<str>> {
    prop::sample::select(vec!["highway", "residential", "name", "Triq il-Kbira", "Ħal Għaxaq", "1"])
        .prop_map(Into::into)
}

fn tags() -> impl Strategy<Value = Tags> {
    prop::collection::vec((text(), text()), 0..4)
}

fn member() -> impl Strategy<Value = OsmMember> {
    let kind = prop::sample::select(vec![MemberKind::Node, MemberKind::Way, MemberKind::Relation]);
    (kind, -9_i64..1 << 40, text()).prop_map(|(kind, id, role)| OsmMember { kind, id, role })
}

/// Small maps with ids in order, some far apart, some negative.
fn small_map() -> impl Strategy<Value = OsmMap> {
    let node = (1_i64..1 << 33, -900_000_000..=900_000_000, -1_800_000_000..=1_800_000_000, tags());
    let way = (1_i64..1 << 20, prop::collection::vec(-5_i64..1 << 40, 0..6), tags());
    let relation = (1_i64..1 << 20, prop::collection::vec(member(), 0..5), tags());
    (
        prop::collection::vec(node, 0..20),
        prop::collection::vec(way, 0..10),
        prop::collection::vec(relation, 0..5),
    )
        .prop_map(|(nodes, ways, relations)| {
            let mut id = -7;
            let mut next_id = |step: i64| {
                id += step;
                id
            };
            OsmMap {
                nodes: nodes
                    .into_iter()
                    .map(|(step, lat_e7, lon_e7, tags)| OsmNode {
                        id: next_id(step),
                        lat_e7,
                        lon_e7,
                        tags,
                    })
                    .collect(),
                ways: ways
                    .into_iter()
                    .map(|(step, nodes, tags)| OsmWay { id: next_id(step), nodes, tags })
                    .collect(),
                relations: relations
                    .into_iter()
                    .map(|(step, members, tags)| OsmRelation { id: next_id(step), members, tags })
                    .collect(),
            }
        })
}

fn read_quietly(bytes: &[u8]) -> Result<OsmMap, OsmError> {
    read(bytes, &mut |_| {})
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(map in small_map()) {
        let bytes = write(&map, &WriteOptions::default());
        prop_assert_eq!(read_quietly(&bytes).unwrap(), map);
    }

    #[test]
    fn a_file_cut_anywhere_is_an_error_and_never_a_panic(map in small_map(), cut in 0.0..1.0) {
        let bytes = write(&map, &WriteOptions::default());
        let kept = &bytes[..(bytes.len() as f64 * cut) as usize];
        match read_quietly(kept) {
            // Cut exactly between two blocks, which no reader can tell from a smaller file.
            Ok(part) => prop_assert!(part.nodes.len() <= map.nodes.len()),
            Err(error) => prop_assert!(
                matches!(error, OsmError::Truncated { .. } | OsmError::NotPbf { .. }),
                "{error}"
            ),
        }
    }

    #[test]
    fn flipped_bits_never_cause_a_panic(
        map in small_map(),
        flips in prop::collection::vec((0.0..1.0, 0_u8..8), 1..6),
        unpacked: bool,
    ) {
        let mut bytes = write(&map, &WriteOptions::default());
        if unpacked {
            // Without zlib's checksum the damage reaches the numbers inside.
            bytes = store_unpacked(&bytes);
        }
        let len = bytes.len();
        for (at, bit) in flips {
            bytes[(len as f64 * at) as usize] ^= 1 << bit;
        }
        let _ = read_quietly(&bytes);
    }

    #[test]
    fn noise_is_not_a_pbf(noise in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(read_quietly(&noise).is_err());
    }
}

/// The same file with its blobs stored raw, as the format allows.
pub(crate) fn store_unpacked(bytes: &[u8]) -> Vec<u8> {
    use crate::roads::wire::{Field, Writer, next_field};
    use std::io::Read as _;
    let mut file = Vec::new();
    let mut rest = bytes;
    while let Some((head_len, after)) = rest.split_first_chunk::<4>() {
        let (head, after) = after.split_at(u32::from_be_bytes(*head_len) as usize);
        let mut blob_len = 0;
        let mut kind = &[][..];
        let mut fields = head;
        while let Some((number, field, following)) = next_field(fields) {
            match (number, field) {
                (1, Field::Bytes(value)) => kind = value,
                (3, Field::Number(value)) => blob_len = value as usize,
                _ => {}
            }
            fields = following;
        }
        let (mut blob, following) = after.split_at(blob_len);
        rest = following;
        let mut content = Vec::new();
        while let Some((number, field, remaining)) = next_field(blob) {
            if let (3, Field::Bytes(packed)) = (number, field) {
                flate2::read::ZlibDecoder::new(packed).read_to_end(&mut content).unwrap();
            }
            blob = remaining;
        }
        let mut raw = Writer::new();
        raw.bytes(1, &content);
        let raw = raw.into_bytes();
        let mut head = Writer::new();
        head.bytes(1, kind);
        head.number(3, raw.len() as u64);
        let head = head.into_bytes();
        file.extend((head.len() as u32).to_be_bytes());
        file.extend(head);
        file.extend(raw);
    }
    file
}

fn two_nodes_and_a_way() -> OsmMap {
    let tags: Tags = vec![("highway".into(), "primary".into())];
    OsmMap {
        nodes: vec![
            OsmNode { id: 3, lat_e7: 358_989_011, lon_e7: 145_145_127, tags: vec![] },
            OsmNode { id: 9_000_000_007, lat_e7: -1, lon_e7: 0, tags: tags.clone() },
        ],
        ways: vec![OsmWay { id: 5, nodes: vec![3, 9_000_000_007], tags: tags.clone() }],
        relations: vec![],
    }
}

#[test]
fn another_reader_understands_what_we_write() {
    let options =
        WriteOptions { source: Some("a test".to_owned()), data_at_s: Some(1_710_288_000) };
    let bytes = write(&two_nodes_and_a_way(), &options);
    let mut header = None;
    for blob in osmpbf::BlobReader::new(&bytes[..]) {
        if let osmpbf::BlobDecode::OsmHeader(found) = blob.unwrap().decode().unwrap() {
            header = Some(found);
        }
    }
    let header = header.unwrap();
    assert_eq!(header.source(), Some("a test"));
    assert_eq!(header.osmosis_replication_timestamp(), Some(1_710_288_000));
    assert_eq!(read_data_at_s(&bytes).unwrap(), Some(1_710_288_000));
    assert!((header.bbox().unwrap().top - 35.898_901_1).abs() < 1e-9);

    let mut seen = Vec::new();
    osmpbf::ElementReader::new(&bytes[..])
        .for_each(|element| match element {
            osmpbf::Element::DenseNode(node) => {
                seen.push(format!("{} {} {}", node.id(), node.decimicro_lat(), node.tags().len()));
            }
            osmpbf::Element::Way(way) => seen.push(format!(
                "{} {:?} {:?}",
                way.id(),
                way.refs().collect::<Vec<_>>(),
                way.tags().collect::<Vec<_>>()
            )),
            _ => seen.push("unexpected".to_owned()),
        })
        .unwrap();
    assert_eq!(
        seen,
        ["3 358989011 0", "9000000007 -1 1", r#"5 [3, 9000000007] [("highway", "primary")]"#]
    );
}

#[test]
fn other_formats_are_named() {
    let guess = |bytes: &[u8]| match read_quietly(bytes) {
        Err(OsmError::NotPbf { guess }) => guess,
        other => panic!("{other:?}"),
    };
    assert!(guess(b"").contains("empty"));
    assert!(guess(b"<?xml version='1.0'?><osm></osm>").contains("XML"));
    assert!(guess(b"\x1F\x8B\x08\x00").contains("compressed"));
    assert!(guess(b"{\"type\":\"FeatureCollection\"}").contains("JSON"));
    assert!(guess(&[0; 100]).contains("OSMHeader"));
    assert!(guess(b"ab").contains("OSMHeader"));
}

#[test]
fn absurd_lengths_are_refused_before_anything_is_allocated() {
    let bytes = write(&two_nodes_and_a_way(), &WriteOptions::default());
    // A second block that claims a head of 4 GiB, and one that claims a blob of 2 GiB.
    let mut long_head = bytes.clone();
    long_head.extend([0xFF; 8]);
    assert!(matches!(read_quietly(&long_head), Err(OsmError::Damaged { .. })));
    let mut long_blob = bytes;
    let head = b"\x0A\x07OSMData\x18\xFF\xFF\xFF\xFF\x07";
    long_blob.extend((head.len() as u32).to_be_bytes());
    long_blob.extend(head);
    assert!(matches!(read_quietly(&long_blob), Err(OsmError::Damaged { .. })));
}

#[test]
fn a_file_that_unpacks_to_an_absurd_size_is_refused() {
    // Millions of equal nodes pack to almost nothing.
    let node = OsmNode { id: 1, lat_e7: 0, lon_e7: 0, tags: vec![] };
    let bytes = write(
        &OsmMap { nodes: vec![node; 2_500_000], ..OsmMap::default() },
        &WriteOptions::default(),
    );
    assert!(
        matches!(read_quietly(&bytes), Err(OsmError::Damaged { what, .. }) if what.contains("absurd"))
    );
}

#[test]
fn progress_ends_at_the_length_of_the_file() {
    let bytes = write(&two_nodes_and_a_way(), &WriteOptions::default());
    let mut last = 0;
    read(&bytes, &mut |progress| {
        assert!(progress.bytes_done >= last);
        last = progress.bytes_done;
    })
    .unwrap();
    assert_eq!(last, bytes.len() as u64);
}
