//! The handle by which the rest of the program speaks with the live state: submit a command, report
//! readings, ask for options. Cheap to clone; usable from any thread.

use crate::actors::directory::{Directory, GetPlanner, GetTechnician, Submit};
use crate::actors::execute::Refusal;
use crate::actors::hub::{GetTracking, Hub, TrackingView};
use crate::actors::planner::{GetOptions, GetQuestion};
use crate::actors::recorder::{Drain, GetQueueLength, Recorder};
use crate::actors::solver_pool::SolverPool;
use crate::actors::street_keeper::{ReplaceMap, StreetKeeper};
use crate::actors::technician::Report;
use crate::domain::reading::ReadingRefusal;
use crate::domain::{Answer, Envelope, Reading};
use crate::planning::{Explanation, PlacementOption};
use crate::roads::Map;
use crate::units::id::{JobId, OrganizationId, TechnicianId, TerritoryId};
use crate::units::{Clock, LocalDay};
use actix::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Clone)]
pub struct Live {
    pub clock: Clock,
    pub directory: Addr<Directory>,
    pub hub: Addr<Hub>,
    pub recorder: Addr<Recorder>,
    pub streets: Addr<StreetKeeper>,
    /// For searches that are no plan's.
    pub pool: SolverPool,
}

/// What came of a batch of readings. The accepted ones are durable.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ReportAnswer {
    pub accepted: u32,
    pub refused: Vec<RefusedReading>,
}

/// A reading that was not believed: which of the batch, and why. Sending it again does not help.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RefusedReading {
    pub index: u32,
    pub reason: ReadingRefusal,
}

impl Live {
    /// Uses another map from now on, once the changes of the streets hold on it too.
    pub fn replace_map(&self, map: Arc<Map>) {
        // Unbounded on purpose: a map at a time.
        self.streets.do_send(ReplaceMap(map));
    }

    /// Has a command carried out by its owner.
    pub async fn submit(&self, envelope: Envelope) -> Result<Answer, Refusal> {
        self.directory.send(Submit(envelope)).await?
    }

    /// Hands readings of one technician's device in. Acknowledged means durable.
    pub async fn report(
        &self,
        organization: OrganizationId,
        technician: TechnicianId,
        readings: Vec<Reading>,
    ) -> Result<ReportAnswer, Refusal> {
        let actor = self.directory.send(GetTechnician(organization, technician)).await?;
        // `try_send` first would lose the answer; the mailbox's bound makes a flood wait here.
        actor.send(Report { readings }).await?
    }

    /// Every technician of the territory for this job, best first.
    pub async fn options(
        &self,
        organization: OrganizationId,
        territory: TerritoryId,
        job: JobId,
        day: Option<LocalDay>,
    ) -> Result<Vec<PlacementOption>, Refusal> {
        let planner = self.directory.send(GetPlanner(organization, territory)).await?;
        planner.send(GetOptions { job, day }).await?
    }

    /// Why a job is where it is, or nowhere. The Planner only hands out what is needed to look.
    pub async fn explain(
        &self,
        organization: OrganizationId,
        territory: TerritoryId,
        job: JobId,
        day: Option<LocalDay>,
    ) -> Result<Explanation, Refusal> {
        let planner = self.directory.send(GetPlanner(organization, territory)).await?;
        let question = planner.send(GetQuestion { job, day }).await??;
        let answer = tokio::task::spawn_blocking(move || question.answer()).await;
        answer.map_err(|_| Refusal::Broken)
    }

    /// What the customer of this job may see now.
    pub async fn tracking(
        &self,
        organization: OrganizationId,
        job: JobId,
    ) -> Result<TrackingView, Refusal> {
        self.hub.send(GetTracking { organization, job }).await?
    }

    /// Whether the pen writes: the number of writes that wait, or `None` if it does not answer.
    pub async fn writes_waiting(&self) -> Option<usize> {
        self.recorder.send(GetQueueLength).await.ok()
    }

    /// Waits until everything that was handed in is written.
    pub async fn drain(&self) {
        let _ = self.recorder.send(Drain).await;
    }
}
