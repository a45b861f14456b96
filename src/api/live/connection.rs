//! One client's socket: an actor of `actix-web-actors`, and the only file that uses it.
//!
//! It owns nothing but the socket. Who is on the other end is settled by the first message; after that
//! wishes go to the Hub and frames come back through the bounded mailbox. While a client does not read, this
//! actor is not polled at all, timers included, so it cannot end itself: the Hub does, through [`Kick`], a
//! second handle on the socket; on Linux the kernel does too (`TCP_USER_TIMEOUT`).

use super::protocol::{self, ClientMessage, ServerMessage, WelcomeUser, close};
use crate::actors::hub::{ConnectionId, Join, Leave, MoveView, OutFrame, Subscribe, Unsubscribe};
use crate::api::caller::{identify, is_own_origin};
use crate::api::error::Problem;
use crate::api::state::ApiState;
use crate::auth::{Bearer, Identity};
use crate::domain::Who;
use crate::units::clock::real_now;
use crate::units::{BoundingBox, Timestamp};
use actix::prelude::*;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use actix_web_actors::ws::{
    self, CloseCode, CloseReason, Message, ProtocolError, WebsocketContext,
};
use bytestring::ByteString;
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Longest message that is read, in bytes.
const MESSAGE_LEN_MAX: usize = 64 * 1024;
/// Frames that wait for a client that reads slowly.
const MAILBOX_LEN_MAX: usize = 64;
/// The first message must come within this.
const HELLO_WITHIN: Duration = Duration::from_secs(5);
/// How often the other end is asked for a sign of life, and how long it may keep silent.
const PING_EVERY: Duration = Duration::from_secs(10);
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// How often the login behind the socket is looked at: revoking closes sockets within a second.
const LOGIN_CHECK_EVERY: Duration = Duration::from_secs(1);
/// Messages a client may send in a second, on average and at once.
const MESSAGES_PER_S: f64 = 20.0;
const MESSAGES_BURST: f64 = 60.0;
/// A socket whose data nobody acknowledges is given up by the kernel.
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(20);

static NEXT_CONNECTION: AtomicU64 = AtomicU64::new(1);

/// A second handle on a socket, by which it is ended from outside.
#[derive(Clone)]
pub struct Kick(Arc<socket2::Socket>);

impl Kick {
    /// Ends the socket; whoever waits on it wakes up.
    pub fn end(&self) {
        let _ = self.0.shutdown(std::net::Shutdown::Both);
    }
}

/// For `HttpServer::on_connect`: keeps a handle on each socket and bounds how long data may go
/// unacknowledged.
pub fn on_connect(io: &dyn Any, extensions: &mut actix_web::dev::Extensions) {
    let plain = io.downcast_ref::<tokio::net::TcpStream>();
    let tls = io
        .downcast_ref::<actix_tls::accept::rustls_0_23::TlsStream<tokio::net::TcpStream>>()
        .map(|stream| stream.get_ref().0);
    let Some(stream) = plain.or(tls) else { return };
    let socket = socket2::SockRef::from(stream);
    #[cfg(target_os = "linux")]
    let _ = socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED_MAX));
    if let Ok(second) = socket.try_clone() {
        extensions.insert(Kick(Arc::new(second)));
    }
}

/// `GET /api/v1/live`: from a request to a websocket.
pub async fn open(
    req: HttpRequest,
    state: Data<ApiState>,
    stream: Payload,
) -> Result<HttpResponse, Problem> {
    let origin = req.headers().get("origin");
    let is_allowed = origin.is_none_or(|origin| {
        origin.to_str().is_ok_and(|origin| is_own_origin(origin, &req, &state))
    });
    if !is_allowed {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "other_origin",
            "the live connection is for our own pages and for programs; this page is from elsewhere",
        ));
    }
    let kick = req.conn_data::<Kick>().cloned();
    let connection = Connection {
        id: NEXT_CONNECTION.fetch_add(1, Ordering::Relaxed),
        state,
        kick,
        peer: None,
        heard_at: Instant::now(),
        tokens: MESSAGES_BURST,
        tokens_at: Instant::now(),
    };
    ws::WsResponseBuilder::new(connection, &req, stream)
        .frame_size(MESSAGE_LEN_MAX)
        .start()
        .map_err(|_| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "websocket_expected",
                "this address speaks websocket; connect with ws:// or wss://",
            )
        })
}

struct Connection {
    id: ConnectionId,
    state: Data<ApiState>,
    kick: Option<Kick>,
    /// Who is on the other end; `None` before hello.
    peer: Option<Peer>,
    heard_at: Instant,
    tokens: f64,
    tokens_at: Instant,
}

/// Who is on the other end, and since when we know.
struct Peer {
    bearer: Bearer,
    since: Timestamp,
}

impl Actor for Connection {
    type Context = WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX_LEN_MAX);
        ctx.run_later(HELLO_WITHIN, |actor, ctx| {
            if actor.peer.is_none() {
                end(ctx, close::HELLO_EXPECTED, "say hello first, within five seconds");
            }
        });
        ctx.run_interval(PING_EVERY, |actor, ctx| {
            if actor.heard_at.elapsed() > SILENCE_MAX {
                ctx.stop();
                return;
            }
            ctx.ping(b"");
        });
        ctx.run_interval(LOGIN_CHECK_EVERY, |actor, ctx| {
            if let Some(Peer { bearer: Bearer::User(identity), since }) = &actor.peer
                && actor.state.auth.revocations.refuses(identity, *since)
            {
                end(ctx, close::NOT_LOGGED_IN, "this login has ended; log in again");
            }
        });
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        if self.peer.is_some() {
            self.state.live.hub.do_send(Leave(self.id));
        }
    }
}

/// Frames of the Hub. It sends with `try_send`, so the mailbox bounds what waits here.
impl Handler<OutFrame> for Connection {
    type Result = ();

    fn handle(&mut self, frame: OutFrame, ctx: &mut Self::Context) {
        match frame {
            OutFrame::Text(bytes) => {
                if let Ok(text) = ByteString::try_from(bytes) {
                    ctx.text(text);
                } else {
                    tracing::error!("a text frame of the hub is not UTF-8");
                }
            }
            OutFrame::Binary(bytes) => ctx.binary(bytes),
        }
    }
}

impl StreamHandler<Result<Message, ProtocolError>> for Connection {
    fn handle(&mut self, message: Result<Message, ProtocolError>, ctx: &mut Self::Context) {
        self.heard_at = Instant::now();
        match message {
            Ok(Message::Text(text)) => self.hear(text.as_bytes(), ctx),
            Ok(Message::Ping(bytes)) => ctx.pong(&bytes),
            Ok(Message::Pong(_) | Message::Nop) => {}
            Ok(Message::Close(reason)) => {
                ctx.close(reason);
                ctx.stop();
            }
            Ok(Message::Binary(_) | Message::Continuation(_)) => {
                end(ctx, u16::from(CloseCode::Unsupported), "send text messages in one piece");
            }
            Err(ProtocolError::Overflow) => {
                end(ctx, u16::from(CloseCode::Size), "a message may have at most 64 KiB");
            }
            Err(_) => ctx.stop(),
        }
    }
}

impl Connection {
    fn hear(&mut self, text: &Bytes, ctx: &mut WebsocketContext<Self>) {
        if !self.take_token() {
            end(ctx, close::TOO_MANY, "too many messages; connect again and send fewer");
            return;
        }
        let message = match protocol::parse(text) {
            Ok(message) => message,
            Err(problem) if self.peer.is_some() => {
                ctx.text(ServerMessage::error(problem).text());
                return;
            }
            Err(_) => {
                end(ctx, close::HELLO_EXPECTED, "the first message must be a hello");
                return;
            }
        };
        match (message, &self.peer) {
            (ClientMessage::Hello { ticket, access_token }, None) => {
                self.let_in(ticket.as_deref(), access_token.as_deref(), ctx);
            }
            (_, None) => end(ctx, close::HELLO_EXPECTED, "the first message must be a hello"),
            (ClientMessage::Hello { .. }, Some(_)) => {
                let again = Problem::new(StatusCode::CONFLICT, "hello_again", "say hello once");
                ctx.text(ServerMessage::error(again).text());
            }
            (ClientMessage::Ping, _) => {
                ctx.text(ServerMessage::Pong { now: self.state.now() }.text());
            }
            (wish, Some(_)) => self.pass_on(wish, ctx),
        }
    }

    fn let_in(
        &mut self,
        ticket: Option<&str>,
        access_token: Option<&str>,
        ctx: &mut WebsocketContext<Self>,
    ) {
        let bearer = match (ticket, access_token) {
            (Some(ticket), None) => self.state.auth.tickets.redeem(ticket, real_now()),
            (None, Some(token)) => identify(&self.state, token).ok().map(Bearer::User),
            _ => None,
        };
        let Some(bearer) = bearer else {
            end(ctx, close::NOT_LOGGED_IN, "ticket or token is not good; get a new one");
            return;
        };
        let (organization, who, tracked_job, user) = match bearer {
            Bearer::User(identity) => {
                (identity.organization, identity.who(), None, Some(welcome_user(&identity)))
            }
            Bearer::Link { organization, link, job } => {
                (organization, Who::Customer { link }, Some(job), None)
            }
        };
        self.peer = Some(Peer { bearer, since: real_now() });
        let kick = self.kick.clone();
        let address = ctx.address();
        let join = Join {
            connection: self.id,
            organization,
            who,
            tracked_job,
            out: address.clone().recipient(),
            kick: Arc::new(move || match &kick {
                Some(kick) => kick.end(),
                // Without a handle on the socket (tests): only a client that reads can be ended.
                None => address.do_send(Stop),
            }),
        };
        self.state.live.hub.do_send(join);
        let (now, speed) = (self.state.now(), self.state.live.clock.speed());
        ctx.text(ServerMessage::Welcome { now, speed, user }.text());
    }

    /// Wishes go to the Hub unbounded: each client's number per second is bounded above.
    fn pass_on(&self, wish: ClientMessage, ctx: &mut WebsocketContext<Self>) {
        let (hub, connection) = (&self.state.live.hub, self.id);
        match wish {
            ClientMessage::Subscribe { id, topic, last } => {
                hub.do_send(Subscribe { connection, id, topic, last });
            }
            ClientMessage::Unsubscribe { id } => hub.do_send(Unsubscribe { connection, id }),
            ClientMessage::View { id, bbox: [west, south, east, north] } => {
                match BoundingBox::parse_corners(west, south, east, north) {
                    Ok(view) => hub.do_send(MoveView { connection, id, view }),
                    Err(error) => {
                        let problem = Problem::invalid("bbox", error.to_string());
                        ctx.text(ServerMessage::error(problem).text());
                    }
                }
            }
            ClientMessage::Hello { .. } | ClientMessage::Ping => {}
        }
    }

    fn take_token(&mut self) -> bool {
        let since = self.tokens_at.elapsed().as_secs_f64();
        self.tokens_at = Instant::now();
        self.tokens = (self.tokens + since * MESSAGES_PER_S).min(MESSAGES_BURST) - 1.0;
        self.tokens >= 0.0
    }
}

/// Do: end, by way of the mailbox.
#[derive(Message)]
#[rtype(result = "()")]
struct Stop;

impl Handler<Stop> for Connection {
    type Result = ();

    fn handle(&mut self, _: Stop, ctx: &mut Self::Context) {
        ctx.stop();
    }
}

fn welcome_user(identity: &Identity) -> WelcomeUser {
    WelcomeUser {
        id: identity.user,
        role: identity.role,
        technician: identity.technician,
        organization: identity.organization,
    }
}

/// Says why and ends.
fn end(ctx: &mut WebsocketContext<Connection>, code: u16, sentence: &str) {
    ctx.close(Some(CloseReason { code: code.into(), description: Some(sentence.to_owned()) }));
    ctx.stop();
}
