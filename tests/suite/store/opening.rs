//! Opening, migrating, and what is refused before anything is touched.

use crate::support::database::{Database, on_both_databases};
use crate::support::nouns::House;
use crate::support::records::saved;
use sortie::store::{Store, StoreError, StoreOptions, journal, tables};
use std::sync::mpsc;
use std::time::Duration;

fn refusal(address: &str) -> (String, String) {
    match Store::open(address, StoreOptions::default()) {
        Err(StoreError::Foreign { cause, cure }) => (cause, cure),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was opened"),
    }
}

on_both_databases! {
    fn migrations_go_up_and_down_and_up_again(database) {
        let (store, mut writer) = database.store_and_writer();
        assert!(store.migrations().unwrap().iter().all(|step| step.is_applied));
        assert!(store.migrate().unwrap().is_empty());
        let house = House::new("Alpha");
        writer.commit(&[saved(house.organization.id, house.rows())]).pop().unwrap().unwrap();
        drop(writer);
        let mut reverted = Vec::new();
        while let Some(name) = store.revert_last_migration().unwrap() {
            reverted.push(name);
        }
        reverted.reverse();
        assert_eq!(reverted.first().map(String::as_str), Some("0001_nouns"));
        assert_eq!(store.facts().unwrap().pending_migrations, reverted);
        drop(store);
        // What is left counts as empty, not as somebody else's.
        let store = database.open();
        assert_eq!(store.migrate().unwrap(), reverted);
        assert!(store.read_now(tables::organization::list_all).unwrap().is_empty());
    }

    fn a_doctor_learns_what_database_it_is(database) {
        let facts = database.open().facts().unwrap();
        assert!(facts.size_bytes > 0);
        assert!(facts.damage.is_empty() && facts.pending_migrations.is_empty());
        if database.is_lite() {
            assert_eq!(facts.database, "SQLite");
            assert!(facts.durability.contains("journal_mode=wal"), "{}", facts.durability);
            // 2 is FULL.
            assert!(facts.durability.contains("synchronous=2"), "{}", facts.durability);
        } else {
            assert_eq!(facts.database, "PostgreSQL");
        }
    }

    fn a_database_of_a_newer_version_is_refused(database) {
        drop(database.open());
        database.run_sql("INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')");
        let (cause, cure) = refusal(&database.address);
        assert!(cause.contains("newer version"), "{cause}");
        assert!(cure.contains("start that version"), "{cure}");
    }

    fn one_reading_sees_one_state_while_others_write(database) {
        let (store, mut writer) = database.store_and_writer();
        let (first, second) = (House::new("Alpha"), House::new("Beta"));
        writer.commit(&[saved(first.organization.id, first.rows())]).pop().unwrap().unwrap();
        store
            .read_now(|db| {
                let before = tables::organization::list_all(db)?.len();
                writer.commit(&[saved(second.organization.id, second.rows())]).pop().unwrap().unwrap();
                assert_eq!(tables::organization::list_all(db)?.len(), before);
                assert_eq!(journal::head(db, second.organization.id)?, 0);
                Ok(())
            })
            .unwrap();
        assert_eq!(store.read_now(tables::organization::list_all).unwrap().len(), 2);
    }

    fn a_slow_reading_does_not_move_a_turned_clock(database) {
        let store = database.open();
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        runtime.unwrap().block_on(async {
            let began = tokio::time::Instant::now();
            let (done, waiting) = mpsc::channel::<()>();
            let count = store.read(move |db| {
                let _ = waiting.recv_timeout(Duration::from_millis(50));
                Ok(tables::organization::list_all(db)?.len())
            });
            assert_eq!(count.await.unwrap(), 0);
            drop(done);
            assert_eq!(began.elapsed(), Duration::ZERO);
        });
    }

    fn words_about_the_installation_and_cursors_are_kept(database) {
        let (store, mut writer) = database.store_and_writer();
        let organization = House::new("Alpha").organization.id;
        assert_eq!(store.read_now(|db| tables::meta::find(db, "clock")).unwrap(), None);
        writer.set_meta("clock", "1").unwrap();
        writer.set_meta("clock", "2").unwrap();
        let clock = store.read_now(|db| tables::meta::find(db, "clock")).unwrap();
        assert_eq!(clock.as_deref(), Some("2"));
        assert_eq!(store.read_now(|db| tables::cursor::find(db, organization, "reactor")).unwrap(), 0);
        writer.set_cursor(organization, "reactor", 5).unwrap();
        writer.set_cursor(organization, "reactor", 7).unwrap();
        assert_eq!(store.read_now(|db| tables::cursor::find(db, organization, "reactor")).unwrap(), 7);
    }

    fn readers_cannot_write(database) {
        let store = database.open();
        let refused = store.read_now(|db| {
            // The store has no way to write with a reader; this goes behind its back.
            use diesel::connection::SimpleConnection;
            let written = match db {
                sortie::store::Db::Pg(found) => found.batch_execute("DELETE FROM meta"),
                sortie::store::Db::Lite(found) => found.batch_execute("DELETE FROM meta"),
            };
            Ok(written?)
        });
        assert!(matches!(refused, Err(StoreError::Query(_))), "{refused:?}");
    }
}

#[test]
fn a_sqlite_file_of_another_program_is_refused_and_not_touched() {
    let database = Database::empty_lite();
    database.run_sql("CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')");
    let before = std::fs::read(&database.address).unwrap();
    let (cause, cure) = refusal(&database.address);
    assert!(cause.contains("belongs to another program"), "{cause}");
    assert!(cure.contains("path of a new file"), "{cure}");
    assert_eq!(std::fs::read(&database.address).unwrap(), before);
    assert_eq!(std::fs::read_dir(database.folder().unwrap()).unwrap().count(), 1);
}

#[test]
fn a_sqlite_file_with_another_programs_mark_is_refused_though_it_is_empty() {
    let database = Database::empty_lite();
    database.run_sql("PRAGMA application_id = 1234");
    assert!(refusal(&database.address).0.contains("belongs to another program"));
}

#[test]
fn a_file_that_is_no_database_is_refused_and_not_touched() {
    let database = Database::empty_lite();
    let text = "Dear diary, today I wrote more than one hundred bytes, so that nobody takes me for \
                an empty file; that would be a pity.";
    std::fs::write(&database.address, text).unwrap();
    let (cause, _) = refusal(&database.address);
    assert!(cause.contains("is not a database"), "{cause}");
    assert_eq!(std::fs::read_to_string(&database.address).unwrap(), text);
}

#[test]
fn a_folder_that_is_not_there_is_named_with_its_cure() {
    let database = Database::empty_lite();
    let path = database.folder().unwrap().join("nowhere/sortie.sqlite3");
    let (cause, cure) = refusal(path.to_str().unwrap());
    assert!(cause.contains("cannot be opened"), "{cause}");
    assert!(cure.contains("folder"), "{cure}");
}

#[test]
fn a_postgres_database_of_another_program_is_refused() {
    let Some(database) = Database::empty_postgres() else { return };
    database.run_sql("CREATE TABLE recipes (name TEXT)");
    assert!(refusal(&database.address).0.contains("belongs to another program"));
}

#[test]
fn a_postgres_that_is_not_there_may_come_back() {
    let gone = Store::open("postgres://nobody@127.0.0.1:1/none", StoreOptions::default());
    let error = gone.err().expect("nothing listens there");
    assert!(error.is_passing(), "{error:?}");
}
