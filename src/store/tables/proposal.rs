//! Better plans that were offered.

use crate::domain::plan::{Difference, Proposal, ProposalStatus, Route};
use crate::store::connection::both;
use crate::store::dialect::{Column, row};
use crate::store::schema::proposals;
use crate::store::tables::books;
use crate::store::{Db, StoreError};
use crate::units::id::{OrganizationId, ProposalId, TerritoryId};
use crate::units::{LocalDay, Timestamp};
use diesel::prelude::*;

row! {
    ProposalRow in proposals by (organization, id) of noun: Proposal {
        id: ProposalId,
        territory: TerritoryId,
        day: LocalDay,
        status: ProposalStatus,
        made_at: Timestamp,
        routes: Vec<Route>,
        difference: Difference,
        version: u32,
    } => Proposal { id, territory, day, status, made_at, routes, difference, version }
}

books!(proposals, ProposalRow, Proposal, ProposalId);

/// Those of a territory that wait for an answer, of one day or of all, oldest first.
pub fn list_offered(
    db: &mut Db,
    organization: OrganizationId,
    territory: TerritoryId,
    day: Option<LocalDay>,
) -> Result<Vec<Proposal>, StoreError> {
    let rows: Vec<ProposalRow> = both!(db, |c| {
        let mut query = proposals::table
            .filter(proposals::organization.eq(organization.store()))
            .filter(proposals::territory.eq(territory.store()))
            .filter(proposals::status.eq(ProposalStatus::Offered.store()))
            .order(proposals::id)
            .select(ProposalRow::as_select())
            .into_boxed();
        if let Some(day) = day {
            query = query.filter(proposals::day.eq(day.store()));
        }
        query.load(c)
    })?;
    rows.into_iter().map(ProposalRow::load).collect()
}
