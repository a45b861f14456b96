//! `sortie user`: logins from the machine itself, for the first owner and for who forgot their password.
//!
//! Works on the data folder while no server does. What it wishes is carried out by the Clerk and written
//! by the Recorder, as from the pages; only the rest of the system is not started.

use super::data_folder::DataFolder;
use super::database::{failure_of, open, open_present};
use super::failure::{Exit, Failure};
use super::migrate::DatabaseFlags;
use super::output::Output;
use super::prompt::new_password;
use crate::actors::clerk::Clerk;
use crate::actors::recorder::Recorder;
use crate::actors::{Around, Carry, Refusal};
use crate::auth::password;
use crate::domain::access::SystemPart;
use crate::domain::command::ClerkCommand;
use crate::domain::people::organization::{Organization, OrganizationSettings};
use crate::domain::people::territory::Territory;
use crate::domain::people::user::User;
use crate::domain::text::{self, Pii};
use crate::domain::{Command, Envelope, Role, Who};
use crate::simulation::demo;
use crate::store::{Db, StoreError, tables};
use crate::units::Clock;
use crate::units::id::{CommandId, OrganizationId, TechnicianId, TerritoryId, UserId};
use actix::prelude::*;
use serde::Serialize;
use serde_json::json;

#[derive(Debug, clap::Args)]
pub struct UserArguments {
    #[command(subcommand)]
    action: UserAction,
}

#[derive(Debug, clap::Subcommand)]
enum UserAction {
    /// Add a login; the first owner also founds the organization
    Add(AddArguments),
    /// List all logins
    List(DatabaseFlags),
    /// Give a login a new password; whoever is logged in with it is logged out
    SetPassword {
        email: String,
        /// Read the password from one line of standard input instead of asking
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        flags: DatabaseFlags,
    },
    /// Close a login and log it out; nothing it did is lost
    Deactivate {
        email: String,
        #[command(flatten)]
        flags: DatabaseFlags,
    },
}

#[derive(Debug, clap::Args)]
struct AddArguments {
    email: String,
    /// The person's name; the default is the first part of the e-mail address
    #[arg(long)]
    name: Option<String>,
    /// owner, manager, dispatcher, technician, contractor, accountant or requester
    #[arg(long, default_value = "owner", value_parser = role)]
    role: Role,
    /// Name of the organization; needed for the first owner, and where there are several
    #[arg(long, value_name = "NAME")]
    organization: Option<String>,
    /// Time zone of a new organization, such as Europe/Malta
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    time_zone: String,
    /// For drivers: the technician that this person is, by name or id
    #[arg(long, value_name = "NAME")]
    technician: Option<String>,
    /// Read the password from one line of standard input instead of asking
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    flags: DatabaseFlags,
}

fn role(word: &str) -> Result<Role, String> {
    Role::parse(word).ok_or_else(|| {
        let words: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
        format!("the roles are {}", words.join(", "))
    })
}

pub fn run(arguments: &UserArguments, output: Output) -> Result<(), Failure> {
    match &arguments.action {
        UserAction::List(flags) => list(flags, output),
        UserAction::Add(add) => {
            with_books(&add.flags, async |books| self::add(&books, add, output).await)
        }
        UserAction::SetPassword { email, password_stdin, flags } => {
            with_books(flags, async |books| {
                set_password(&books, email, *password_stdin, output).await
            })
        }
        UserAction::Deactivate { email, flags } => {
            with_books(flags, async |books| deactivate(&books, email, output).await)
        }
    }
}

#[derive(Debug, Serialize)]
struct Login {
    email: String,
    name: String,
    role: Role,
    active: bool,
    organization: String,
}

impl Login {
    fn of(user: &User, organization: &Organization) -> Self {
        Self {
            email: user.email.0.clone(),
            name: user.name.0.clone(),
            role: user.role,
            active: user.active,
            organization: organization.name.clone(),
        }
    }
}

fn list(flags: &DatabaseFlags, output: Output) -> Result<(), Failure> {
    let store = open_present(&flags.settings()?)?;
    let logins = store.read_now(|db| {
        let mut logins = Vec::new();
        for organization in tables::organization::list_all(db)? {
            let users = tables::user::list_all(db, organization.id)?;
            logins.extend(users.iter().map(|user| Login::of(user, &organization)));
        }
        Ok(logins)
    });
    let logins = logins.map_err(failure_of)?;
    let line = |login: &Login| {
        let state = if login.active { "" } else { "  (closed)" };
        let (email, role) = (&login.email, login.role.word());
        format!("{email:32}  {role:10}  {}, {}{state}", login.name, login.organization)
    };
    let text = if logins.is_empty() {
        "nobody yet; `sortie user add` makes the first owner".to_owned()
    } else {
        logins.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    output.result(&json!({ "users": logins }), text)
}

async fn add(books: &Books, arguments: &AddArguments, output: Output) -> Result<(), Failure> {
    let email = text::email("email", &arguments.email).map_err(refused)?;
    // Everything that can be refused comes before anything is founded.
    let password = new_password(arguments.password_stdin)?;
    let taken = email.clone();
    if books.read(move |db| tables::user::find_by_email(db, &taken)).await?.is_some() {
        let cause = format!("somebody logs in as {email} already");
        return Err(Failure::new(Exit::Error, cause, "`sortie user list` shows all logins"));
    }
    let organization = books.organization_for(arguments).await?;
    let technician = match &arguments.technician {
        Some(named) => Some(books.technician(organization.id, named).await?),
        None => None,
    };
    let user = User {
        id: UserId::new(books.around.clock.now()),
        name: Pii(arguments
            .name
            .clone()
            .unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned())),
        email: Pii(email),
        password_hash: hashed(password).await?,
        role: arguments.role,
        technician,
        active: true,
        version: 0,
    };
    let login = Login::of(&user, &organization);
    books.wish(organization.id, ClerkCommand::SaveUser(user)).await?;
    let text =
        format!("{} can log in as {} of {}", login.email, login.role.word(), login.organization);
    output.result(&login, text)
}

async fn set_password(
    books: &Books,
    email: &str,
    password_stdin: bool,
    output: Output,
) -> Result<(), Failure> {
    let (organization, user) = books.user(email).await?;
    let password_hash = hashed(new_password(password_stdin)?).await?;
    let id = user.id;
    let changed = User { password_hash, ..user };
    books.wish(organization, ClerkCommand::SaveUser(changed)).await?;
    let ended = books.end_sessions(organization, id).await?;
    let text = format!("{email} has a new password; {ended} sessions were ended");
    output.result(&json!({ "email": email, "sessions_ended": ended }), text)
}

async fn deactivate(books: &Books, email: &str, output: Output) -> Result<(), Failure> {
    let (organization, user) = books.user(email).await?;
    let id = user.id;
    books.wish(organization, ClerkCommand::SaveUser(User { active: false, ..user })).await?;
    let ended = books.end_sessions(organization, id).await?;
    let text = format!("{email} can no longer log in; {ended} sessions were ended");
    output.result(&json!({ "email": email, "sessions_ended": ended }), text)
}

async fn hashed(password: String) -> Result<Pii<String>, Failure> {
    password::hash(password).await.map_err(|error| {
        Failure::of(Exit::Error, error, "run this again; if it stays, look at the machine's memory")
    })
}

/// The books of all organizations, opened for this command alone.
struct Books {
    around: Around,
}

/// Opens the database on this thread, which may wait, and then does the work as the server would.
fn with_books(
    flags: &DatabaseFlags,
    work: impl AsyncFnOnce(Books) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let settings = flags.settings()?;
    let _folder = DataFolder::take(&settings.data, "sortie user")?;
    let store = open(&settings)?;
    store.migrate().map_err(failure_of)?;
    // In a demo's folder it is the time that the demo has reached.
    let clock = if demo::has_clock(&settings.data) {
        demo::clock(&settings.data, &store, chrono_tz::UTC, 1.0).map_err(failure_of)?
    } else {
        Clock::real()
    };
    let writer = store.writer().map_err(failure_of)?;
    System::new().block_on(async {
        let recorder = Recorder::new(writer).start();
        work(Books { around: Around { clock, store, recorder } }).await
    })
}

impl Books {
    async fn wish(
        &self,
        organization: OrganizationId,
        command: ClerkCommand,
    ) -> Result<(), Failure> {
        let now = self.around.clock.now();
        let envelope = Envelope {
            command_id: CommandId::new(now),
            organization,
            who: Who::System { part: SystemPart::CommandLine },
            meant_at: now,
            arrived_at: now,
            body_hash: [0; 32],
            command: Command::Clerk(command),
        };
        let clerk = Clerk::new(self.around.clone(), organization).start();
        match clerk.send(Carry(envelope)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(Refusal::Rejected(rejection))) => Err(refused(rejection)),
            Ok(Err(refusal)) => {
                Err(Failure::of(Exit::Error, refusal, "`sortie doctor` looks at disk and database"))
            }
            Err(error) => Err(Failure::of(Exit::Error, error, "run this again")),
        }
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Failure> {
        self.around.store.read(work).await.map_err(failure_of)
    }

    /// The organization that is meant. Where there is none yet, an owner founds it, with one territory.
    async fn organization_for(&self, arguments: &AddArguments) -> Result<Organization, Failure> {
        let present = self.read(tables::organization::list_all).await?;
        let names: Vec<&str> = present.iter().map(|known| known.name.as_str()).collect();
        let Some(named) = &arguments.organization else {
            return match present.len() {
                1 => Ok(present.into_iter().next().expect("there is one")),
                0 => Err(Failure::new(
                    Exit::Usage,
                    "there is no organization yet",
                    "name it with --organization NAME, and its --time-zone",
                )),
                _ => Err(Failure::new(
                    Exit::Usage,
                    "there are several organizations",
                    format_args!("name one with --organization: {}", names.join(", ")),
                )),
            };
        };
        let is_named = |known: &&Organization| known.name == *named || known.slug == *named;
        if let Some(known) = present.iter().find(is_named) {
            return Ok(known.clone());
        }
        if arguments.role != Role::Owner {
            return Err(Failure::new(
                Exit::Error,
                format_args!("there is no organization {named}"),
                format_args!("add its owner first; there are: {}", names.join(", ")),
            ));
        }
        self.found(named, &arguments.time_zone).await
    }

    async fn found(&self, name: &str, time_zone: &str) -> Result<Organization, Failure> {
        let now = self.around.clock.now();
        let organization = Organization {
            id: OrganizationId::new(now),
            name: name.to_owned(),
            slug: slug_of(name),
            time_zone: time_zone.to_owned(),
            settings: OrganizationSettings::default(),
            version: 0,
        };
        let id = organization.id;
        self.wish(id, ClerkCommand::SaveOrganization(organization.clone())).await?;
        let territory = Territory { id: TerritoryId::new(now), name: name.to_owned(), version: 0 };
        self.wish(id, ClerkCommand::SaveTerritory(territory)).await?;
        Ok(organization)
    }

    async fn technician(
        &self,
        organization: OrganizationId,
        named: &str,
    ) -> Result<TechnicianId, Failure> {
        let all = self.read(move |db| tables::technician::list_all(db, organization)).await?;
        let found: Vec<TechnicianId> = all
            .iter()
            .filter(|known| known.name.0 == named || known.id.to_string() == named)
            .map(|known| known.id)
            .collect();
        match found[..] {
            [one] => Ok(one),
            [] => Err(Failure::new(
                Exit::Error,
                format_args!("there is no technician {named}"),
                "write the name as it stands in the console",
            )),
            _ => Err(Failure::new(
                Exit::Error,
                format_args!("several technicians are called {named}"),
                "give the id instead of the name",
            )),
        }
    }

    async fn user(&self, email: &str) -> Result<(OrganizationId, User), Failure> {
        let address = text::email("email", email).map_err(refused)?;
        let cause = format!("nobody logs in as {address}");
        let found = self.read(move |db| tables::user::find_by_email(db, &address)).await?;
        found.ok_or_else(|| Failure::new(Exit::Error, cause, "`sortie user list` shows all logins"))
    }

    async fn end_sessions(
        &self,
        organization: OrganizationId,
        user: UserId,
    ) -> Result<usize, Failure> {
        let sessions = self.read(move |db| tables::session::list(db, organization, user)).await?;
        let live: Vec<_> = sessions.iter().filter(|known| known.revoked_at.is_none()).collect();
        for session in &live {
            self.wish(organization, ClerkCommand::RevokeSession(session.id)).await?;
        }
        Ok(live.len())
    }
}

fn refused(rejection: crate::domain::Rejection) -> Failure {
    let cure = match &rejection.field {
        Some(field) => format!("give another {field} and run this again"),
        None => "change the arguments and run this again".to_owned(),
    };
    Failure::new(Exit::Error, rejection.sentence, cure)
}

/// `Acme Heating & Co.` becomes `acme-heating-co`.
fn slug_of(name: &str) -> String {
    let plain: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' })
        .collect();
    let mut slug = plain.split_whitespace().collect::<Vec<_>>().join("-");
    slug.truncate(40);
    if slug.is_empty() { "organization".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_gives_a_slug_that_holds() {
        for name in ["Acme Heating & Co.", "Ġnejna", "火事", &"x ".repeat(60)] {
            assert!(text::slug("slug", &slug_of(name)).is_ok(), "{name}: {}", slug_of(name));
        }
        assert_eq!(slug_of("Acme Heating & Co."), "acme-heating-co");
    }
}
