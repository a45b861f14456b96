//! What the tiles show, in columns: things with their runs of places, their attributes, and a tree of
//! boxes for each level. It lies in memory or in the prepared file.

use super::attributes::{AttributeSets, SetNumbers};
use super::collect::Thing;
use super::geometry::Tile;
use super::levels::{DETAIL_ZOOM, Gathered, Picture, picture};
use super::look::LayerName;
use super::{MAX_ZOOM, MIN_ZOOM};
use crate::roads::file::{FileError, FileWriter, ListsColumn, PreparedFile};
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
    first_run: u32,
    run_count: u32,
}

impl Found {
    pub fn look(self) -> (LayerName, u8, u32) {
        (self.layer, self.order, self.set)
    }
}

#[derive(Debug)]
pub struct Content {
    /// A list for each level, from [`MIN_ZOOM`] to [`DETAIL_ZOOM`], and the tree of its things' boxes.
    things: ListsColumn<StoredThing>,
    trees: Vec<BoxTree>,
    /// Places of all things: a point, a line, or a border followed by those of its holes.
    runs: ListsColumn<Spot>,
    pub sets: AttributeSets,
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
                let is_plain = look.plain == look.full;
                let full = numbers.number(look.full);
                let plain = if is_plain { full } else { numbers.number(look.plain) };
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
        let pictures: Vec<(Picture, BoxTree)> = (MIN_ZOOM..=DETAIL_ZOOM)
            .into_par_iter()
            // The last ones have most to do.
            .rev()
            .with_max_len(1)
            .map(|zoom| {
                let picture = picture(&gathered, zoom, is_directed);
                let frames: Vec<Frame> = picture.shown.iter().map(|thing| thing.frame).collect();
                (picture, BoxTree::build(&frames))
            })
            .collect();
        let (mut things, mut runs, mut trees) = (Lists::default(), Lists::default(), Vec::new());
        for (picture, tree) in pictures.into_iter().rev() {
            trees.push(tree);
            let mut first_run = runs.len() as u32;
            runs.append(picture.runs);
            things.push(picture.shown.into_iter().map(|thing| {
                let first = first_run;
                first_run += thing.run_count;
                StoredThing {
                    set: thing.set,
                    first_run: first,
                    run_count: thing.run_count,
                    part_of_x: thing.part_of.x,
                    part_of_y: thing.part_of.y,
                    part_of_z: thing.part_of.z,
                    layer: thing.layer.number(),
                    order: thing.order,
                    min_zoom: thing.min_zoom,
                }
            }));
        }
        Self { things: things.into(), trees, runs: runs.into(), sets: numbers.finish() }
    }

    /// What a tile shows, in no order.
    pub fn find(&self, tile: Tile) -> Vec<Found> {
        let level = usize::from(tile.z.clamp(MIN_ZOOM, DETAIL_ZOOM) - MIN_ZOOM);
        let things = self.things.of(level);
        let mut found = Vec::new();
        self.trees[level].visit(tile.frame(), |number| {
            let thing = &things[number as usize];
            let &StoredThing { set, first_run, run_count, order, .. } = thing;
            let part_of = Tile { z: thing.part_of_z, x: thing.part_of_x, y: thing.part_of_y };
            if thing.min_zoom <= tile.z
                && tile.lies_in(part_of)
                && let Some(layer) = LayerName::of_number(thing.layer)
            {
                found.push(Found { layer, order, set, first_run, run_count });
            }
        });
        found
    }

    /// The places of a thing: a point, a line, or a border followed by those of its holes.
    pub fn runs_of(&self, found: Found) -> impl Iterator<Item = &[Spot]> {
        let runs = self.runs.view();
        (found.first_run..found.first_run + found.run_count).map(move |run| runs.of(run as usize))
    }

    pub fn store(&self, file: &mut FileWriter) {
        self.things.store(file, "tiles.things");
        self.runs.store(file, "tiles.runs");
        self.sets.store(file, "tiles.attributes");
        for (zoom, tree) in (MIN_ZOOM..).zip(&self.trees) {
            tree.store(file, &tree_name(zoom));
        }
    }

    /// # Errors
    /// Sections are missing, damaged or do not fit each other.
    pub fn load(file: &PreparedFile) -> Result<Self, FileError> {
        let things: ListsColumn<StoredThing> = ListsColumn::load(file, "tiles.things")?;
        let runs: ListsColumn<Spot> = ListsColumn::load(file, "tiles.runs")?;
        let sets = AttributeSets::load(file, "tiles.attributes")?;
        let is_sound = |thing: &StoredThing| {
            let end = thing.first_run.checked_add(thing.run_count);
            end.is_some_and(|end| end as usize <= runs.len())
                && (thing.set as usize) < sets.len()
                && thing.part_of_z <= MAX_ZOOM
                && LayerName::of_number(thing.layer).is_some()
        };
        if things.len() != LEVEL_COUNT || !things.items().iter().all(is_sound) {
            return Err(FileError::damaged("tiles.things"));
        }
        if !runs.items().iter().all(|spot| spot.is_on_map()) {
            return Err(FileError::damaged("tiles.runs"));
        }
        let trees = (MIN_ZOOM..=DETAIL_ZOOM)
            .zip(0..)
            .map(|(zoom, level)| BoxTree::load(file, &tree_name(zoom), things.of(level).len()))
            .collect::<Result<_, _>>()?;
        Ok(Self { things, trees, runs, sets })
    }
}

const LEVEL_COUNT: usize = (DETAIL_ZOOM - MIN_ZOOM) as usize + 1;

fn tree_name(zoom: u8) -> String {
    format!("tiles.zoom{zoom}")
}
