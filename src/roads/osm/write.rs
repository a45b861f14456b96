//! Writes an OpenStreetMap extract in the PBF form, small: dense nodes, steps instead of numbers, one
//! table of texts per block with the frequent ones first, zlib at its best level. No edit history is
//! written, because none is read.
//!
//! <https://wiki.openstreetmap.org/wiki/PBF_Format>

use super::{MemberKind, OsmMap, OsmMember, OsmNode, OsmRelation, OsmWay, Tags};
use crate::roads::wire::{Writer, zigzag};
use flate2::{Compression, write::ZlibEncoder};
use std::collections::HashMap;
use std::io::Write as _;

/// What the head of the file says besides the box around its nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// Where the data comes from, for whoever opens the file.
    pub source: Option<String>,
    /// The state of the data, seconds since 1970.
    pub data_at_s: Option<i64>,
}

/// Elements per block. The convention is 8,000; twice as many share a table of texts here, which makes
/// a small file smaller, and the unpacked block stays far below the 16 MiB of the format.
const BLOCK_LEN: usize = 16_000;

/// The bytes of an extract. Lists that are sorted by id, as the reader gives them, come out smallest.
pub fn write(map: &OsmMap, options: &WriteOptions) -> Vec<u8> {
    let mut file = Vec::new();
    append_blob(&mut file, "OSMHeader", &header_block(map, options));
    for nodes in map.nodes.chunks(BLOCK_LEN) {
        append_blob(&mut file, "OSMData", &node_block(nodes));
    }
    for ways in map.ways.chunks(BLOCK_LEN) {
        append_blob(&mut file, "OSMData", &way_block(ways));
    }
    for relations in map.relations.chunks(BLOCK_LEN) {
        append_blob(&mut file, "OSMData", &relation_block(relations));
    }
    file
}

fn append_blob(file: &mut Vec<u8>, kind: &str, content: &[u8]) {
    const INFALLIBLE: &str = "writing to memory does not fail";
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).expect(INFALLIBLE);
    let packed = encoder.finish().expect(INFALLIBLE);

    let mut blob = Writer::new();
    blob.number(2, content.len() as u64);
    blob.bytes(3, &packed);
    let blob = blob.into_bytes();

    let mut head = Writer::new();
    head.bytes(1, kind.as_bytes());
    head.number(3, blob.len() as u64);
    let head = head.into_bytes();

    file.extend_from_slice(&(head.len() as u32).to_be_bytes());
    file.extend_from_slice(&head);
    file.extend_from_slice(&blob);
}

fn header_block(map: &OsmMap, options: &WriteOptions) -> Vec<u8> {
    let mut block = Writer::new();
    let lats = || map.nodes.iter().map(|node| i64::from(node.lat_e7));
    let lons = || map.nodes.iter().map(|node| i64::from(node.lon_e7));
    if let (Some(left), Some(right), Some(top), Some(bottom)) =
        (lons().min(), lons().max(), lats().max(), lats().min())
    {
        let mut corners = Writer::new();
        for (field, value_e7) in [(1, left), (2, right), (3, top), (4, bottom)] {
            corners.number(field, zigzag(value_e7 * 100));
        }
        block.message(1, corners);
    }
    block.bytes(4, b"OsmSchema-V0.6");
    block.bytes(4, b"DenseNodes");
    block.bytes(5, b"Sort.Type_then_ID");
    block.bytes(16, b"sortie");
    if let Some(source) = &options.source {
        block.bytes(17, source.as_bytes());
    }
    if let Some(data_at_s) = options.data_at_s {
        block.number(32, data_at_s as u64);
    }
    block.into_bytes()
}

/// The texts of one block; the most frequent ones get the shortest numbers, and 0 is no text.
struct Texts<'a> {
    numbers: HashMap<&'a str, u64>,
    table: Writer,
}

impl<'a> Texts<'a> {
    fn of(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for text in texts {
            *counts.entry(text).or_default() += 1;
        }
        let mut by_count: Vec<(&str, usize)> = counts.into_iter().collect();
        by_count.sort_unstable_by(|(text_a, count_a), (text_b, count_b)| {
            count_b.cmp(count_a).then(text_a.cmp(text_b))
        });
        let mut table = Writer::new();
        table.bytes(1, b"");
        for (text, _) in &by_count {
            table.bytes(1, text.as_bytes());
        }
        let numbers = by_count.iter().zip(1..).map(|((text, _), number)| (*text, number)).collect();
        Self { numbers, table }
    }

    fn number(&self, text: &str) -> u64 {
        self.numbers.get(text).copied().unwrap_or(0)
    }

    fn block(self, group: Writer) -> Vec<u8> {
        let mut block = Writer::new();
        block.message(1, self.table);
        block.message(2, group);
        block.into_bytes()
    }

    /// Fields 2 and 3 of ways and relations: keys and values, side by side.
    fn put_tags(&self, element: &mut Writer, tags: &Tags) {
        element.packed(2, tags.iter().map(|(key, _)| self.number(key)));
        element.packed(3, tags.iter().map(|(_, value)| self.number(value)));
    }
}

fn texts_of(tags: &Tags) -> impl Iterator<Item = &str> {
    tags.iter().flat_map(|(key, value)| [&**key, &**value])
}

fn node_block(nodes: &[OsmNode]) -> Vec<u8> {
    let texts = Texts::of(nodes.iter().flat_map(|node| texts_of(&node.tags)));
    let mut dense = Writer::new();
    dense.packed_deltas(1, nodes.iter().map(|node| node.id));
    dense.packed_deltas(8, nodes.iter().map(|node| i64::from(node.lat_e7)));
    dense.packed_deltas(9, nodes.iter().map(|node| i64::from(node.lon_e7)));
    // Key, value, key, value, 0 for each node; nothing at all when no node has a tag.
    if nodes.iter().any(|node| !node.tags.is_empty()) {
        let mut numbers = Vec::new();
        for node in nodes {
            numbers.extend(texts_of(&node.tags).map(|text| texts.number(text)));
            numbers.push(0);
        }
        dense.packed(10, numbers);
    }
    let mut group = Writer::new();
    group.message(2, dense);
    texts.block(group)
}

fn way_block(ways: &[OsmWay]) -> Vec<u8> {
    let texts = Texts::of(ways.iter().flat_map(|way| texts_of(&way.tags)));
    let mut group = Writer::new();
    for way in ways {
        let mut element = Writer::new();
        element.number(1, way.id as u64);
        texts.put_tags(&mut element, &way.tags);
        element.packed_deltas(8, way.nodes.iter().copied());
        group.message(3, element);
    }
    texts.block(group)
}

fn relation_block(relations: &[OsmRelation]) -> Vec<u8> {
    let texts = Texts::of(relations.iter().flat_map(|relation| {
        texts_of(&relation.tags).chain(relation.members.iter().map(|member| &*member.role))
    }));
    let kind = |member: &OsmMember| match member.kind {
        MemberKind::Node => 0,
        MemberKind::Way => 1,
        MemberKind::Relation => 2,
    };
    let mut group = Writer::new();
    for relation in relations {
        let mut element = Writer::new();
        element.number(1, relation.id as u64);
        texts.put_tags(&mut element, &relation.tags);
        element.packed(8, relation.members.iter().map(|member| texts.number(&member.role)));
        element.packed_deltas(9, relation.members.iter().map(|member| member.id));
        element.packed(10, relation.members.iter().map(kind));
        group.message(4, element);
    }
    texts.block(group)
}
