//! What legs take and cost.

use super::records::Ride;
use super::{COST_UNIT, Cost, NOWHERE, PRICED_LEG_S, Problem};
use crate::solver::draft::VehicleId;
use crate::solver::matrix::{Around, Block, Crowd};

impl Problem {
    /// Seconds of travel, of bands in the quickest one; nothing to or from nowhere.
    #[inline]
    pub(in crate::solver) fn travel_s(&self, ride: &Ride, from: u32, to: u32) -> i32 {
        if from == NOWHERE || to == NOWHERE {
            return 0;
        }
        self.travels[ride.travel as usize].duration_s(from, to)
    }

    /// When a vehicle arrives that sets off at a time.
    #[inline]
    pub(in crate::solver) fn arrival_s(
        &self,
        ride: &Ride,
        from: u32,
        to: u32,
        leaves_s: i64,
    ) -> i64 {
        if from == NOWHERE || to == NOWHERE {
            return leaves_s;
        }
        self.travels[ride.travel as usize].arrival_s(from, to, leaves_s)
    }

    /// When a vehicle has to set off at the latest to arrive by a time.
    #[inline]
    pub(in crate::solver) fn latest_departure_s(
        &self,
        ride: &Ride,
        from: u32,
        to: u32,
        arrives_s: i64,
    ) -> i64 {
        if from == NOWHERE || to == NOWHERE {
            return arrives_s;
        }
        self.travels[ride.travel as usize].latest_departure_s(from, to, arrives_s)
    }

    /// What a leg costs more than in the quickest band.
    pub(in crate::solver) fn slow_cost(
        &self,
        ride: &Ride,
        from: u32,
        to: u32,
        travel_s: i64,
    ) -> Cost {
        let quickest_s = self.travel_s(ride, from, to).min(PRICED_LEG_S);
        (travel_s.min(i64::from(PRICED_LEG_S)) - i64::from(quickest_s)) * ride.per_s
    }

    /// Travel to and from a place.
    #[inline]
    pub(in crate::solver) fn around(&self, ride: &Ride, place: u32) -> Around<'_> {
        self.travels[ride.travel as usize].around(place)
    }

    /// Travel around a few places that are looked at one after the other.
    pub(in crate::solver) fn block<'a>(&'a self, ride: &Ride, places: &'a [u32]) -> Block<'a> {
        Block::of(&self.travels[ride.travel as usize], places)
    }

    /// Travel around a crowd of places, by the tables that vehicles travel by.
    pub(in crate::solver) fn crowds(&self, places: &[u32]) -> Vec<Crowd<'_>> {
        self.travels.iter().map(|travel| Crowd::of(travel, places)).collect()
    }

    /// The one of them that a vehicle travels by.
    #[inline]
    pub(in crate::solver) fn crowd_of<'c, 'm>(
        &self,
        crowds: &'c [Crowd<'m>],
        ride: &Ride,
    ) -> &'c Crowd<'m> {
        &crowds[ride.travel as usize]
    }

    /// Seconds to a place and on from it; nothing from or to nowhere.
    #[inline]
    pub(in crate::solver) fn legs_around(
        &self,
        ride: &Ride,
        from: u32,
        place: u32,
        to: u32,
    ) -> (i32, i32) {
        self.around(ride, place).legs(from, to)
    }

    /// Metres of travel; nothing to or from nowhere.
    pub(in crate::solver) fn travel_m(&self, ride: &Ride, from: u32, to: u32) -> i64 {
        if from == NOWHERE || to == NOWHERE {
            return 0;
        }
        i64::from(self.travels[ride.travel as usize].distance_m(from, to))
    }

    /// The price of so much paid time.
    pub(in crate::solver) fn paid_cost(&self, vehicle: VehicleId, paid_s: i64) -> Cost {
        let vehicle = self.vehicle(vehicle);
        let price = |per_hour: i64, time_s: i64| time_s.max(0) * per_hour * (COST_UNIT / 3600);
        let above = vehicle.surcharges.iter();
        price(vehicle.costs.per_paid_hour, paid_s)
            + above.map(|more| price(more.per_hour, paid_s - i64::from(more.above_s))).sum::<Cost>()
    }

    /// The price of a leg that takes `travel_s`.
    #[inline]
    pub(in crate::solver) fn leg_cost(
        &self,
        ride: &Ride,
        from: u32,
        to: u32,
        travel_s: i32,
    ) -> Cost {
        let mut cost = i64::from(travel_s.min(PRICED_LEG_S)) * ride.per_s;
        if ride.per_m != 0 {
            cost += self.travel_m(ride, from, to) * ride.per_m;
        } else if ride.per_s == 0 && from != NOWHERE && to != NOWHERE {
            let table = &self.travels[ride.travel as usize];
            cost += i64::from(table.cost(from, to).unwrap_or(0)) * COST_UNIT;
        }
        cost
    }
}
