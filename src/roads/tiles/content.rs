//! What the tiles show, in columns: things with their runs of places, their attributes, and a tree of
//! boxes for each level. It lies in memory or in the prepared file.

use super::attributes::{AttributeSets, SetNumbers};
use super::collect::Thing;
use super::geometry::Tile;
use super::levels::{DETAIL_ZOOM, Gathered, Shown, level};
use super::look::{Kind, LayerName};
use super::{MAX_ZOOM, MIN_ZOOM};
use crate::roads::file::{Column, FileError, FileWriter, ListsColumn, PreparedFile};
use crate::roads::lists::Lists;
use crate::roads::plane::{BoxTree, Frame, Spot};
use bytemuck::{Pod, Zeroable};
use rayon::prelude::*;

/// A thing as it is stored.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct StoredThing {
    set: u32,
    first_run: u32,
    run_count: u32,
    part_of_x: u32,
    part_of_y: u32,
    part_of_z: u8,
    layer: u8,
    order: u8,
    min_zoom: u8,
}

/// A thing as a tile draws it. Ordered as it is drawn; things of one [`Found::look`] are one feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub layer: LayerName,
    pub order: u8,
    pub set: u32,
    pub thing: u32,
}

impl Found {
    pub fn look(self) -> (LayerName, u8, u32) {
        (self.layer, self.order, self.set)
    }
}

#[derive(Debug, Default)]
pub struct Content {
    things: Column<StoredThing>,
    runs: ListsColumn<Spot>,
    pub sets: AttributeSets,
    /// From [`MIN_ZOOM`] to [`DETAIL_ZOOM`].
    levels: Vec<BoxTree>,
}

impl Content {
    pub fn build(things: Vec<Thing>) -> Self {
        let mut numbers = SetNumbers::default();
        let mut directed = Vec::new();
        let gathered: Vec<Gathered> = things
            .into_iter()
            .map(|thing| {
                let look = thing.look;
                let is_directed = look.full.iter().any(|(key, _)| *key == "oneway");
                let (full, plain) = (numbers.number(look.full), numbers.number(look.plain));
                if is_directed {
                    directed.push(full);
                }
                Gathered {
                    layer: look.layer,
                    order: look.order,
                    min_zoom: look.min_zoom,
                    size_zoom: thing.size_zoom,
                    full,
                    plain,
                    geometry: thing.geometry,
                }
            })
            .collect();
        directed.sort_unstable();
        let is_directed = |set: u32| directed.binary_search(&set).is_ok();
        let levels: Vec<Vec<Shown>> = (MIN_ZOOM..=DETAIL_ZOOM)
            .into_par_iter()
            .map(|zoom| level(&gathered, zoom, is_directed))
            .collect();
        let mut stored = Vec::with_capacity(levels.iter().map(Vec::len).sum());
        let mut runs = Lists::default();
        let mut trees = Vec::with_capacity(levels.len());
        for shown in levels {
            let first = stored.len() as u32;
            let frames: Vec<Frame> =
                shown.par_iter().map(|thing| Frame::around(&thing.runs[0])).collect();
            trees.push(BoxTree::build_of((first..).zip(frames)));
            for thing in shown {
                stored.push(StoredThing {
                    set: thing.set,
                    first_run: runs.len() as u32,
                    run_count: thing.runs.len() as u32,
                    part_of_x: thing.part_of.x,
                    part_of_y: thing.part_of.y,
                    part_of_z: thing.part_of.z,
                    layer: thing.layer.number(),
                    order: thing.order,
                    min_zoom: thing.min_zoom,
                });
                for run in thing.runs {
                    runs.push(run);
                }
            }
        }
        let (things, runs) = (stored.into(), runs.into());
        Self { things, runs, sets: numbers.finish(), levels: trees }
    }

    /// What a tile shows, in no order.
    pub fn find(&self, tile: Tile) -> Vec<Found> {
        let level = tile.z.clamp(MIN_ZOOM, DETAIL_ZOOM) - MIN_ZOOM;
        let things: &[StoredThing] = &self.things;
        let mut found = Vec::new();
        self.levels[usize::from(level)].visit(tile.frame(), |number| {
            let thing = &things[number as usize];
            let part_of = Tile { z: thing.part_of_z, x: thing.part_of_x, y: thing.part_of_y };
            if thing.min_zoom <= tile.z
                && tile.lies_in(part_of)
                && let Some(layer) = LayerName::of_number(thing.layer)
            {
                found.push(Found { layer, order: thing.order, set: thing.set, thing: number });
            }
        });
        found
    }

    /// The places of a thing: a point, a line, or a border followed by those of its holes.
    pub fn runs_of(&self, thing: u32) -> impl Iterator<Item = &[Spot]> {
        let StoredThing { first_run, run_count, .. } = self.things[thing as usize];
        let runs = self.runs.view();
        (first_run..first_run + run_count).map(move |run| runs.of(run as usize))
    }

    pub fn store(&self, file: &mut FileWriter) {
        self.things.store(file, "tiles.things");
        self.runs.store(file, "tiles.runs");
        self.sets.store(file, "tiles.attributes");
        for (zoom, tree) in (MIN_ZOOM..).zip(&self.levels) {
            tree.store(file, &tree_name(zoom));
        }
    }

    /// # Errors
    /// Sections are missing, damaged or do not fit each other.
    pub fn load(file: &PreparedFile) -> Result<Self, FileError> {
        let things: Column<StoredThing> = file.column("tiles.things")?;
        let runs: ListsColumn<Spot> = ListsColumn::load(file, "tiles.runs")?;
        let sets = AttributeSets::load(file, "tiles.attributes")?;
        let levels = (MIN_ZOOM..=DETAIL_ZOOM)
            .map(|zoom| BoxTree::load(file, &tree_name(zoom), things.len()))
            .collect::<Result<_, _>>()?;
        let places_fit = runs.items().iter().all(|spot| spot.is_on_map());
        let runs_fit = (0..runs.len()).all(|run| !runs.of(run).is_empty());
        if !places_fit || !runs_fit {
            return Err(FileError::damaged("tiles.runs"));
        }
        let is_sound = |thing: &StoredThing| {
            let end = thing.first_run.checked_add(thing.run_count);
            end.is_some_and(|end| end as usize <= runs.len())
                && (thing.set as usize) < sets.len()
                && thing.part_of_z <= MAX_ZOOM
                && LayerName::of_number(thing.layer).is_some_and(|layer| match layer.kind() {
                    Kind::Area => thing.run_count >= 1,
                    Kind::Point | Kind::Line => thing.run_count == 1,
                })
        };
        if !things.iter().all(is_sound) {
            return Err(FileError::damaged("tiles.things"));
        }
        Ok(Self { things, runs, sets, levels })
    }
}

fn tree_name(zoom: u8) -> String {
    format!("tiles.zoom{zoom}")
}
