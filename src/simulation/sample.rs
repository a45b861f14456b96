//! The sample organization: a mobile repair business with twelve technicians. Everything is made through
//! commands, as its owner would.

use super::words::{FIRST_NAMES, LAST_NAMES, TRUCK_NAMES};
use super::world::random_place;
use crate::actors::{Live, Refusal};
use crate::domain::access::{Role, SystemPart, Who};
use crate::domain::command::ClerkCommand;
use crate::domain::fieldwork::service_type::ServiceType;
use crate::domain::fleet::truck::Truck;
use crate::domain::people::organization::{Organization, OrganizationSettings};
use crate::domain::people::technician::{BreakRule, Shift, Technician};
use crate::domain::people::territory::Territory;
use crate::domain::people::user::User;
use crate::domain::text::{Load, Pii, Skills};
use crate::domain::{Command, Envelope};
use crate::roads::Map;
use crate::units::Timestamp;
use crate::units::id::{
    CommandId, OrganizationId, ServiceTypeId, TechnicianId, TerritoryId, TruckId, UserId,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use uuid::Uuid;

/// How large the sample is, and where.
#[derive(Debug, Clone)]
pub struct SampleOptions {
    pub seed: u64,
    pub technicians: usize,
    pub zone: chrono_tz::Tz,
    /// Argon2id hash of the one password of all sample logins.
    pub password_hash: Pii<String>,
}

/// A login that the demo prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Login {
    pub role: &'static str,
    pub email: String,
    pub password: String,
}

/// What was made.
#[derive(Debug, Clone)]
pub struct Sampled {
    pub organization: OrganizationId,
    pub territory: TerritoryId,
}

/// The password of every sample login: it is printed at each start and opens nothing but the sample.
pub const PASSWORD: &str = "sortie-demo-day";

/// The sample organization always has the same id, so that a second start finds it.
pub fn organization_id(seed: u64) -> OrganizationId {
    OrganizationId::derived(Uuid::NAMESPACE_URL, &format!("sortie sample {seed}"))
}

/// The logins of the sample.
pub fn logins(technicians: usize) -> Vec<Login> {
    let login = |role, name: &str| Login {
        role,
        email: format!("{name}@demo.example"),
        password: PASSWORD.to_owned(),
    };
    let mut all = vec![login("owner", "owner"), login("dispatcher", "dispatcher")];
    all.extend((0..technicians).map(|at| login("technician", &driver_name(at).to_lowercase())));
    all
}

fn driver_name(at: usize) -> String {
    let round = at / FIRST_NAMES.len();
    let name = FIRST_NAMES[at % FIRST_NAMES.len()];
    if round == 0 { name.to_owned() } else { format!("{name}{}", round + 1) }
}

/// The kinds of work: name, minutes, skill, load, priority.
const SERVICES: &[(&str, u32, &str, u32, u8)] = &[
    ("Screen repair", 40, "screens", 1, 40),
    ("Battery replacement", 30, "batteries", 1, 40),
    ("Water damage check", 50, "boards", 1, 50),
    ("Router installation", 45, "networks", 2, 30),
    ("Point-of-sale terminal down", 35, "networks", 1, 80),
    ("Device collection", 15, "", 3, 20),
];

/// Makes the organization with its territory, people, trucks and kinds of work. Doing it twice is fine:
/// what is there stays.
pub async fn found(live: &Live, map: &Map, options: &SampleOptions) -> Result<Sampled, Refusal> {
    let organization = organization_id(options.seed);
    let territory = TerritoryId::derived(organization.0, "territory");
    let maker = Maker { live, organization };
    let mut chance = ChaCha8Rng::seed_from_u64(options.seed);

    maker
        .save(
            "organization",
            ClerkCommand::SaveOrganization(Organization {
                id: organization,
                name: "Harbour Mobile Repair".to_owned(),
                slug: format!("harbour-{}", options.seed),
                time_zone: options.zone.name().to_owned(),
                settings: OrganizationSettings {
                    hour_price: 3_600,
                    km_price: 32,
                    ..OrganizationSettings::default()
                },
                version: 0,
            }),
        )
        .await?;
    maker
        .save(
            "territory",
            ClerkCommand::SaveTerritory(Territory {
                id: territory,
                name: "Harbour".to_owned(),
                version: 0,
            }),
        )
        .await?;
    for (name, minutes, skill, load, priority) in SERVICES {
        maker
            .save(
                name,
                ClerkCommand::SaveServiceType(ServiceType {
                    id: ServiceTypeId::derived(organization.0, name),
                    name: (*name).to_owned(),
                    duration_s: minutes * 60,
                    skills: Some(*skill)
                        .filter(|skill| !skill.is_empty())
                        .map(str::to_owned)
                        .into_iter()
                        .collect(),
                    load: Load::from([("boxes".to_owned(), *load)]),
                    priority: *priority,
                    needs_approval: false,
                    active: true,
                    version: 0,
                }),
            )
            .await?;
    }
    let depots: Vec<_> = (0..3).map(|_| random_place(map, &mut chance)).collect();
    for at in 0..options.technicians {
        let truck = TruckId::derived(organization.0, &format!("truck {at}"));
        let truck_facts = Truck {
            id: truck,
            territory,
            name: format!("{} {}", TRUCK_NAMES[at % TRUCK_NAMES.len()], at + 1),
            plate: format!("HMR {:03}", 101 + at),
            capacity: Load::from([("boxes".to_owned(), 40)]),
            equipment: Skills::new(),
            active: true,
            version: 0,
        };
        maker.save(&format!("truck {at}"), ClerkCommand::SaveTruck(truck_facts)).await?;
        let depot = depots[at % depots.len()];
        let technician = TechnicianId::derived(organization.0, &format!("technician {at}"));
        // Everyone can do the common work; the rarer skills go round.
        let mut skills: Skills = ["screens", "batteries"].into_iter().map(str::to_owned).collect();
        skills.extend([["boards", "networks"][at % 2]].map(str::to_owned));
        let (from_minute, until_minute) = if at % 4 == 3 { (600, 1_140) } else { (480, 1_020) };
        let technician_facts = Technician {
            id: technician,
            territory,
            name: Pii(format!(
                "{} {}",
                driver_name(at),
                LAST_NAMES[(at * 7 + 3) % LAST_NAMES.len()]
            )),
            phone: Pii(format!("+35679{:06}", 100_000 + at)),
            skills,
            shifts: (0..7).map(|weekday| Shift { weekday, from_minute, until_minute }).collect(),
            breaks: vec![BreakRule {
                from_minute: from_minute + 210,
                until_minute: from_minute + 330,
                duration_s: 1_800,
            }],
            start: Pii(depot),
            end: Some(Pii(depot)),
            truck: Some(truck),
            device: Some(Pii(format!("demo-{}-{at:02}", options.seed))),
            active: true,
            version: 0,
        };
        maker
            .save(&format!("technician {at}"), ClerkCommand::SaveTechnician(technician_facts))
            .await?;
    }
    for (at, login) in logins(options.technicians).into_iter().enumerate() {
        let technician = at
            .checked_sub(2)
            .map(|at| TechnicianId::derived(organization.0, &format!("technician {at}")));
        let user = User {
            id: user_id(organization, &login.email),
            name: Pii(login.email.split('@').next().unwrap_or_default().to_owned()),
            email: Pii(login.email.clone()),
            password_hash: options.password_hash.clone(),
            role: Role::parse(login.role).unwrap_or(Role::Technician),
            technician,
            active: true,
            version: 0,
        };
        maker.save(&login.email, ClerkCommand::SaveUser(user)).await?;
    }
    Ok(Sampled { organization, territory })
}

/// The sample's user with this e-mail.
pub fn user_id(organization: OrganizationId, email: &str) -> UserId {
    UserId::derived(organization.0, email)
}

/// The sample's dispatcher, as the simulation acts for them.
pub fn dispatcher(organization: OrganizationId) -> Who {
    Who::User {
        id: user_id(organization, "dispatcher@demo.example"),
        role: Role::Dispatcher,
        technician: None,
    }
}

/// The sample's kinds of work that a customer may ask for.
pub fn service_types(organization: OrganizationId) -> Vec<(ServiceTypeId, &'static str)> {
    SERVICES
        .iter()
        .map(|(name, ..)| (ServiceTypeId::derived(organization.0, name), *name))
        .collect()
}

struct Maker<'a> {
    live: &'a Live,
    organization: OrganizationId,
}

impl Maker<'_> {
    async fn save(&self, word: &str, command: ClerkCommand) -> Result<(), Refusal> {
        let now = Timestamp::from_ms(self.live.clock.now().ms());
        let envelope = Envelope {
            command_id: CommandId::derived(self.organization.0, &format!("sample {word}")),
            organization: self.organization,
            who: Who::System { part: SystemPart::CommandLine },
            meant_at: now,
            arrived_at: now,
            body_hash: [0; 32],
            command: Command::Clerk(command),
        };
        self.live.submit(envelope).await.map(|_| ())
    }
}
