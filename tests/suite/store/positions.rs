//! Readings: stored in bulk, found by time, newest known.

use crate::support::database::on_both_databases;
use crate::support::nouns::{House, MORNING};
use crate::support::records::saved;
use sortie::domain::Reading;
use sortie::store::{Page, StoreError, positions};
use sortie::units::id::TechnicianId;
use sortie::units::{Point, TimeWindow, Timestamp};

fn reading(technician: TechnicianId, at: Timestamp) -> Reading {
    Reading {
        technician,
        at,
        point: Point { lat: 35.9, lon: 14.5 + at.ms_since(MORNING) as f64 * 1e-9 },
        accuracy_m: Some(4.5),
        speed_kmh: Some(31.25),
        heading_deg: None,
        altitude_m: None,
        battery: Some(0.5),
    }
}

fn window(from: Timestamp, until: Timestamp) -> TimeWindow {
    TimeWindow::parse(from, until).unwrap()
}

on_both_databases! {
    fn readings_come_back_by_time_in_pages_without_loss_or_repetition(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = House::new("Alpha");
        let organization = house.organization.id;
        writer.commit(&[saved(organization, house.rows())]).pop().unwrap().unwrap();
        let (ana, ben) = (house.technicians[0].id, house.technicians[1].id);
        // Two hours at one reading in five seconds, both technicians mixed, in several batches.
        let all: Vec<Reading> = (0..2_880)
            .map(|n| reading(if n % 2 == 0 { ana } else { ben }, MORNING.plus_secs(n * 5 / 2)))
            .collect();
        for batch in all.chunks(700) {
            writer.store_positions(organization, batch).unwrap();
        }
        // A phone that was offline hands in the morning at last; equal instants are not lost.
        let late: Vec<Reading> =
            (0..10).map(|n| reading(ana, MORNING.plus_secs(n))).collect();
        writer.store_positions(organization, &late).unwrap();

        let asked = window(MORNING.plus_secs(1), MORNING.plus_secs(4_000));
        let mut expected: Vec<Reading> = all
            .iter()
            .chain(&late)
            .filter(|one| one.technician == ana && asked.contains(one.at))
            .copied()
            .collect();
        expected.sort_by_key(|one| one.at);
        let mut found = Vec::new();
        let mut page = Page::first(97);
        loop {
            let part = store
                .read_now(|db| positions::list(db, organization, ana, asked, &page))
                .unwrap();
            assert!(part.items.len() <= 97);
            found.extend(part.items);
            match part.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
        assert_eq!(found, expected);
        let night = window(MORNING.plus_secs(-7_200), MORNING.plus_secs(-3_600));
        let none = store.read_now(|db| positions::list(db, organization, ana, night, &Page::first(5)));
        assert!(none.unwrap().items.is_empty());
        let odd = Page { limit: 5, after: Some("elsewhere".into()) };
        let refused = store.read_now(|db| positions::list(db, organization, ana, asked, &odd));
        assert!(matches!(refused, Err(StoreError::Cursor)));
    }

    fn the_newest_reading_wins_whatever_order_they_come_in(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = House::new("Alpha");
        let organization = house.organization.id;
        writer.commit(&[saved(organization, house.rows())]).pop().unwrap().unwrap();
        let ana = house.technicians[0].id;
        let last = || store.read_now(|db| positions::find_last(db, organization, ana)).unwrap();
        assert_eq!(last(), None);
        let at = |secs| reading(ana, MORNING.plus_secs(secs));
        writer.store_positions(organization, &[at(10), at(30), at(20)]).unwrap();
        assert_eq!(last(), Some(at(30)));
        writer.store_positions(organization, &[at(25)]).unwrap();
        assert_eq!(last(), Some(at(30)));
        writer.store_positions(organization, &[at(31)]).unwrap();
        assert_eq!(last(), Some(at(31)));
        assert_eq!(store.read_now(|db| positions::list_last(db, organization)).unwrap(), [at(31)]);
    }

    fn readings_from_before_are_forgotten_and_the_last_one_stays(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = House::new("Alpha");
        let organization = house.organization.id;
        writer.commit(&[saved(organization, house.rows())]).pop().unwrap().unwrap();
        let ana = house.technicians[0].id;
        let readings: Vec<_> = (0..10).map(|n| reading(ana, MORNING.plus_secs(n * 1_800))).collect();
        writer.store_positions(organization, &readings).unwrap();
        assert_eq!(writer.forget_positions(MORNING.plus_secs(5 * 1_800)).unwrap(), 5);
        let all = window(MORNING, MORNING.plus_secs(86_400));
        let left = store
            .read_now(|db| positions::list(db, organization, ana, all, &Page::first(100)))
            .unwrap();
        assert_eq!(left.items, readings[5..]);
        writer.forget_positions(MORNING.plus_secs(86_400)).unwrap();
        let last = store.read_now(|db| positions::find_last(db, organization, ana)).unwrap();
        assert_eq!(last.as_ref(), readings.last());
        // The next reading is found although the numbering begins anew.
        writer.store_positions(organization, &[reading(ana, MORNING.plus_secs(90_000))]).unwrap();
        let later = window(MORNING.plus_secs(86_400), MORNING.plus_secs(100_000));
        let found = store
            .read_now(|db| positions::list(db, organization, ana, later, &Page::first(100)))
            .unwrap();
        assert_eq!(found.items.len(), 1);
    }

    fn a_reading_of_somebody_unknown_is_refused_whole(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = House::new("Alpha");
        let organization = house.organization.id;
        writer.commit(&[saved(organization, house.rows())]).pop().unwrap().unwrap();
        let nobody = TechnicianId(crate::support::nouns::id());
        let ana = house.technicians[0].id;
        let mixed = [reading(ana, MORNING), reading(nobody, MORNING)];
        assert!(writer.store_positions(organization, &mixed).is_err());
        assert_eq!(store.read_now(|db| positions::find_last(db, organization, ana)).unwrap(), None);
        writer.store_positions(organization, &mixed[..1]).unwrap();
    }
}
