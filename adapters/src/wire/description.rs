//! Words for the API's description (OpenAPI): operations with what they take, answer and refuse. No production program
//! holds any of this.

use std::collections::BTreeMap;

use http::StatusCode;
use ringonce_domain::names::IdempotencyKey;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::link::Link;
use utoipa::openapi::path::{Operation, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, ResponseBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::problem::{ApiError, Kind, Problem};

/// The name of the scheme by which a business says who it is.
pub const API_KEY: &str = "apiKey";

/// An operation, and the schemas that it speaks of.
pub struct Described {
    /// The operation.
    pub operation: Operation,
    /// The schemas, by name.
    pub schemas: Schemas,
}

/// Schemas by name.
pub type Schemas = BTreeMap<String, RefOr<Schema>>;

/// An operation in the making.
pub struct Describing {
    operation: OperationBuilder,
    responses: BTreeMap<u16, ResponseBuilder>,
    schemas: Schemas,
    problems_as: &'static [&'static str],
}

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";
const HTML: &str = "text/html; charset=utf-8";
const FORM: &str = "application/x-www-form-urlencoded";

/// Begins an operation: its id, of which group it is, what it does in a line and in more.
#[must_use]
pub fn operation(id: &str, group: &str, summary: &str, description: &str) -> Describing {
    let operation = OperationBuilder::new().operation_id(Some(id)).tag(group).summary(Some(summary)).description(Some(description));
    Describing { operation, responses: BTreeMap::new(), schemas: Schemas::new(), problems_as: &[PROBLEM] }
}

fn text_schema() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

impl Describing {
    /// A business calls it, with its key.
    #[must_use]
    pub fn by_business(mut self) -> Self {
        self.operation = self.operation.security(SecurityRequirement::new(API_KEY, [] as [&str; 0]));
        self.refuses(&[ApiError::Unauthorized(String::new()), ApiError::Forbidden(String::new())])
    }

    /// A person calls it, with a browser or an app: errors are pages, unless the request is JSON.
    #[must_use]
    pub fn by_person(mut self, may_be_json: bool) -> Self {
        self.problems_as = if may_be_json { &[HTML, PROBLEM] } else { &[HTML] };
        self.anyone()
    }

    /// Anyone calls it.
    #[must_use]
    pub fn anyone(mut self) -> Self {
        self.operation = self.operation.securities(Some([] as [SecurityRequirement; 0]));
        self
    }

    /// Its path's parameter.
    #[must_use]
    pub fn path<T: ToSchema>(self, name: &str, meaning: &str) -> Self {
        let schema = self.reference::<T>();
        self.with::<T>().parameter(name, ParameterIn::Path, Required::True, meaning, schema)
    }

    /// Its path's parameter, a code or an id that was handed out before.
    #[must_use]
    pub fn path_text(self, name: &str, meaning: &str) -> Self {
        let schema = text_schema().min_length(Some(1)).into();
        self.parameter(name, ParameterIn::Path, Required::True, meaning, schema)
    }

    /// A parameter of its query.
    #[must_use]
    pub fn query<T: ToSchema>(self, name: &str, meaning: &str) -> Self {
        let schema = self.reference::<T>();
        self.with::<T>().parameter(name, ParameterIn::Query, Required::True, meaning, schema)
    }

    /// A parameter of its query that may be left out, an id that was handed out before.
    #[must_use]
    pub fn optional_query_text(self, name: &str, meaning: &str) -> Self {
        self.parameter(name, ParameterIn::Query, Required::False, meaning, text_schema().min_length(Some(1)).into())
    }

    /// A parameter of its query that may be left out.
    #[must_use]
    pub fn optional_query<T: ToSchema>(self, name: &str, meaning: &str) -> Self {
        let schema = self.reference::<T>();
        self.with::<T>().parameter(name, ParameterIn::Query, Required::False, meaning, schema)
    }

    /// It takes an `Idempotency-Key`.
    #[must_use]
    pub fn once(self) -> Self {
        let meaning = "A repeat under the same key is answered as the first call was, and not carried out again.";
        let schema = IdempotencyKey::schema();
        self.parameter("Idempotency-Key", ParameterIn::Header, Required::False, meaning, schema)
    }

    /// A header that browsers send.
    #[must_use]
    pub fn header(self, name: &str, meaning: &str) -> Self {
        self.parameter(name, ParameterIn::Header, Required::False, meaning, text_schema().into())
    }

    fn parameter(mut self, name: &str, place: ParameterIn, required: Required, meaning: &str, schema: RefOr<Schema>) -> Self {
        let parameter = ParameterBuilder::new().name(name).parameter_in(place).required(required).description(Some(meaning));
        self.operation = self.operation.parameter(parameter.schema(Some(schema)));
        self
    }

    /// It takes a JSON body.
    #[must_use]
    pub fn takes<T: ToSchema>(self, meaning: &str) -> Self {
        let body = [(JSON, self.reference::<T>())];
        self.with::<T>().takes_any(meaning, &body)
    }

    /// It takes a form, as browsers send one.
    #[must_use]
    pub fn takes_form<T: ToSchema>(self, meaning: &str) -> Self {
        let body = [(FORM, self.reference::<T>())];
        self.with::<T>().takes_any(meaning, &body)
    }

    /// It takes a form, as browsers send one, or JSON.
    #[must_use]
    pub fn takes_form_or_json<F: ToSchema, J: ToSchema>(self, meaning: &str) -> Self {
        let bodies = [(FORM, self.reference::<F>()), (JSON, self.reference::<J>())];
        self.with::<F>().with::<J>().takes_any(meaning, &bodies)
    }

    fn takes_any(mut self, meaning: &str, bodies: &[(&str, RefOr<Schema>)]) -> Self {
        let mut body = RequestBodyBuilder::new().description(Some(meaning)).required(Some(Required::True));
        for (kind, schema) in bodies {
            body = body.content(*kind, ContentBuilder::new().schema(Some(schema.clone())).build());
        }
        self.operation = self.operation.request_body(Some(body.build()));
        let field = ApiError::InvalidField { field: String::new(), rule: String::new() };
        self.refuses(&[ApiError::MalformedBody(String::new()), field, ApiError::BodyTooLarge])
    }

    /// It answers with JSON.
    #[must_use]
    pub fn answers<T: ToSchema>(mut self, status: StatusCode, meaning: &str) -> Self {
        self = self.with::<T>();
        let schema = self.reference::<T>();
        self.responds(status, meaning, |response| response.content(JSON, ContentBuilder::new().schema(Some(schema)).build()))
    }

    /// It answers with a page.
    #[must_use]
    pub fn answers_page(self, status: StatusCode, meaning: &str) -> Self {
        self.answers_text(status, HTML, meaning)
    }

    /// It answers with text of that kind.
    #[must_use]
    pub fn answers_text(self, status: StatusCode, kind: &str, meaning: &str) -> Self {
        self.responds(status, meaning, |response| response.content(kind, ContentBuilder::new().schema(Some(text_schema())).build()))
    }

    /// It answers with any JSON object.
    #[must_use]
    pub fn answers_object(self, status: StatusCode, meaning: &str) -> Self {
        let schema = ObjectBuilder::new().schema_type(Type::Object);
        self.responds(status, meaning, |response| response.content(JSON, ContentBuilder::new().schema(Some(schema)).build()))
    }

    /// It answers without a body.
    #[must_use]
    pub fn answers_nothing(self, status: StatusCode, meaning: &str) -> Self {
        self.responds(status, meaning, |response| response)
    }

    /// Its answer of that status carries a header.
    #[must_use]
    pub fn tells(mut self, status: StatusCode, header: &str, meaning: &str) -> Self {
        let described = HeaderBuilder::new().description(Some(meaning)).schema(Some(text_schema())).build();
        self.responses = change(self.responses, status, |response| response.header(header, described));
        self
    }

    /// What stands in its answer of that status goes into a parameter of another operation.
    #[must_use]
    pub fn leads_to(mut self, status: StatusCode, operation: &str, parameter: &str, field: &str) -> Self {
        let link = Link::builder().operation_id(operation).parameter(parameter, format!("$response.body#/{field}")).build();
        self.responses = change(self.responses, status, |response| response.link(operation, link));
        self
    }

    fn responds(mut self, status: StatusCode, meaning: &str, with: impl FnOnce(ResponseBuilder) -> ResponseBuilder) -> Self {
        let described = self.responses.remove(&status.as_u16()).unwrap_or_else(|| ResponseBuilder::new().description(meaning));
        self.responses.insert(status.as_u16(), with(described));
        self
    }

    /// It refuses with these problems. What every call can meet is among them at the end.
    #[must_use]
    pub fn refuses(mut self, errors: &[ApiError]) -> Self {
        let mut kinds: BTreeMap<u16, Vec<Kind>> = BTreeMap::new();
        for kind in errors.iter().map(ApiError::kind) {
            kinds.entry(kind.status.as_u16()).or_default().push(kind);
        }
        self = self.with::<Problem<'_>>();
        for (status, kinds) in kinds {
            let codes: Vec<_> = kinds.iter().map(|kind| format!("`{}`: {}.", kind.code, kind.title)).collect();
            let before = self.responses.remove(&status).map(|response| response.build().description);
            let description = before.into_iter().chain(codes).collect::<Vec<_>>().join(" ");
            self.responses.insert(status, self.problem(status, &description));
        }
        self
    }

    fn problem(&self, status: u16, description: &str) -> ResponseBuilder {
        let mut response = ResponseBuilder::new().description(description);
        for kind in self.problems_as {
            let schema = if *kind == PROBLEM { self.reference::<Problem<'_>>() } else { text_schema().into() };
            response = response.content(*kind, ContentBuilder::new().schema(Some(schema)).build());
        }
        let waits = matches!(status, 429 | 503);
        let seconds =
            HeaderBuilder::new().description(Some("Seconds after which the call may succeed.")).schema(Some(text_schema())).build();
        if waits { response.header("Retry-After", seconds) } else { response }
    }

    /// The operation, complete.
    #[must_use]
    pub fn done(self) -> Described {
        let Self { mut operation, responses, schemas, .. } = self.refuses(&[ApiError::Unavailable, ApiError::Internal]);
        for (status, response) in responses {
            operation = operation.response(status.to_string(), response.build());
        }
        Described { operation: operation.build(), schemas }
    }

    fn reference<T: ToSchema>(&self) -> RefOr<Schema> {
        RefOr::Ref(Ref::from_schema_name(T::name()))
    }

    fn with<T: ToSchema>(mut self) -> Self {
        let mut nested = Vec::new();
        T::schemas(&mut nested);
        self.schemas.extend(nested);
        self.schemas.insert(T::name().into_owned(), T::schema());
        self
    }
}

fn change(
    mut responses: BTreeMap<u16, ResponseBuilder>,
    status: StatusCode,
    with: impl FnOnce(ResponseBuilder) -> ResponseBuilder,
) -> BTreeMap<u16, ResponseBuilder> {
    let response = responses.remove(&status.as_u16()).expect("an answer is described before what it carries");
    responses.insert(status.as_u16(), with(response));
    responses
}
