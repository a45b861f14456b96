//! What technicians say of their visits. A phone without signal says it later: `meant_at_age_ms` tells how
//! long ago it was meant, by the phone's own clock, and the server reckons the instant.

use crate::api::answer::JobDone;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::error::Problem;
use crate::api::job::show;
use crate::api::state::ApiState;
use crate::auth::secret;
use crate::domain::Command;
use crate::domain::fieldwork::job::{JobCommand, Outcome};
use crate::units::id::{JobId, VisitId};
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;

/// Nothing is reported later than this: a weekend without signal and a day more.
const AGE_MS_MAX: i64 = 4 * 86_400_000;

#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitStep {
    /// Real milliseconds since it was meant; 0 where absent.
    pub meant_at_age_ms: Option<i64>,
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub remark: String,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitEnd {
    /// Real milliseconds since it was meant; 0 where absent.
    pub meant_at_age_ms: Option<i64>,
    pub outcome: Outcome,
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub remark: String,
}

macro_rules! steps {
    ($($name:ident: |$visit:ident, $step:ident| $command:expr;)*) => {$(
        pub async fn $name(
            state: Data<ApiState>,
            caller: Caller,
            ids: Path<(JobId, VisitId)>,
            body: Body<VisitStep>,
        ) -> Result<Json<JobDone>, Problem> {
            let (job, $visit) = *ids;
            let $step = body.value;
            let age_ms = $step.meant_at_age_ms;
            carry(&state, &caller, job, age_ms, $command).await
        }
    )*};
}

steps! {
    accept: |visit, step| JobCommand::Accept { visit };
    decline: |visit, step| JobCommand::Decline { visit, remark: step.remark };
    depart: |visit, step| JobCommand::Depart { visit };
    turn_back: |visit, step| JobCommand::TurnBack { visit };
    arrive: |visit, step| JobCommand::Arrive { visit };
}

pub async fn finish(
    state: Data<ApiState>,
    caller: Caller,
    ids: Path<(JobId, VisitId)>,
    body: Body<VisitEnd>,
) -> Result<Json<JobDone>, Problem> {
    let (job, visit) = *ids;
    let VisitEnd { meant_at_age_ms, outcome, remark } = body.value;
    let command = JobCommand::Finish { visit, outcome, remark };
    carry(&state, &caller, job, meant_at_age_ms, command).await
}

async fn carry(
    state: &ApiState,
    caller: &Caller,
    job: JobId,
    age_ms: Option<i64>,
    command: JobCommand,
) -> Result<Json<JobDone>, Problem> {
    let age_ms = age_ms.unwrap_or(0);
    if !(0..=AGE_MS_MAX).contains(&age_ms) {
        return Err(Problem::invalid(
            "meant_at_age_ms",
            format!("meant_at_age_ms must be 0 to {AGE_MS_MAX} (four days)"),
        ));
    }
    // The phone's milliseconds are real ones; the day may run faster.
    let domain_age_ms = (age_ms as f64 * state.live.clock.speed()) as i64;
    let meant_at = state.now().plus_ms(-domain_age_ms);
    // Somebody else's job is one that is not there.
    show(state, caller, job).await?;
    // A phone that sends again what was not answered says that it is older by now: the same wish.
    let wish = caller.wish(secret::hash(&serde_json::to_vec(&command).unwrap_or_default()));
    let answer = state.submit_meant(wish, Command::Job(job, command), meant_at).await?;
    let job = show(state, caller, job).await?;
    Ok(Json(JobDone { answer: answer.into(), job, placement: None }))
}
