//! OpenStreetMap data as it is exchanged: nodes, ways and relations with tags. Reading and writing the
//! PBF form happens here; what the tags mean is decided elsewhere (profile, tiles, places).

mod read;
mod write;

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use tests::store_unpacked;

pub use read::{OsmError, ReadProgress, read, read_data_at_s};
pub use write::{WriteOptions, write};

/// Tags in the order of the file.
pub type Tags = Vec<(Box<str>, Box<str>)>;

/// An extract in memory. Each list is sorted by id.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OsmMap {
    pub nodes: Vec<OsmNode>,
    pub ways: Vec<OsmWay>,
    pub relations: Vec<OsmRelation>,
}

/// A point; coordinates in 1e-7 degrees.
#[derive(Debug, Clone, PartialEq)]
pub struct OsmNode {
    pub id: i64,
    pub lat_e7: i32,
    pub lon_e7: i32,
    pub tags: Tags,
}

/// A line or area through nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct OsmWay {
    pub id: i64,
    pub nodes: Vec<i64>,
    pub tags: Tags,
}

/// Members in roles: turn restrictions, multipolygons.
#[derive(Debug, Clone, PartialEq)]
pub struct OsmRelation {
    pub id: i64,
    pub members: Vec<OsmMember>,
    pub tags: Tags,
}

#[derive(Debug, Clone, PartialEq)]
pub struct OsmMember {
    pub kind: MemberKind,
    pub id: i64,
    pub role: Box<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberKind {
    Node,
    Way,
    Relation,
}

/// The value of a tag, if there.
pub fn tag<'a>(tags: &'a Tags, key: &str) -> Option<&'a str> {
    tags.iter().find(|(known, _)| &**known == key).map(|(_, value)| &**value)
}
