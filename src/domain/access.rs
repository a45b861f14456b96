//! Who may ask for what. One function, deny by default; the Directory calls it for every command and
//! the edge for every reading.

use crate::domain::command::ClerkCommand;
use crate::domain::fieldwork::job::JobCommand;
use crate::domain::{Command, Rejection};
use crate::units::id::{TechnicianId, TrackingLinkId, UserId};
use serde::{Deserialize, Serialize};

/// A set of permissions with a name that people know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Owner,
    Manager,
    Dispatcher,
    Technician,
    Contractor,
    Accountant,
    Requester,
}

impl Role {
    pub const ALL: [Self; 7] = [
        Self::Owner,
        Self::Manager,
        Self::Dispatcher,
        Self::Technician,
        Self::Contractor,
        Self::Accountant,
        Self::Requester,
    ];

    /// As stored and sent.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Dispatcher => "dispatcher",
            Self::Technician => "technician",
            Self::Contractor => "contractor",
            Self::Accountant => "accountant",
            Self::Requester => "requester",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// Who is behind a command or a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Who {
    /// A person who is logged in; a driver's login names the technician they are.
    User { id: UserId, role: Role, technician: Option<TechnicianId> },
    /// A customer with a tracking link.
    Customer { link: TrackingLinkId },
    /// The product itself: geofence, reactor, planner, improvement, command line on this machine.
    System { part: SystemPart },
}

/// Which part of the product acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SystemPart {
    Reactor,
    Geofence,
    Watchdog,
    Improvement,
    Planner,
    Session,
    CommandLine,
}

/// What can be permitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Users and organization settings.
    ManageUsers,
    /// Technicians, trucks, service types, territories.
    ManageResources,
    /// Customers, locations, jobs.
    ManageJobs,
    /// Routes: place, move, lock, publish, apply; and the streets they take: close, slow, lift.
    Plan,
    /// Everything of the organization, personal data included.
    ReadAll,
    /// The own route and its jobs.
    ReadOwn,
    /// Facts about the own visits, own duty and positions.
    ReportOwn,
    /// Jobs asked for by oneself.
    Request,
}

/// Whether this caller has this permission.
pub fn permits(who: &Who, permission: Permission) -> bool {
    use Permission as P;
    match who {
        Who::System { .. } => true,
        Who::Customer { .. } => false,
        Who::User { role, technician, .. } => match role {
            Role::Owner => true,
            Role::Manager => permission != P::ManageUsers,
            Role::Dispatcher => {
                matches!(permission, P::ManageJobs | P::Plan | P::ReadAll | P::ReadOwn | P::Request)
                    || permission == P::ReportOwn
            }
            Role::Technician | Role::Contractor => {
                technician.is_some() && matches!(permission, P::ReadOwn | P::ReportOwn)
            }
            Role::Accountant => permission == P::ReadAll,
            Role::Requester => permission == P::Request,
        },
    }
}

/// Whether this caller may wish this. What depends on the state (is the visit yours?) is decided by the
/// owner of that state.
pub fn check(who: &Who, command: &Command) -> Result<(), Rejection> {
    use ClerkCommand as Clerk;
    let permission = match command {
        Command::Job(_, wish) => match wish {
            JobCommand::Accept { .. }
            | JobCommand::Decline { .. }
            | JobCommand::Depart { .. }
            | JobCommand::TurnBack { .. }
            | JobCommand::Arrive { .. }
            | JobCommand::Leave { .. }
            | JobCommand::Finish { .. } => Permission::ReportOwn,
            _ => Permission::ManageJobs,
        },
        Command::Plan(..) => Permission::Plan,
        Command::Duty(technician, _) if who.technician() == Some(*technician) => {
            Permission::ReportOwn
        }
        Command::Duty(..) | Command::Cargo(..) => Permission::ManageJobs,
        Command::Clerk(wish) => match wish {
            Clerk::SaveUser(user) if who.user() == Some(user.id) => return Ok(()),
            Clerk::SaveOrganization(_) | Clerk::SaveUser(_) | Clerk::RemoveUser(..) => {
                Permission::ManageUsers
            }
            Clerk::SaveTerritory(_)
            | Clerk::RemoveTerritory(..)
            | Clerk::SaveServiceType(_)
            | Clerk::RemoveServiceType(..)
            | Clerk::SaveTechnician(_)
            | Clerk::RemoveTechnician(..)
            | Clerk::SaveTruck(_)
            | Clerk::RemoveTruck(..) => Permission::ManageResources,
            Clerk::SaveCustomer(_)
            | Clerk::RemoveCustomer(..)
            | Clerk::SaveLocation(_)
            | Clerk::RemoveLocation(..)
            | Clerk::MakeTrackingLink(_)
            | Clerk::RevokeTrackingLink(_) => Permission::ManageJobs,
            Clerk::SaveStreetChange(_) | Clerk::LiftStreetChange(..) => Permission::Plan,
            Clerk::OpenSession(_) | Clerk::RotateSession(_) | Clerk::RevokeSession(_) => {
                return match who {
                    Who::System { .. } => Ok(()),
                    _ => Err(Rejection::forbidden(
                        "sessions are opened and closed by logging in and out",
                    )),
                };
            }
        },
    };
    require(who, permission)
}

/// The refusal for a caller without the permission.
pub fn require(who: &Who, permission: Permission) -> Result<(), Rejection> {
    if permits(who, permission) {
        return Ok(());
    }
    let wanted = match permission {
        Permission::ManageUsers => "manage users and settings",
        Permission::ManageResources => "change technicians, trucks, service types or territories",
        Permission::ManageJobs => "change customers or jobs",
        Permission::Plan => "change the plan or the streets",
        Permission::ReadAll => "read this",
        Permission::ReadOwn => "read a route",
        Permission::ReportOwn => "report from the field",
        Permission::Request => "request jobs",
    };
    Err(Rejection::forbidden(format!(
        "your role does not allow you to {wanted}; ask an owner of the organization"
    )))
}

impl Who {
    /// The technician that this caller is, if they act as one.
    pub fn technician(&self) -> Option<TechnicianId> {
        match self {
            Self::User { technician, .. } => *technician,
            _ => None,
        }
    }

    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } => Some(*id),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(role: Role, technician: bool) -> Who {
        let uuid = uuid::Uuid::nil();
        Who::User { id: UserId(uuid), role, technician: technician.then_some(TechnicianId(uuid)) }
    }

    #[test]
    fn only_an_owner_manages_users() {
        for role in Role::ALL {
            assert_eq!(permits(&user(role, true), Permission::ManageUsers), role == Role::Owner);
        }
    }

    #[test]
    fn a_driver_without_a_technician_may_nothing() {
        assert!(!permits(&user(Role::Technician, false), Permission::ReadOwn));
        assert!(permits(&user(Role::Technician, true), Permission::ReportOwn));
        assert!(!permits(&user(Role::Technician, true), Permission::Plan));
    }

    #[test]
    fn an_accountant_reads_and_changes_nothing() {
        for permission in [Permission::ManageJobs, Permission::Plan, Permission::ManageResources] {
            assert!(!permits(&user(Role::Accountant, false), permission));
        }
        assert!(permits(&user(Role::Accountant, false), Permission::ReadAll));
    }
}
