//! One row of the table of endpoints: how it is asked, who may ask, what it takes and answers. The same row
//! makes the route, the permission check and the OpenAPI operation, so they cannot differ.

use crate::api::error::ProblemBody;
use crate::domain::access::Permission;
use actix_web::http::Method;
use actix_web::{FromRequest, Handler, Responder, Route, web};
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{
    ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type,
};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, Ref, RefOr, Required, ResponseBuilder};
use utoipa::{IntoParams, ToSchema};

/// What a caller needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Open to all, or checked by its own token (tracking link, device, refresh token).
    Nothing,
    /// Whoever is logged in.
    Login,
    /// At least one of these.
    AnyOf(&'static [Permission]),
}

/// Named schemas, gathered for the components.
pub type Schemas = Vec<(String, RefOr<Schema>)>;
type SchemaOf = fn(&mut Schemas) -> RefOr<Schema>;

/// A row of the table.
pub struct Endpoint {
    pub method: Method,
    /// Below `/api/v1`, or from the root for the few that stand there.
    pub path: &'static str,
    pub needs: Needs,
    pub route: Box<dyn Fn() -> Route>,
    pub tag: &'static str,
    pub summary: &'static str,
    query: Option<fn() -> Vec<Parameter>>,
    body: Option<SchemaOf>,
    body_type: &'static str,
    status: u16,
    answer: Option<SchemaOf>,
    media_type: &'static str,
}

macro_rules! methods {
    ($($name:ident $method:ident),*) => {$(
        /// An endpoint of this method.
        pub fn $name<F, Args>(path: &'static str, needs: Needs, handler: F) -> Endpoint
        where
            F: Handler<Args>,
            Args: FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            Endpoint::new(Method::$method, path, needs, move || {
                web::method(Method::$method).to(handler.clone())
            })
        }
    )*};
}

methods!(get GET, post POST, patch PATCH, delete DELETE);

impl Endpoint {
    fn new(
        method: Method,
        path: &'static str,
        needs: Needs,
        route: impl Fn() -> Route + 'static,
    ) -> Self {
        Self {
            method,
            path,
            needs,
            route: Box::new(route),
            tag: "",
            summary: "",
            query: None,
            body: None,
            body_type: "application/json",
            status: 200,
            answer: None,
            media_type: "application/json",
        }
    }

    /// Under which heading it stands.
    pub fn under(mut self, tag: &'static str) -> Self {
        self.tag = tag;
        self
    }

    /// What it does, in a sentence without its full stop.
    pub fn does(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    pub fn query<T: IntoParams>(mut self) -> Self {
        self.query = Some(|| T::into_params(|| Some(ParameterIn::Query)));
        self
    }

    pub fn takes<T: ToSchema>(mut self) -> Self {
        self.body = Some(reference::<T>);
        self
    }

    /// A body that is no JSON.
    pub fn takes_media(mut self, media_type: &'static str) -> Self {
        self.body_type = media_type;
        self.body = Some(|_| ObjectBuilder::new().schema_type(Type::String).into());
        self
    }

    pub fn answers<T: ToSchema>(self) -> Self {
        self.answers_with::<T>(200)
    }

    pub fn answers_with<T: ToSchema>(mut self, status: u16) -> Self {
        self.status = status;
        self.answer = Some(reference::<T>);
        self
    }

    /// A page of a list: `{items, next}`.
    pub fn answers_page<T: ToSchema>(mut self) -> Self {
        self.answer = Some(page::<T>);
        self
    }

    /// An answer that is no JSON.
    pub fn answers_media(mut self, media_type: &'static str) -> Self {
        self.media_type = media_type;
        self.answer = Some(|_| ObjectBuilder::new().schema_type(Type::String).into());
        self
    }

    /// An answer without a body.
    pub fn answers_nothing(mut self, status: u16) -> Self {
        self.status = status;
        self.answer = None;
        self
    }

    /// The OpenAPI operation of this row; named schemas go to `schemas`.
    pub fn operation(&self, schemas: &mut Schemas) -> OperationBuilder {
        let mut operation = OperationBuilder::new()
            .tag(self.tag)
            .summary(Some(self.summary))
            .description(Some(format!("{}. {}", self.summary, self.needs.sentence())))
            .operation_id(Some(self.operation_id()))
            .extensions(Some(ExtensionsBuilder::new().add("x-authz", self.needs.json()).build()));
        for name in self.path.split('{').skip(1).filter_map(|part| part.split('}').next()) {
            operation = operation.parameter(path_parameter(name));
        }
        for parameter in self.query.map(|make| make()).unwrap_or_default() {
            operation = operation.parameter(parameter);
        }
        if self.is_command() {
            operation = operation.parameter(
                ParameterBuilder::new()
                    .name("Idempotency-Key")
                    .parameter_in(ParameterIn::Header)
                    .required(Required::False)
                    .description(Some(
                        "1 to 255 characters; the same key is carried out once and answered alike",
                    ))
                    .schema(Some(
                        ObjectBuilder::new().schema_type(Type::String).max_length(Some(255)),
                    )),
            );
        }
        if let Some(body) = self.body {
            let content = Content::new(Some(body(schemas)));
            operation = operation.request_body(Some(
                RequestBodyBuilder::new()
                    .content(self.body_type, content)
                    .required(Some(Required::True))
                    .build(),
            ));
        }
        let mut answer = ResponseBuilder::new().description(if self.answer.is_some() {
            "As asked"
        } else {
            "Done"
        });
        if let Some(schema) = self.answer {
            answer = answer.content(self.media_type, Content::new(Some(schema(schemas))));
        }
        operation = operation.response(self.status.to_string(), answer);
        operation = operation.response("default", problem_response(schemas));
        match self.needs {
            Needs::Nothing => operation.securities(Some(Vec::<SecurityRequirement>::new())),
            _ => operation,
        }
    }

    pub fn http_method(&self) -> HttpMethod {
        match self.method {
            Method::POST => HttpMethod::Post,
            Method::PATCH => HttpMethod::Patch,
            Method::DELETE => HttpMethod::Delete,
            _ => HttpMethod::Get,
        }
    }

    /// Whether it changes something and so may carry an `Idempotency-Key`.
    fn is_command(&self) -> bool {
        self.method != Method::GET && self.needs != Needs::Nothing
    }

    /// `patch_jobs_id`: stable as long as the path is.
    fn operation_id(&self) -> String {
        let words = self
            .path
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join("_");
        format!("{}_{words}", self.method.as_str().to_lowercase())
    }
}

impl Needs {
    fn words(self) -> Vec<&'static str> {
        match self {
            Self::Nothing | Self::Login => Vec::new(),
            Self::AnyOf(permissions) => permissions.iter().map(|p| permission_word(*p)).collect(),
        }
    }

    fn sentence(self) -> String {
        match self {
            Self::Nothing => "Needs no login.".to_owned(),
            Self::Login => "Needs a login of any role.".to_owned(),
            Self::AnyOf(_) => format!("Needs the permission {}.", self.words().join(" or ")),
        }
    }

    fn json(self) -> serde_json::Value {
        match self {
            Self::Nothing => serde_json::json!({ "login": false }),
            _ => serde_json::json!({ "login": true, "any_of": self.words() }),
        }
    }
}

const fn permission_word(permission: Permission) -> &'static str {
    match permission {
        Permission::ManageUsers => "manage_users",
        Permission::ManageResources => "manage_resources",
        Permission::ManageJobs => "manage_jobs",
        Permission::Plan => "plan",
        Permission::ReadAll => "read_all",
        Permission::ReadOwn => "read_own",
        Permission::ReportOwn => "report_own",
        Permission::Request => "request",
    }
}

fn path_parameter(name: &str) -> Parameter {
    let schema = match name {
        "z" | "x" | "y" => ObjectBuilder::new().schema_type(Type::Integer),
        _ => ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))),
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(schema))
        .build()
}

/// A named schema and all it names, by reference.
fn reference<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    let name = T::name().into_owned();
    T::schemas(schemas);
    schemas.push((name.clone(), T::schema()));
    Ref::from_schema_name(name).into()
}

fn page<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    let next = ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::SchemaType::from_iter([Type::String, Type::Null]))
        .description(Some("where the next page starts, for `after`; null at the end"));
    items::<T>(schemas).property("next", next).required("next").build().into()
}

fn items<T: ToSchema>(schemas: &mut Schemas) -> ObjectBuilder {
    let items = ArrayBuilder::new().items(reference::<T>(schemas));
    ObjectBuilder::new().property("items", items).required("items")
}

fn problem_response(schemas: &mut Schemas) -> utoipa::openapi::Response {
    let schema = reference::<ProblemBody<'static>>(schemas);
    ResponseBuilder::new()
        .description("What is wrong and how to cure it (RFC 9457)")
        .content("application/problem+json", Content::new(Some(schema)))
        .build()
}
