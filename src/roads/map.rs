//! One call from the bytes of an extract to everything the product asks of a map, with a report of what
//! became of the file. It measures no time: whoever follows the progress can.

use super::clip::within;
use super::file::{FileError, FileWriter, PreparedFile};
use super::graph::{StreetReport, build};
use super::osm::{OsmError, OsmMap, read, read_data_at_s};
use super::places::PlaceIndex;
use super::profile::{Profile, ProfileError};
use super::street_network::StreetNetwork;
use super::tiles::TileSource;
use crate::units::BoundingBox;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A map in memory.
#[derive(Clone)]
pub struct Map {
    /// Snapping, paths and travel times for each profile; at least one.
    networks: Vec<Arc<StreetNetwork>>,
    /// Around the streets; the file may reach farther.
    pub bounds: BoundingBox,
    pub tiles: Arc<TileSource>,
    pub places: Arc<PlaceIndex>,
    pub report: ImportReport,
}

/// What is made of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportOptions {
    /// Only this part of the file.
    pub area: Option<BoundingBox>,
    /// A network is made for each; the first is the one for who names none.
    pub profiles: Vec<Profile>,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self { area: None, profiles: vec![Profile::car()] }
    }
}

/// Why there is no map.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    #[error("the file cannot be read as an OpenStreetMap extract")]
    Osm(#[from] OsmError),
    #[error("the extract has no street for the profile `{profile}`")]
    NoStreets { profile: String },
    #[error(transparent)]
    Profile(#[from] ProfileError),
    #[error("no profile is named: a map is made for one at least")]
    NoProfile,
    #[error(
        "no street lies in the area {}; the streets of the file lie in {}",
        describe(area),
        describe(file)
    )]
    EmptyArea { area: BoundingBox, file: BoundingBox },
}

fn describe(area: &BoundingBox) -> String {
    format!("{:.4},{:.4},{:.4},{:.4}", area.west, area.south, area.east, area.north)
}

/// The steps of an import, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Unpacking the file; counted in bytes.
    Reading,
    /// Cutting the wanted area out.
    Cutting,
    /// Ways to the graph of streets.
    Streets,
    /// What snapping and searching need.
    Network,
}

/// How far an import is. A stage without a count of its own has a total of 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub stage: Stage,
    pub done: u64,
    pub total: u64,
}

/// What the file says about itself; nothing for a map that was never one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileFacts {
    pub bytes: u64,
    pub data_at_s: Option<i64>,
}

/// What became of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportReport {
    pub file_bytes: u64,
    /// The state of the data, seconds since 1970, where the file says so.
    pub data_at_s: Option<i64>,
    /// In the file, or in the wanted area of it.
    pub nodes: usize,
    pub ways: usize,
    pub relations: usize,
    pub bounds: BoundingBox,
    pub networks: Vec<NetworkReport>,
}

/// What became of the streets for one profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetworkReport {
    pub profile: String,
    pub streets: StreetReport,
}

/// The section of a prepared map that says what it was made of.
const ABOUT: &str = "map.about";

impl Map {
    /// Into a prepared file.
    pub fn store(&self) -> FileWriter {
        let mut file = FileWriter::default();
        file.put_json(ABOUT, &self.report);
        for network in &self.networks {
            network.store(&mut file);
        }
        self.tiles.store(&mut file);
        self.places.store(&mut file);
        file
    }

    /// A prepared map, as it lies in the file.
    ///
    /// # Errors
    /// It is none, is of another version, or is damaged.
    pub fn load(bytes: Bytes) -> Result<Self, FileError> {
        let file = PreparedFile::open(bytes)?;
        let report: ImportReport = file.json(ABOUT)?;
        let networks: Vec<_> = report
            .networks
            .iter()
            .map(|network| StreetNetwork::load(&file, &network.profile).map(Arc::new))
            .collect::<Result<_, _>>()?;
        let Some(first) = networks.first() else { return Err(FileError::damaged(ABOUT)) };
        let bounds = first.streets().bounds();
        let tiles = Arc::new(TileSource::load(&file)?);
        let places = Arc::new(PlaceIndex::load(&file)?);
        Ok(Self { networks, bounds, tiles, places, report })
    }

    /// Reads an extract and builds all of it.
    pub fn from_pbf(
        bytes: &[u8],
        options: &ImportOptions,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Self, MapError> {
        let osm = read_staged(bytes, progress)?;
        let file = FileFacts { bytes: bytes.len() as u64, data_at_s: read_data_at_s(bytes)? };
        let Some(area) = options.area else {
            return Self::from_osm(&osm, file, &options.profiles, progress);
        };
        let cut = staged(progress, Stage::Cutting, || within(&osm, &area));
        match Self::from_osm(&cut, file, &options.profiles, progress) {
            Err(MapError::NoStreets { profile }) => {
                let of_file = options.profiles.first().and_then(|profile| build(&osm, profile).0);
                Err(match of_file {
                    Some(built) => MapError::EmptyArea { area, file: built.streets.bounds() },
                    None => MapError::NoStreets { profile },
                })
            }
            result => result,
        }
    }

    /// Builds from an extract that is in memory already, such as a made-up town.
    pub fn from_osm(
        osm: &OsmMap,
        file: FileFacts,
        profiles: &[Profile],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Self, MapError> {
        let mut networks = Vec::new();
        let mut reports = Vec::new();
        for profile in profiles {
            let (built, streets) = staged(progress, Stage::Streets, || build(osm, profile));
            let no_streets = || MapError::NoStreets { profile: profile.name.clone() };
            let built = built.ok_or_else(no_streets)?;
            let network =
                staged(progress, Stage::Network, || StreetNetwork::new(built, profile.clone()));
            networks.push(Arc::new(network?));
            reports.push(NetworkReport { profile: profile.name.clone(), streets });
        }
        let bounds = networks.first().ok_or(MapError::NoProfile)?.streets().bounds();
        let report = ImportReport {
            file_bytes: file.bytes,
            data_at_s: file.data_at_s,
            nodes: osm.nodes.len(),
            ways: osm.ways.len(),
            relations: osm.relations.len(),
            bounds,
            networks: reports,
        };
        let (tiles, places) =
            rayon::join(|| Arc::new(TileSource::build(osm)), || Arc::new(PlaceIndex::build(osm)));
        Ok(Self { networks, bounds, tiles, places, report })
    }

    /// For who names no profile.
    pub fn network(&self) -> &Arc<StreetNetwork> {
        &self.networks[0]
    }

    /// For every profile, the first for who names none.
    pub fn networks(&self) -> impl Iterator<Item = &Arc<StreetNetwork>> {
        self.networks.iter()
    }

    /// For vehicles of a profile, if the map was prepared for it.
    pub fn network_for(&self, profile: &str) -> Option<&Arc<StreetNetwork>> {
        self.networks.iter().find(|network| network.profile().name == profile)
    }

    /// The names of the profiles it was prepared for, the first for who names none.
    pub fn profiles(&self) -> impl Iterator<Item = &str> {
        self.networks.iter().map(|network| &*network.profile().name)
    }
}

/// The streets of an extract for one profile, without the rest of the map.
///
/// # Errors
/// As [`Map::from_pbf`].
pub fn import_network(
    bytes: &[u8],
    profile: Profile,
    progress: &mut dyn FnMut(Progress),
) -> Result<StreetNetwork, MapError> {
    let osm = read_staged(bytes, progress)?;
    let built = staged(progress, Stage::Streets, || build(&osm, &profile)).0;
    let built = built.ok_or_else(|| MapError::NoStreets { profile: profile.name.clone() })?;
    Ok(staged(progress, Stage::Network, || StreetNetwork::new(built, profile))?)
}

/// The profiles that a prepared map was made for, the first for who names none.
///
/// # Errors
/// The file is damaged.
pub fn prepared_profiles(file: &PreparedFile) -> Result<Vec<String>, FileError> {
    let report: ImportReport = file.json(ABOUT)?;
    Ok(report.networks.into_iter().map(|network| network.profile).collect())
}

/// Reads an extract as the first stage of an import.
pub(crate) fn read_staged(
    bytes: &[u8],
    progress: &mut dyn FnMut(Progress),
) -> Result<OsmMap, OsmError> {
    read(bytes, &mut |reading| {
        progress(Progress {
            stage: Stage::Reading,
            done: reading.bytes_done,
            total: reading.bytes_total,
        });
    })
}

fn staged<T>(progress: &mut dyn FnMut(Progress), stage: Stage, work: impl FnOnce() -> T) -> T {
    progress(Progress { stage, done: 0, total: 1 });
    let result = work();
    progress(Progress { stage, done: 1, total: 1 });
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roads::RoadNetwork as _;
    use crate::roads::osm::{WriteOptions, tag, write};
    use crate::roads::test_maps::{bundled_map, random_map, real_extract};
    use crate::units::Point;
    use proptest::prelude::*;

    fn import(bytes: &[u8], options: &ImportOptions) -> Result<Map, MapError> {
        Map::from_pbf(bytes, options, &mut |_| {})
    }

    #[test]
    fn a_file_without_streets_and_an_area_without_streets_are_told_apart() {
        let empty = write(&OsmMap::default(), &WriteOptions::default());
        let everything = ImportOptions::default();
        assert!(matches!(import(&empty, &everything), Err(MapError::NoStreets { .. })));
        assert!(matches!(import(b"nonsense", &everything), Err(MapError::Osm(_))));

        let mut town = OsmMap::default();
        for (id, lon_e7) in [(1, 145_000_000), (2, 145_100_000)] {
            let tags = Vec::new();
            town.nodes.push(crate::roads::osm::OsmNode { id, lat_e7: 359_000_000, lon_e7, tags });
        }
        let tags = vec![("highway".into(), "residential".into())];
        town.ways.push(crate::roads::osm::OsmWay { id: 1, nodes: vec![1, 2], tags });
        let bytes = write(&town, &WriteOptions::default());
        assert!(import(&bytes, &everything).is_ok());
        let area = BoundingBox::parse("0,0,1,1").unwrap();
        let refused =
            import(&bytes, &ImportOptions { area: Some(area), ..everything }).err().unwrap();
        assert_eq!(
            refused.to_string(),
            "no street lies in the area 0.0000,0.0000,1.0000,1.0000; \
             the streets of the file lie in 14.5000,35.9000,14.5100,35.9000"
        );
    }

    proptest! {
        #[test]
        fn damaged_maps_are_built_or_refused_but_never_cause_a_panic(
            map in random_map(),
            flips in prop::collection::vec((0.0..1.0, 0_u8..8), 0..4),
        ) {
            let mut bytes = crate::roads::osm::store_unpacked(&write(&map, &WriteOptions::default()));
            let len = bytes.len();
            for (at, bit) in flips {
                bytes[(len as f64 * at) as usize] ^= 1 << bit;
            }
            if let Ok(map) = import(&bytes, &ImportOptions::default()) {
                let centre = map.bounds.centre();
                let corner = Point { lat: map.bounds.south, lon: map.bounds.west };
                if let (Ok(from), Ok(to)) = (map.network().snap(centre), map.network().snap(corner)) {
                    let _ = map.network().path(&from, &to, None);
                }
            }
        }
    }

    #[test]
    fn the_bundled_map_is_small_and_whole() {
        let bytes = bundled_map();
        assert!(bytes.len() <= 2_500_000, "{} bytes", bytes.len());
        let map = import(&bytes, &ImportOptions::default()).unwrap();
        assert!(map.report.networks[0].streets.junctions > 10_000, "{:?}", map.report);
        assert!(map.report.data_at_s.is_some());
        let osm = read(&bytes, &mut |_| {}).unwrap();
        let with = |key: &str| {
            let ways = osm.ways.iter().filter(|way| tag(&way.tags, key).is_some()).count();
            ways + osm.nodes.iter().filter(|node| tag(&node.tags, key).is_some()).count()
        };
        assert!(with("building") > 5_000 && with("addr:housenumber") > 500);
        assert!(with("landuse") > 500 && with("natural") > 100 && with("name") > 5_000);
        // From the gate of Valletta to the ferries of Sliema: around the harbour.
        let snap = |lat, lon| map.network().snap(Point { lat, lon }).unwrap();
        let path =
            map.network().path(&snap(35.8958, 14.5086), &snap(35.9110, 14.5040), None).unwrap();
        assert!((4_000..9_000).contains(&path.leg.distance_m), "{:?}", path.leg);
        assert!((4_000..15_000).contains(&path.leg.duration_ds), "{:?}", path.leg);
    }

    #[test]
    fn real_extracts_become_maps_whose_bounds_are_those_of_their_streets() {
        for (name, junctions_min, width_max_deg) in [
            ("monaco.osm.pbf", 1_500, 0.2),
            ("malta.osm.pbf", 20_000, 0.5),
            ("porto.osm.pbf", 50_000, 0.6),
        ] {
            let Some(bytes) = real_extract(name) else { return };
            let map = import(&bytes, &ImportOptions::default()).unwrap();
            let report = &map.report.networks[0].streets;
            println!("{name}: {:#?}", map.report);
            assert!(report.junctions > junctions_min, "{name}: {report:?}");
            assert!(map.bounds.east - map.bounds.west < width_max_deg, "{name}: {:?}", map.bounds);
            assert!(report.restrictions_at_junctions > 0, "{name}: {report:?}");
            let share_left_out = report.junctions_left_out as f64
                / (report.junctions + report.junctions_left_out) as f64;
            assert!(share_left_out < 0.15, "{name} loses {share_left_out}");
        }
    }
}
