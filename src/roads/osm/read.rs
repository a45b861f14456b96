//! Reads an OpenStreetMap extract in the PBF form. It takes what the file says as it stands; what the
//! tags mean, and whether a street map can be made of it, is decided elsewhere.
//!
//! The file is cut into its blobs here, so that a file that is no extract or that ends early is
//! recognised at once and named; `osmpbf` decodes the blobs, several at a time. Bytes may be damaged in
//! any way: the answer is then an error and never a panic, and nothing is allocated on the word of a
//! length field alone.
//!
//! <https://wiki.openstreetmap.org/wiki/PBF_Format>

use super::{MemberKind, OsmMap, OsmMember, OsmNode, OsmRelation, OsmWay, Tags};
use crate::roads::wire::{Field, next_field};
use osmpbf::{BlobDecode, BlobReader, Element, PrimitiveBlock, RelMemberType};
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

/// Why bytes are not an extract.
#[derive(Debug, thiserror::Error)]
pub enum OsmError {
    #[error("the file is not an OpenStreetMap PBF extract ({guess})")]
    NotPbf { guess: &'static str },
    #[error("the file ends early: {expected} bytes were announced and {found} are there")]
    Truncated { expected: u64, found: u64 },
    #[error("the file is damaged near byte {at}: {what}")]
    Damaged { at: u64, what: &'static str },
    #[error("the block at byte {at} cannot be decoded")]
    Undecodable {
        at: u64,
        #[source]
        source: osmpbf::Error,
    },
    #[error("the extract needs the feature \"{feature}\", which is not supported")]
    Unsupported { feature: String },
}

/// How far the reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadProgress {
    pub bytes_done: u64,
    pub bytes_total: u64,
}

/// Limits of the format: the head of a blob, and its content once unpacked.
const BLOB_HEAD_LEN_MAX: usize = 64 * 1024;
const BLOB_LEN_MAX: usize = 32 * 1024 * 1024;

/// OpenStreetMap's own limit is 255 characters of up to four bytes.
const TEXT_LEN_MAX: usize = 4 * 255;

/// What is kept in memory may not exceed this multiple of the file and this many bytes besides. Real
/// extracts stay below 20 times; only a file made to exhaust the memory goes beyond.
const KEPT_PER_BYTE_MAX: u64 = 128;
const KEPT_FREE: u64 = 64 * 1024 * 1024;

/// Reads a whole extract. Each list of the result is sorted by id, and no id comes twice.
pub fn read(bytes: &[u8], progress: &mut dyn FnMut(ReadProgress)) -> Result<OsmMap, OsmError> {
    let blobs = cut_into_blobs(bytes)?;
    let budget = Budget::for_file(bytes.len());
    let mut map = OsmMap::default();
    let bytes_total = bytes.len() as u64;
    progress(ReadProgress { bytes_done: 0, bytes_total });
    // A few blobs per thread and round, so that progress is seen and little is held twice.
    for round in blobs.chunks(4 * rayon::current_num_threads()) {
        let parts: Vec<OsmMap> =
            round.par_iter().map(|blob| decode(blob, &budget)).collect::<Result<_, _>>()?;
        for mut part in parts {
            map.nodes.append(&mut part.nodes);
            map.ways.append(&mut part.ways);
            map.relations.append(&mut part.relations);
        }
        let bytes_done = round.last().map_or(0, |blob| blob.at + blob.framed.len() as u64);
        progress(ReadProgress { bytes_done, bytes_total });
    }
    sort_by_id(&mut map.nodes, |node| node.id);
    sort_by_id(&mut map.ways, |way| way.id);
    sort_by_id(&mut map.relations, |relation| relation.id);
    Ok(map)
}

/// The state of the data in seconds since 1970, if the head of the file says so.
pub fn read_data_at_s(bytes: &[u8]) -> Result<Option<i64>, OsmError> {
    let blobs = cut_into_blobs(bytes)?;
    let Some(head) = blobs.first().filter(|blob| blob.is_header) else { return Ok(None) };
    let undecodable = |source| OsmError::Undecodable { at: head.at, source };
    let decoded = BlobReader::new(head.framed).next().transpose().map_err(undecodable)?;
    let Some(decoded) = decoded else { return Ok(None) };
    let header = decoded.to_headerblock().map_err(undecodable)?;
    Ok(header.osmosis_replication_timestamp().filter(|seconds| *seconds > 0))
}

fn sort_by_id<T>(elements: &mut Vec<T>, id: impl Fn(&T) -> i64) {
    if !elements.is_sorted_by(|a, b| id(a) < id(b)) {
        elements.sort_by_key(&id);
        elements.dedup_by_key(|element| id(element));
    }
}

/// One blob with the length and head before it, and where it starts in the file.
struct FramedBlob<'a> {
    at: u64,
    framed: &'a [u8],
    is_header: bool,
}

fn cut_into_blobs(bytes: &[u8]) -> Result<Vec<FramedBlob<'_>>, OsmError> {
    let mut blobs: Vec<FramedBlob<'_>> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let is_first = at == 0;
        let rest = &bytes[at..];
        let Some((head_len_bytes, after_len)) = rest.split_first_chunk::<4>() else {
            return Err(if is_first { not_pbf(bytes) } else { truncated(at + 4, bytes) });
        };
        let head_len = u32::from_be_bytes(*head_len_bytes) as usize;
        if head_len > BLOB_HEAD_LEN_MAX {
            return Err(if is_first {
                not_pbf(bytes)
            } else {
                OsmError::Damaged { at: at as u64, what: "the head of a block is too long" }
            });
        }
        let Some(head) = after_len.get(..head_len) else {
            // The first head is a few dozen bytes; a longer one that does not fit is another format.
            let is_head = !is_first || after_len.starts_with(b"\x0A\x09OSMHeader");
            return Err(if is_head { truncated(at + 4 + head_len, bytes) } else { not_pbf(bytes) });
        };
        let Some((kind, blob_len)) = read_blob_head(head) else {
            return Err(if is_first {
                not_pbf(bytes)
            } else {
                OsmError::Damaged { at: at as u64, what: "the head of a block makes no sense" }
            });
        };
        if is_first && kind != b"OSMHeader" {
            return Err(not_pbf(bytes));
        }
        let framed_len = 4 + head_len + blob_len;
        let framed = rest.get(..framed_len).ok_or_else(|| truncated(at + framed_len, bytes))?;
        // Blobs of unknown kind are allowed and stepped over.
        if kind == b"OSMHeader" || kind == b"OSMData" {
            blobs.push(FramedBlob { at: at as u64, framed, is_header: kind == b"OSMHeader" });
        }
        at += framed_len;
    }
    if blobs.is_empty() {
        return Err(not_pbf(bytes));
    }
    Ok(blobs)
}

/// Kind and length of the blob that follows, from fields 1 and 3 of its head.
fn read_blob_head(head: &[u8]) -> Option<(&[u8], usize)> {
    let (mut kind, mut blob_len) = (None, None);
    let mut rest = head;
    while !rest.is_empty() {
        let (number, field, after) = next_field(rest)?;
        match (number, field) {
            (1, Field::Bytes(value)) => kind = Some(value),
            (3, Field::Number(value)) => blob_len = usize::try_from(value).ok(),
            _ => {}
        }
        rest = after;
    }
    Some((kind?, blob_len.filter(|len| *len <= BLOB_LEN_MAX)?))
}

fn truncated(expected: usize, bytes: &[u8]) -> OsmError {
    OsmError::Truncated { expected: expected as u64, found: bytes.len() as u64 }
}

fn not_pbf(bytes: &[u8]) -> OsmError {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let guess = if bytes.is_empty() {
        "it is empty"
    } else if starts(b"<?xml") || starts(b"<osm") {
        "it looks like OSM XML; convert it to PBF first"
    } else if starts(b"\x1F\x8B") || starts(b"BZh") || starts(b"PK\x03\x04") {
        "it is compressed; unpack it first"
    } else if starts(b"{") || starts(b"[") {
        "it looks like JSON"
    } else {
        "it does not start with an OSMHeader block"
    };
    OsmError::NotPbf { guess }
}

/// Counts what is kept, over all threads.
struct Budget {
    left: AtomicU64,
}

impl Budget {
    fn for_file(len: usize) -> Self {
        Self { left: AtomicU64::new(KEPT_FREE + KEPT_PER_BYTE_MAX * len as u64) }
    }

    fn spend(&self, amount: usize, at: u64) -> Result<(), OsmError> {
        let amount = amount as u64;
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(amount))
            .map(|_| ())
            .map_err(|_| OsmError::Damaged { at, what: "it unpacks to an absurd size" })
    }
}

fn decode(blob: &FramedBlob<'_>, budget: &Budget) -> Result<OsmMap, OsmError> {
    // `osmpbf` panics on a relation member of unknown kind, and in debug builds on numbers that
    // overflow. Both only happen on damaged bytes, and nothing it held outlives the panic.
    catch_unwind(AssertUnwindSafe(|| decode_trusting(blob, budget))).unwrap_or({
        Err(OsmError::Damaged { at: blob.at, what: "the numbers of a block make no sense" })
    })
}

fn decode_trusting(blob: &FramedBlob<'_>, budget: &Budget) -> Result<OsmMap, OsmError> {
    let undecodable = |source| OsmError::Undecodable { at: blob.at, source };
    let decoded = BlobReader::new(blob.framed).next().transpose().map_err(undecodable)?;
    let Some(decoded) = decoded else { return Ok(OsmMap::default()) };
    match decoded.decode().map_err(undecodable)? {
        BlobDecode::OsmHeader(header) => {
            for feature in header.required_features() {
                // History files hold several versions of an element under one id.
                if !matches!(&**feature, "OsmSchema-V0.6" | "DenseNodes") {
                    return Err(OsmError::Unsupported { feature: feature.clone() });
                }
            }
            Ok(OsmMap::default())
        }
        BlobDecode::OsmData(block) if !blob.is_header => take_block(&block, blob.at, budget),
        _ => Ok(OsmMap::default()),
    }
}

fn take_block(block: &PrimitiveBlock, at: u64, budget: &Budget) -> Result<OsmMap, OsmError> {
    let mut map = OsmMap::default();
    for element in block.elements() {
        match element {
            Element::DenseNode(node) => {
                let tags = take_tags(node.tags(), node.raw_tags().len(), at, budget)?;
                let (lat_e7, lon_e7) = take_place(node.nano_lat(), node.nano_lon(), at)?;
                budget.spend(size_of::<OsmNode>(), at)?;
                map.nodes.push(OsmNode { id: node.id(), lat_e7, lon_e7, tags });
            }
            Element::Node(node) => {
                let tags = take_tags(node.tags(), node.raw_tags().len(), at, budget)?;
                let (lat_e7, lon_e7) = take_place(node.nano_lat(), node.nano_lon(), at)?;
                budget.spend(size_of::<OsmNode>(), at)?;
                map.nodes.push(OsmNode { id: node.id(), lat_e7, lon_e7, tags });
            }
            Element::Way(way) => {
                let tags = take_tags(way.tags(), way.raw_tags().len(), at, budget)?;
                budget.spend(size_of::<OsmWay>() + size_of_val(way.raw_refs()), at)?;
                map.ways.push(OsmWay { id: way.id(), nodes: way.refs().collect(), tags });
            }
            Element::Relation(relation) => {
                let tags = take_tags(relation.tags(), relation.raw_tags().len(), at, budget)?;
                let mut members = Vec::new();
                for member in relation.members() {
                    let role = member
                        .role()
                        .map_err(|source| OsmError::Undecodable { at, source })
                        .and_then(|role| check_text(role, at))?;
                    budget.spend(size_of::<OsmMember>() + role.len(), at)?;
                    let kind = match member.member_type {
                        RelMemberType::Node => MemberKind::Node,
                        RelMemberType::Way => MemberKind::Way,
                        RelMemberType::Relation => MemberKind::Relation,
                    };
                    members.push(OsmMember { kind, id: member.member_id, role: role.into() });
                }
                budget.spend(size_of::<OsmRelation>(), at)?;
                map.relations.push(OsmRelation { id: relation.id(), members, tags });
            }
        }
    }
    Ok(map)
}

/// `osmpbf` ends a list of tags early where a text is missing; `count` shows that.
fn take_tags<'a>(
    tags: impl Iterator<Item = (&'a str, &'a str)>,
    count: usize,
    at: u64,
    budget: &Budget,
) -> Result<Tags, OsmError> {
    let mut taken = Tags::new();
    for (key, value) in tags {
        let (key, value) = (check_text(key, at)?, check_text(value, at)?);
        budget.spend(size_of::<(Box<str>, Box<str>)>() + key.len() + value.len(), at)?;
        taken.push((key.into(), value.into()));
    }
    if taken.len() != count {
        return Err(OsmError::Damaged { at, what: "a tag names a text that is not there" });
    }
    Ok(taken)
}

fn check_text(text: &str, at: u64) -> Result<&str, OsmError> {
    if text.len() > TEXT_LEN_MAX {
        return Err(OsmError::Damaged { at, what: "a tag is longer than 255 characters" });
    }
    Ok(text)
}

/// From 1e-9 to 1e-7 degrees, rounded, within the earth.
fn take_place(lat_nano: i64, lon_nano: i64, at: u64) -> Result<(i32, i32), OsmError> {
    if lat_nano.unsigned_abs() > 90_000_000_000 || lon_nano.unsigned_abs() > 180_000_000_000 {
        return Err(OsmError::Damaged { at, what: "a node lies off the earth" });
    }
    let round = |nano: i64| (nano + 50).div_euclid(100) as i32;
    Ok((round(lat_nano), round(lon_nano)))
}
