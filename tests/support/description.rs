//! The API's description, put together from the functions' own tables and types.

use std::path::PathBuf;

use ringonce_adapters::wire::Route;
use ringonce_adapters::wire::description::{API_KEY, Described, Schemas};
use utoipa::openapi::path::{HttpMethod, Paths};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, ServerBuilder};

/// Where it is committed, and where the function that serves it takes it from.
pub fn file() -> PathBuf {
    crate::root().join("openapi.json")
}

/// The description as it is to be committed.
pub fn text() -> String {
    // Through a value, whose objects are in order: the library's own are not.
    let json = serde_json::to_value(openapi()).unwrap();
    format!("{}\n", serde_json::to_string_pretty(&json).unwrap())
}

/// Method and path of every route.
pub fn routes() -> Vec<(&'static str, &'static str)> {
    fn of<E>(routes: &[Route<E>]) -> Vec<(&'static str, &'static str)> {
        routes.iter().map(|route| (route.method, route.path)).collect()
    }
    [of(request_optin::ROUTES), of(send_notification::ROUTES), of(grant_token::ROUTES), of(console::ROUTES)].concat()
}

const WORDS: &str = "One-time notifications: a business asks a person once, the person says yes, and the token that the business gets \
    sends exactly one message. Errors are problem documents (RFC 9457) with a stable `code`. Every call that changes something takes an \
    `Idempotency-Key`. New fields may be added to answers, and new codes and states: pass over what you do not know.";

const GROUPS: [(&str, &str); 9] = [
    ("Opt-ins", "A business asks, and looks at what came of it."),
    ("Users", "What a business knows of one of its people."),
    ("Notifications", "A business redeems a token."),
    ("Releases", "One message to those who wait for a topic."),
    ("Demand", "What came of asking."),
    ("Business", "How the business is set up."),
    ("Webhook", "The business's own endpoint."),
    ("The person's pages", "What a person opens in a browser. Their addresses are secrets."),
    ("About", "The API itself."),
];

fn openapi() -> OpenApi {
    let (mut paths, mut schemas) = (Paths::new(), Schemas::new());
    add(&mut paths, &mut schemas, request_optin::ROUTES, request_optin::description::describe);
    add(&mut paths, &mut schemas, send_notification::ROUTES, send_notification::description::describe);
    add(&mut paths, &mut schemas, grant_token::ROUTES, grant_token::description::describe);
    add(&mut paths, &mut schemas, console::ROUTES, console::description::describe);
    let license = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build();
    let info = InfoBuilder::new().title("Ringonce").version(env!("CARGO_PKG_VERSION")).description(Some(WORDS)).license(Some(license));
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A business's API key: `ro_sk_...`, or in a shop's page `ro_pk_...`."));
    let components = ComponentsBuilder::new().schemas_from_iter(schemas).security_scheme(API_KEY, SecurityScheme::Http(bearer.build()));
    let tags = GROUPS.map(|(name, description)| TagBuilder::new().name(name).description(Some(description)).build());
    let here = ServerBuilder::new().url("/").description(Some("The deployment that serves this description."));
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([here.build()]))
        .paths(paths)
        .components(Some(components.build()))
        .tags(Some(tags))
        .build()
}

fn add<E: Copy>(paths: &mut Paths, schemas: &mut Schemas, routes: &[Route<E>], describe: impl Fn(E) -> Described) {
    for route in routes {
        let Described { operation, schemas: spoken_of } = describe(route.endpoint);
        paths.add_path_operation(route.path, vec![method(route.method)], operation);
        schemas.extend(spoken_of);
    }
}

fn method(name: &str) -> HttpMethod {
    match name {
        "GET" => HttpMethod::Get,
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        "OPTIONS" => HttpMethod::Options,
        other => panic!("a route has the method {other}"),
    }
}
