//! What a commit promises: all or nothing, once, in order, on the versions that were read.

use crate::support::database::on_both_databases;
use crate::support::nouns::House;
use crate::support::records::{nothing, removed, saved};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sortie::domain::people::territory::Territory;
use sortie::domain::text::Pii;
use sortie::domain::{Aggregate, Event, Row};
use sortie::store::journal::{self, CommitError, Committed, Record};
use sortie::store::{Page, Store, Writer, tables};
use sortie::units::id::{OrganizationId, TerritoryId};
use std::collections::HashMap;

fn commit_one(writer: &mut Writer, record: &Record) -> Result<Committed, CommitError> {
    writer.commit(std::slice::from_ref(record)).pop().expect("one record has one answer")
}

fn house(writer: &mut Writer, word: &str) -> House {
    let house = House::new(word);
    commit_one(writer, &saved(house.organization.id, house.rows())).expect("a house is written");
    house
}

/// The n-th version of a territory.
fn territory(id: TerritoryId, version: u32) -> Row {
    Row::Territory(Territory { id, name: format!("Territory {version}"), version })
}

fn facts(store: &Store, organization: OrganizationId) -> Vec<sortie::domain::Fact> {
    store.read_now(|db| journal::since(db, organization, 0, 100_000)).unwrap()
}

on_both_databases! {
    fn a_record_is_in_the_journal_and_in_the_tables(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = House::new("Alpha");
        let organization = house.organization.id;
        let done = commit_one(&mut writer, &saved(organization, house.rows())).unwrap();
        let count = house.rows().len() as i64;
        assert_eq!(done.answer.seq, Some(count));
        assert_eq!(done.facts, facts(&store, organization));
        assert_eq!(store.read_now(|db| journal::head(db, organization)).unwrap(), count);
        let version = |aggregate| store.read_now(|db| journal::version(db, organization, aggregate));
        assert_eq!(version(Aggregate::Territory(house.territory.id)).unwrap(), 1);
        let found = store.read_now(|db| tables::territory::find(db, organization, house.territory.id));
        assert_eq!(found.unwrap(), Some(house.territory));
    }

    fn a_decision_on_a_version_that_has_moved_is_refused_and_writes_nothing(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = house(&mut writer, "Alpha");
        let organization = house.organization.id;
        let id = house.territory.id;
        commit_one(&mut writer, &saved(organization, vec![territory(id, 2)])).unwrap();

        let again = saved(organization, vec![territory(id, 2)]);
        let refused = commit_one(&mut writer, &again).unwrap_err();
        assert!(matches!(refused, CommitError::Stale { expected: 1, current: 2, .. }), "{refused:?}");

        let mut reads = saved(organization, vec![territory(TerritoryId(crate::support::nouns::id()), 1)]);
        reads.reads = vec![(Aggregate::Territory(id), 1)];
        let refused = commit_one(&mut writer, &reads).unwrap_err();
        assert!(matches!(refused, CommitError::Stale { expected: 1, current: 2, .. }), "{refused:?}");

        let mut bumps = nothing(organization);
        bumps.bumps = vec![(Aggregate::Territory(id), 4)];
        assert!(matches!(commit_one(&mut writer, &bumps), Err(CommitError::Stale { expected: 3, current: 2, .. })));
        assert_eq!(facts(&store, organization).len(), house.rows().len() + 1);
        assert_eq!(store.read_now(|db| tables::territory::list_all(db, organization)).unwrap().len(), 1);
    }

    fn of_two_that_read_the_same_version_only_the_first_is_written(database) {
        let (_store, mut writer) = database.store_and_writer();
        let house = house(&mut writer, "Alpha");
        let (organization, id) = (house.organization.id, house.territory.id);
        let mut first = nothing(organization);
        first.reads = vec![(Aggregate::Territory(id), 1)];
        first.bumps = vec![(Aggregate::Customer(house.customer.id), 2)];
        let mut second = nothing(organization);
        second.reads = vec![(Aggregate::Customer(house.customer.id), 1)];
        second.events = vec![(Aggregate::Territory(id), 2, Event::Removed)];
        // They write what the other one reads, in one transaction.
        let answers = writer.commit(&[first, second]);
        assert!(answers[0].is_ok());
        assert!(matches!(answers[1], Err(CommitError::Stale { expected: 1, current: 2, .. })));
    }

    fn two_writers_never_both_raise_the_same_version(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = house(&mut writer, "Alpha");
        let (organization, id) = (house.organization.id, house.territory.id);
        let wins: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..2)
                .map(|_| {
                    let mut writer = store.writer().unwrap();
                    scope.spawn(move || {
                        (2..30)
                            .filter(|version| {
                                let record = saved(organization, vec![territory(id, *version)]);
                                commit_one(&mut writer, &record).is_ok()
                            })
                            .count()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        let found = store.read_now(|db| tables::territory::find(db, organization, id)).unwrap().unwrap();
        assert_eq!(wins as u32, found.version - 1);
        let all = facts(&store, organization);
        let seqs: Vec<i64> = all.iter().map(|fact| fact.seq).collect();
        assert_eq!(seqs, (1..=all.len() as i64).collect::<Vec<_>>());
    }

    fn a_repeated_command_gets_its_old_answer_and_does_nothing(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = house(&mut writer, "Alpha");
        let organization = house.organization.id;
        let mut record = saved(organization, vec![territory(house.territory.id, 2)]);
        record.answer.detail = serde_json::json!({ "placed": true });
        let first = commit_one(&mut writer, &record).unwrap();
        let second = commit_one(&mut writer, &record).unwrap();
        assert!(!first.repeated && second.repeated);
        assert_eq!(second.answer, first.answer);
        assert!(second.facts.is_empty());
        let stored = store
            .read_now(|db| journal::find_answer(db, organization, record.command_id))
            .unwrap();
        assert_eq!(stored, Some((record.body_hash, first.answer)));

        let other = Record { body_hash: [8; 32], ..record.clone() };
        assert!(matches!(commit_one(&mut writer, &other), Err(CommitError::OtherBody)));
        assert_eq!(facts(&store, organization).len(), house.rows().len() + 1);
    }

    fn a_command_that_comes_twice_in_one_commit_is_carried_out_once(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = house(&mut writer, "Alpha");
        let record = saved(house.organization.id, vec![territory(house.territory.id, 2)]);
        let answers = writer.commit(&[record.clone(), record]);
        let repeated: Vec<bool> = answers.iter().map(|a| a.as_ref().unwrap().repeated).collect();
        assert_eq!(repeated, [false, true]);
        assert_eq!(facts(&store, house.organization.id).len(), house.rows().len() + 1);
    }

    fn the_same_command_id_in_another_organization_is_another_command(database) {
        let (_store, mut writer) = database.store_and_writer();
        let (alpha, beta) = (house(&mut writer, "Alpha"), house(&mut writer, "Beta"));
        let first = saved(alpha.organization.id, vec![territory(alpha.territory.id, 2)]);
        let mut second = saved(beta.organization.id, vec![territory(beta.territory.id, 2)]);
        second.command_id = first.command_id;
        second.body_hash = [9; 32];
        assert!(writer.commit(&[first, second]).iter().all(Result::is_ok));
    }

    fn a_record_that_the_database_refuses_does_not_take_its_neighbours(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = house(&mut writer, "Alpha");
        let organization = house.organization.id;
        let before = facts(&store, organization).len() as i64;
        let mut twin = house.user.clone();
        twin.id = sortie::units::id::UserId(crate::support::nouns::id());
        let new_territory = || territory(TerritoryId(crate::support::nouns::id()), 1);
        let records = [
            saved(organization, vec![new_territory()]),
            saved(organization, vec![new_territory(), Row::User(twin)]),
            saved(organization, vec![new_territory()]),
        ];
        let answers = writer.commit(&records);
        assert_eq!(answers[0].as_ref().unwrap().answer.seq, Some(before + 1));
        assert!(matches!(answers[1], Err(CommitError::Taken { what: "email" })), "{:?}", answers[1]);
        assert_eq!(answers[2].as_ref().unwrap().answer.seq, Some(before + 2));
        assert_eq!(store.read_now(|db| tables::territory::list_all(db, organization)).unwrap().len(), 3);
        // Nothing of the refused one stays, so it can be sent again once it is cured.
        let command = records[1].command_id;
        assert_eq!(store.read_now(|db| journal::find_answer(db, organization, command)).unwrap(), None);
    }

    fn what_somebody_else_has_is_named(database) {
        let (_store, mut writer) = database.store_and_writer();
        let house = house(&mut writer, "Alpha");
        let organization = house.organization.id;
        let mut taken = |row: Row| match commit_one(&mut writer, &saved(organization, vec![row])) {
            Err(CommitError::Taken { what }) => what,
            Ok(_) => "nothing",
            Err(other) => panic!("{other:?}"),
        };
        let mut with_device = house.technicians[0].clone();
        (with_device.device, with_device.version) = (Some(Pii("phone-1".into())), 2);
        assert_eq!(taken(Row::Technician(with_device)), "nothing");
        let mut other = house.technicians[1].clone();
        (other.device, other.version) = (Some(Pii("phone-1".into())), 2);
        assert_eq!(taken(Row::Technician(other)), "device");
        assert_eq!(taken(Row::Job(Box::new(house.job(1)))), "nothing");
        assert_eq!(taken(Row::Job(Box::new(house.job(1)))), "number");
    }

    fn a_slug_or_an_email_of_another_organization_is_taken(database) {
        let (_store, mut writer) = database.store_and_writer();
        let alpha = house(&mut writer, "Alpha");
        let mut beta = House::new("Beta");
        beta.organization.slug.clone_from(&alpha.organization.slug);
        let refused = commit_one(&mut writer, &saved(beta.organization.id, beta.rows()));
        assert!(matches!(refused, Err(CommitError::Taken { what: "slug" })), "{refused:?}");
        let mut beta = House::new("Beta");
        beta.user.email = alpha.user.email.clone();
        let refused = commit_one(&mut writer, &saved(beta.organization.id, beta.rows()));
        assert!(matches!(refused, Err(CommitError::Taken { what: "email" })), "{refused:?}");
    }

    fn what_others_refer_to_cannot_be_removed(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = house(&mut writer, "Alpha");
        let organization = house.organization.id;
        commit_one(&mut writer, &saved(organization, vec![Row::Job(Box::new(house.job(1)))])).unwrap();
        let customer = Aggregate::Customer(house.customer.id);
        let refused = commit_one(&mut writer, &removed(organization, customer, 1));
        assert!(matches!(refused, Err(CommitError::InUse { noun: "customer" })), "{refused:?}");
        let territory = Aggregate::Territory(house.territory.id);
        let refused = commit_one(&mut writer, &removed(organization, territory, 1));
        assert!(matches!(refused, Err(CommitError::InUse { noun: "territory" })), "{refused:?}");
        // Jobs have a history, so they stay though nothing refers to them.
        let job = Aggregate::Job(sortie::units::id::JobId(crate::support::nouns::id()));
        let refused = commit_one(&mut writer, &removed(organization, job, 0));
        assert!(matches!(refused, Err(CommitError::InUse { noun: "job" })), "{refused:?}");
        let free = Aggregate::User(house.user.id);
        commit_one(&mut writer, &removed(organization, free, 1)).unwrap();
        let erased = store.read_now(|db| tables::erasure::list_all(db, organization)).unwrap();
        assert_eq!(erased.iter().map(|one| one.0).collect::<Vec<_>>(), [free]);
    }

    fn a_customer_without_jobs_goes_with_all_places(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = house(&mut writer, "Alpha");
        let organization = house.organization.id;
        let customer = Aggregate::Customer(house.customer.id);
        commit_one(&mut writer, &removed(organization, customer, 1)).unwrap();
        let places = store
            .read_now(|db| tables::location::list(db, organization, None, &Page::first(10)))
            .unwrap();
        assert!(places.items.is_empty());
    }

    fn what_names_something_that_is_not_there_is_refused(database) {
        let (_store, mut writer) = database.store_and_writer();
        let (alpha, beta) = (house(&mut writer, "Alpha"), house(&mut writer, "Beta"));
        // A customer of another organization is not there either.
        let mut job = alpha.job(1);
        job.customer = beta.customer.id;
        let refused = commit_one(&mut writer, &saved(alpha.organization.id, vec![Row::Job(Box::new(job))]));
        assert!(matches!(refused, Err(CommitError::Missing { noun: "job" })), "{refused:?}");
    }

    fn journals_have_no_gaps_whatever_is_refused(database) {
        let (store, mut writer) = database.store_and_writer();
        let houses = [house(&mut writer, "Alpha"), house(&mut writer, "Beta")];
        // Each step: which organization, which of its three territories, whether it is stale, taken or fine.
        let step = (0_usize..2, 0_usize..3, 0_u8..5);
        let batches = prop::collection::vec(prop::collection::vec(step, 1..8), 1..6);
        let mut ids: Vec<[TerritoryId; 3]> = Vec::new();
        for _ in 0..2 {
            ids.push(std::array::from_fn(|_| TerritoryId(crate::support::nouns::id())));
        }
        let mut versions: HashMap<TerritoryId, u32> = HashMap::new();
        let cases = Config { cases: 12, failure_persistence: None, ..Config::default() };
        let versions = std::cell::RefCell::new(&mut versions);
        let writer = std::cell::RefCell::new(&mut writer);
        TestRunner::new(cases)
            .run(&batches, |batches| {
                let (mut versions, mut writer) = (versions.borrow_mut(), writer.borrow_mut());
                for batch in batches {
                    let mut expected = Vec::new();
                    let records: Vec<Record> = batch
                        .iter()
                        .map(|&(house, which, fate)| {
                            let (organization, id) = (houses[house].organization.id, ids[house][which]);
                            let present = versions.entry(id).or_insert(0);
                            match fate {
                                0 => {
                                    expected.push(false);
                                    saved(organization, vec![territory(id, *present + 2)])
                                }
                                1 => {
                                    expected.push(false);
                                    let mut twin = houses[house].user.clone();
                                    twin.id = sortie::units::id::UserId(crate::support::nouns::id());
                                    saved(organization, vec![territory(id, *present + 1), Row::User(twin)])
                                }
                                _ => {
                                    *present += 1;
                                    expected.push(true);
                                    saved(organization, vec![territory(id, *present)])
                                }
                            }
                        })
                        .collect();
                    let done: Vec<bool> = writer.commit(&records).iter().map(Result::is_ok).collect();
                    prop_assert_eq!(done, expected);
                }
                for house in &houses {
                    let all = facts(&store, house.organization.id);
                    let mut last: HashMap<Aggregate, u32> = HashMap::new();
                    for (fact, seq) in all.iter().zip(1..) {
                        prop_assert_eq!(fact.seq, seq);
                        let before = last.insert(fact.aggregate, fact.version).unwrap_or(0);
                        prop_assert_eq!(fact.version, before + 1);
                    }
                }
                Ok(())
            })
            .unwrap();
        for (house, ids) in houses.iter().zip(&ids) {
            let organization = house.organization.id;
            for one in store.read_now(|db| tables::territory::list_all(db, organization)).unwrap() {
                let version = store.read_now(|db| journal::version(db, organization, Aggregate::Territory(one.id)));
                assert_eq!(one.version, version.unwrap());
                assert!(ids.contains(&one.id) || one.id == house.territory.id);
            }
        }
    }

    fn a_database_that_fails_breaks_the_commit_and_nothing_is_written(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = house(&mut writer, "Alpha");
        let organization = house.organization.id;
        database.run_sql("ALTER TABLE command_log RENAME TO hidden");
        let record = saved(organization, vec![territory(house.territory.id, 2)]);
        let refused = commit_one(&mut writer, &record).unwrap_err();
        assert!(matches!(&refused, CommitError::Broken(error) if !error.is_passing()), "{refused:?}");
        database.run_sql("ALTER TABLE hidden RENAME TO command_log");
        assert_eq!(facts(&store, organization).len(), house.rows().len());
        assert!(commit_one(&mut writer, &record).is_ok());
    }

    fn old_answers_are_forgotten_when_told(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = House::new("Alpha");
        let mut record = saved(house.organization.id, house.rows());
        record.recorded_at = sortie::units::Timestamp(1_000);
        commit_one(&mut writer, &record).unwrap();
        assert_eq!(writer.forget_commands(sortie::units::Timestamp(1_000)).unwrap(), 0);
        assert_eq!(writer.forget_commands(sortie::units::Timestamp(1_001)).unwrap(), 1);
        let organization = house.organization.id;
        let known = store.read_now(|db| journal::find_answer(db, organization, record.command_id));
        assert_eq!(known.unwrap(), None);
    }
}

#[test]
fn a_writer_whose_connection_was_cut_makes_a_new_one() {
    let Some(database) = crate::support::database::Database::postgres() else { return };
    let (_store, mut writer) = database.store_and_writer();
    let house = house(&mut writer, "Alpha");
    database.run_sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    let record = saved(house.organization.id, vec![territory(house.territory.id, 2)]);
    let cut = commit_one(&mut writer, &record).unwrap_err();
    assert!(matches!(&cut, CommitError::Broken(error) if error.is_passing()), "{cut:?}");
    assert!(commit_one(&mut writer, &record).is_ok());
}
