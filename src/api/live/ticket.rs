//! Tickets for the live connection: a page asks with its cookie and says the ticket in its first message.

use crate::api::caller::{Caller, check_same_origin};
use crate::api::error::Problem;
use crate::api::state::ApiState;
use crate::api::tracking;
use crate::auth::Bearer;
use crate::units::clock::real_now;
use actix_web::dev::Payload;
use actix_web::web::{Data, Json};
use actix_web::{FromRequest, HttpRequest};
use serde::Serialize;
use utoipa::ToSchema;

/// Good once, for 30 seconds.
#[derive(Serialize, ToSchema)]
pub struct TicketMade {
    pub ticket: String,
}

/// For whoever is logged in, or else for the holder of a tracking link.
pub async fn issue(req: HttpRequest, state: Data<ApiState>) -> Result<Json<TicketMade>, Problem> {
    let bearer = match Caller::from_request(&req, &mut Payload::None).await {
        Ok(caller) => Bearer::User(caller.identity()),
        Err(not_logged_in) => {
            let Ok(tracked) = tracking::from_cookie(&req, &state).await else {
                return Err(not_logged_in);
            };
            check_same_origin(&req, &state)?;
            Bearer::Link {
                organization: tracked.organization,
                link: tracked.link,
                job: tracked.job,
            }
        }
    };
    let ticket = state.auth.tickets.issue(bearer, real_now());
    let ticket = ticket.ok_or(crate::actors::Refusal::Busy { retry_after_s: 5 })?;
    Ok(Json(TicketMade { ticket }))
}
