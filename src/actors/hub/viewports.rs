//! Positions on the live map: newest value wins, one frame per cell of the map and tick, made once and
//! shared by all who look at that cell.
//!
//! The frame: version, kind, subscription (0: shared), count, now; then 20 bytes for each technician.
//! `docs/protocol.md` has it byte by byte.

use super::{ConnectionId, Hub, OutFrame, Topic, text};
use crate::domain::people::technician::DutyStatus;
use crate::domain::reading::Reading;
use crate::store::{Db, StoreError, positions, tables};
use crate::units::id::{OrganizationId, TechnicianId};
use crate::units::{BoundingBox, Point, Timestamp};
use actix::prelude::*;
use bytes::{BufMut, Bytes, BytesMut};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// Sides of a cell in degrees: about five kilometres.
const CELL_DEG: f64 = 0.05;
/// A view over more cells than this gets everything.
const CELLS_MAX: f64 = 256.0;

/// A square of the map.
pub type Cell = (i32, i32);

/// One organization's technicians on the map.
#[derive(Default)]
pub struct Fleet {
    /// Numbers that stand for technicians in frames; never taken back while the process lives.
    index: HashMap<TechnicianId, u32>,
    shown: Vec<Shown>,
    /// What has moved since the last time, with the cells it was in.
    moved: HashMap<u32, HashSet<Cell>>,
}

#[derive(Clone, Copy)]
struct Shown {
    reading: Reading,
    status: u8,
}

impl Fleet {
    /// Takes a position in; answers the technician's number if it is a new one.
    pub fn place(&mut self, reading: Reading, status: u8) -> Option<u32> {
        let shown = Shown { reading, status };
        let known = self.index.get(&reading.technician).copied();
        let index = known.unwrap_or(self.shown.len() as u32);
        let cells = self.moved.entry(index).or_default();
        if let Some(before) = self.shown.get_mut(index as usize) {
            cells.insert(cell(before.reading.point));
            *before = shown;
        } else {
            self.index.insert(reading.technician, index);
            self.shown.push(shown);
        }
        cells.insert(cell(reading.point));
        known.is_none().then_some(index)
    }

    /// For the positions of before a restart: a newer one may have come in already.
    pub fn place_if_unknown(&mut self, reading: Reading, status: u8) {
        if !self.index.contains_key(&reading.technician) {
            self.place(reading, status);
        }
    }

    /// Where everyone was last.
    pub fn all(&self) -> HashMap<TechnicianId, Reading> {
        self.shown.iter().map(|shown| (shown.reading.technician, shown.reading)).collect()
    }

    fn frame(&self, indexes: impl Iterator<Item = u32>, now: Timestamp) -> Option<OutFrame> {
        let mut records = BytesMut::new();
        let mut count = 0_u32;
        for index in indexes {
            let Some(shown) = self.shown.get(index as usize) else { continue };
            put_record(&mut records, index, shown, now);
            count += 1;
        }
        if count == 0 {
            return None;
        }
        let mut frame = BytesMut::with_capacity(16 + records.len());
        frame.put_u8(1);
        frame.put_u8(1);
        frame.put_u16_le(0);
        frame.put_u32_le(count);
        frame.put_f64_le(now.ms() as f64);
        frame.extend_from_slice(&records);
        Some(OutFrame::Binary(frame.freeze()))
    }
}

fn put_record(out: &mut BytesMut, index: u32, shown: &Shown, now: Timestamp) {
    let reading = &shown.reading;
    out.put_u32_le(index);
    out.put_i32_le((reading.point.lat * 1e6).round() as i32);
    out.put_i32_le((reading.point.lon * 1e6).round() as i32);
    out.put_u16_le((now.ms_since(reading.at) / 100).clamp(0, 65_535) as u16);
    out.put_u16_le((reading.speed_kmh.unwrap_or(0.0) * 10.0).clamp(0.0, 65_535.0) as u16);
    out.put_u16_le(
        reading.heading_deg.map_or(u16::MAX, |heading| (heading.rem_euclid(360.0) * 10.0) as u16),
    );
    out.put_u8(shown.status);
    out.put_u8(0);
}

fn cell(point: Point) -> Cell {
    ((point.lat / CELL_DEG).floor() as i32, (point.lon / CELL_DEG).floor() as i32)
}

/// The cells of a view, `None` if they are too many to bother.
pub fn cells(view: &BoundingBox) -> Option<HashSet<Cell>> {
    let rows = (view.north - view.south) / CELL_DEG + 2.0;
    let columns = (view.east - view.west) / CELL_DEG + 2.0;
    if rows * columns > CELLS_MAX {
        return None;
    }
    let low = cell(Point { lat: view.south, lon: view.west });
    let high = cell(Point { lat: view.north, lon: view.east });
    Some(
        (low.0..=high.0)
            .flat_map(|row| (low.1..=high.1).map(move |column| (row, column)))
            .collect(),
    )
}

/// Positions with the status byte, by organization.
pub type Fleets = Vec<(OrganizationId, Vec<(Reading, u8)>)>;

/// The last known positions of every organization's technicians, with the status that duty tells.
pub fn load_fleets(db: &mut Db) -> Result<Fleets, StoreError> {
    let mut fleets = Vec::new();
    for organization in tables::organization::list_all(db)? {
        let mut fleet = Vec::new();
        for reading in positions::list_last(db, organization.id)? {
            let duty = tables::duty::find(db, organization.id, reading.technician)?;
            let on = duty.is_some_and(|duty| duty.status == DutyStatus::On);
            fleet.push((reading, if on { 0 } else { 4 }));
        }
        fleets.push((organization.id, fleet));
    }
    Ok(fleets)
}

impl Hub {
    /// Sends the index table and all positions of a view that was just opened or moved.
    pub(super) fn show_viewport(&mut self, connection: ConnectionId, id: u32) {
        let now = self.clock.now();
        let speed = self.clock.speed();
        let Some(connection) = self.connections.get_mut(&connection) else { return };
        let fleet = self.fleets.entry(connection.organization).or_default();
        let Some(subscription) = connection.subscriptions.get(&id) else { return };
        let cells = subscription.cells.clone();
        let mut technicians: Vec<(u32, TechnicianId)> =
            fleet.index.iter().map(|(technician, index)| (*index, *technician)).collect();
        technicians.sort_unstable();
        let table: Vec<_> = technicians
            .iter()
            .map(|(index, technician)| json!({ "index": index, "technician": technician }))
            .collect();
        connection.send(text(&json!({ "type": "snapshot", "id": id, "now": now, "speed": speed,
            "data": { "technicians": table } })));
        let in_view = technicians.iter().map(|known| known.0).filter(|index| {
            cells.as_ref().is_none_or(|cells| {
                cells.contains(&cell(fleet.shown[*index as usize].reading.point))
            })
        });
        if let Some(frame) = fleet.frame(in_view, now) {
            connection.send(frame);
        }
    }

    pub(super) fn announce_index(
        &mut self,
        organization: OrganizationId,
        technician: TechnicianId,
        index: u32,
    ) {
        for connection in
            self.connections.values_mut().filter(|one| one.organization == organization)
        {
            let views: Vec<u32> = connection
                .subscriptions
                .iter()
                .filter(|(_, subscription)| matches!(subscription.topic, Topic::Viewport { .. }))
                .map(|(id, _)| *id)
                .collect();
            for id in views {
                connection.send(text(&json!({ "type": "index", "id": id,
                    "technicians": [{ "index": index, "technician": technician }] })));
            }
        }
    }

    /// Four times a second: what has moved, once per cell, to all who look at it. And those who had
    /// fallen behind get their fresh snapshot.
    pub(super) fn flush(&mut self, ctx: &mut Context<Self>) {
        self.renew_lagging(ctx);
        let now = self.clock.now();
        for (organization, fleet) in &mut self.fleets {
            if fleet.moved.is_empty() {
                continue;
            }
            let moved = std::mem::take(&mut fleet.moved);
            let mut by_cell: HashMap<Cell, Vec<u32>> = HashMap::new();
            for (index, cells) in &moved {
                for cell in cells {
                    by_cell.entry(*cell).or_default().push(*index);
                }
            }
            let frames: HashMap<Cell, OutFrame> = by_cell
                .into_iter()
                .filter_map(|(cell, indexes)| Some((cell, fleet.frame(indexes.into_iter(), now)?)))
                .collect();
            let everything = fleet.frame(moved.keys().copied(), now);
            for connection in
                self.connections.values_mut().filter(|one| one.organization == *organization)
            {
                let mut due: Vec<OutFrame> = Vec::new();
                for subscription in connection.subscriptions.values() {
                    match (&subscription.topic, &subscription.cells) {
                        (Topic::Viewport { .. }, None) => due.extend(everything.clone()),
                        (Topic::Viewport { .. }, Some(cells)) => {
                            due.extend(
                                frames
                                    .iter()
                                    .filter(|(cell, _)| cells.contains(cell))
                                    .map(|(_, frame)| frame.clone()),
                            );
                        }
                        _ => {}
                    }
                }
                for frame in due {
                    connection.send(frame);
                }
            }
        }
    }
}

/// The bytes of a frame, for tests of what screens decode.
impl OutFrame {
    pub fn bytes(&self) -> &Bytes {
        match self {
            Self::Text(bytes) | Self::Binary(bytes) => bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn reading(lat: f64) -> Reading {
        Reading {
            technician: TechnicianId(Uuid::nil()),
            at: Timestamp(1_000),
            point: Point::parse(lat, 14.5).unwrap(),
            accuracy_m: None,
            speed_kmh: Some(36.5),
            heading_deg: Some(90.0),
            altitude_m: None,
            battery: None,
        }
    }

    #[test]
    fn a_frame_is_sixteen_bytes_and_twenty_for_each_technician() {
        let mut fleet = Fleet::default();
        assert_eq!(fleet.place(reading(35.9), 1), Some(0));
        let frame = fleet.frame([0].into_iter(), Timestamp(1_500)).unwrap();
        let bytes = frame.bytes();
        assert_eq!(bytes.len(), 36);
        assert_eq!(&bytes[..8], &[1, 1, 0, 0, 1, 0, 0, 0]);
        assert_eq!(i32::from_le_bytes(bytes[20..24].try_into().unwrap()), 35_900_000);
        assert_eq!(
            u16::from_le_bytes(bytes[28..30].try_into().unwrap()),
            5,
            "age in tenths of a second"
        );
        assert_eq!(u16::from_le_bytes(bytes[30..32].try_into().unwrap()), 365);
        assert_eq!(u16::from_le_bytes(bytes[32..34].try_into().unwrap()), 900);
        assert_eq!(bytes[34], 1);
    }

    #[test]
    fn who_leaves_a_cell_is_shown_to_those_who_watch_the_old_one() {
        let mut fleet = Fleet::default();
        fleet.place(reading(35.90), 0);
        fleet.moved.clear();
        fleet.place(reading(35.99), 0);
        let cells = &fleet.moved[&0];
        assert_eq!(cells.len(), 2);
        assert!(cells.contains(&cell(Point { lat: 35.90, lon: 14.5 })));
    }

    #[test]
    fn a_view_of_half_the_world_is_not_cut_into_cells() {
        assert!(cells(&BoundingBox::parse("-90,-45,90,45").unwrap()).is_none());
        assert!(cells(&BoundingBox::parse("14.40,35.80,14.60,35.95").unwrap()).is_some());
    }
}
