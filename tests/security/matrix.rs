//! Every route in every role: what is answered, and that nobody reads or changes what is another's.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use ringonce_adapters::wire::Route;
use ringonce_memory::fixture::subject;
use ringonce_tests::http::{self, Answer};
use ringonce_tests::postman::Postman;
use ringonce_tests::world::World;
use serde_json::Value;

use crate::planted::Planted;
use crate::roles::{Keys, Role};
use crate::rows::{Class, Row, Sent, rows};

/// How many scenes are played at a time.
const SCENES_AT_ONCE: usize = 4;

/// Two tenants, each with one of everything, and a second person of the first one.
struct Scene {
    world: World,
    keys: Keys,
    victim: Planted,
    neighbour: Planted,
    rival: Planted,
    /// Where the items of each tenant and its people stand.
    of_owner: BTreeSet<String>,
    of_rival: BTreeSet<String>,
}

impl Scene {
    async fn new() -> Self {
        let postman = Arc::<Postman>::default();
        let world = World::reaching(postman.providers()).await;
        let victim = Planted::of(&world, &postman, &world.key, "victim-ada").await;
        let neighbour = Planted::of(&world, &postman, &world.key, "neighbour-bea").await;
        world.drain().await;
        let of_owner: BTreeSet<_> = world.items().await.iter().map(|item| partition(item)).collect();
        let rivals_key = world.another_business().await;
        let rival = Planted::of(&world, &postman, &rivals_key, "rival-cleo").await;
        world.drain().await;
        let of_rival = world.items().await.iter().map(|item| partition(item)).filter(|of| !of_owner.contains(of)).collect();
        let keys = Keys::of(&world, rivals_key).await;
        Self { world, keys, victim, neighbour, rival, of_owner, of_rival }
    }

    /// What a role holds that leads to where a row's route leads: of codes its own, or something that is none.
    fn parameter(&self, row: &Row, role: Role) -> String {
        let (own, theirs) = ((row.at)(&self.victim), &self.victim);
        match (row.class, role) {
            (Class::Code, Role::Owner) => own.to_owned(),
            (Class::Code, Role::Rival) => (row.at)(&self.rival).to_owned(),
            (Class::Code, Role::Person) => (row.at)(&self.neighbour).to_owned(),
            // Nothing, one character of it, an id of another kind, and a code of another kind.
            (Class::Code, Role::NoKey) => "x".to_owned(),
            (Class::Code, Role::MalformedKey | Role::UnknownKey) => mistyped(own, role == Role::UnknownKey),
            (Class::Code, Role::RevokedKey) => theirs.optin.clone(),
            (Class::Code, Role::Publishable) => theirs.token["ro_tok_".len()..].to_owned(),
            (Class::Code, Role::PublishableElsewhere) => theirs.sent["ro_msg_".len()..].to_owned(),
            (Class::Code, _) => [&theirs.person, &theirs.consent].into_iter().find(|code| *code != own).unwrap().clone(),
            _ => own.to_owned(),
        }
    }

    async fn call(&self, row: &Row, role: Role) -> (Answer, String) {
        let key = self.keys.of_role(role, &self.neighbour.person);
        let bearer = key.map(|key| format!("Bearer {key}"));
        let mut headers: Vec<(&str, &str)> = bearer.iter().map(|bearer| ("authorization", bearer.as_str())).collect();
        headers.extend(role.origin().map(|origin| ("origin", origin)));
        let mut path = row.path.replacen("{version}", "v12.0", 1);
        if let Some((before, after)) = path.split_once('{') {
            path = format!("{before}{}{}", self.parameter(row, role), after.split_once('}').unwrap().1);
        }
        let (kind, body) = match (row.sent)(&self.victim) {
            Sent::Nothing => ("application/json", String::new()),
            Sent::Json(body) => ("application/json", body.to_string()),
            Sent::Form(body) => ("application/x-www-form-urlencoded", body),
            Sent::Query(query) => {
                path = format!("{path}?{query}");
                ("application/json", String::new())
            }
        };
        headers.push(("content-type", kind));
        let answer = http::send(row.method, &format!("{}{path}", self.world.api), &headers, body.clone()).await;
        (answer, format!("{path} {body}"))
    }

    /// What a role may not be told, whatever it asks for.
    fn secrets_from(&self, row: &Row, role: Role) -> Vec<&str> {
        let all = [&self.victim, &self.neighbour, &self.rival];
        let may_know = |whose: &Planted| match role {
            Role::Owner => whose.user != self.rival.user && (row.class != Class::Code || whose.user == self.victim.user),
            Role::Rival => whose.user == self.rival.user,
            Role::Person => whose.user == self.neighbour.user,
            _ => false,
        };
        all.into_iter().filter(|whose| !may_know(whose)).flat_map(Planted::secrets).collect()
    }

    /// One cell: what is answered, what it gives away, and what it changes.
    async fn check(&self, row: &Row, role: Role) {
        let cell = format!("{} {} ({}) as {role:?}", row.method, row.path, (row.at)(&self.victim));
        let before = self.world.items().await;
        let (answer, asked) = self.call(row, role).await;
        let expected = row.expected(role);
        // A form is answered by a page, which shows no code.
        let expected = if answer.body.starts_with('<') { &expected[..3] } else { expected };
        assert_eq!(outcome(&answer, row), expected, "{cell}: {}", answer.body);
        let told = format!("{:?} {}", answer.headers, answer.body);
        for secret in self.secrets_from(row, role) {
            assert!(!told.contains(secret) || asked.contains(secret.trim_matches('"')), "{cell} is told `{secret}`: {told}");
        }
        self.world.drain().await;
        let after = self.world.items().await;
        let changed = before.iter().filter(|item| !after.contains(item)).chain(after.iter().filter(|item| !before.contains(item)));
        for item in changed {
            assert!(row.writes() && row.lets_in(role), "{cell} changes {item}");
            assert!(self.may_change(row, role, &partition(item)), "{cell} changes {item}");
        }
    }

    /// Whether what stands in a partition is a role's own. What stands in none of before is new, and nobody's yet.
    fn may_change(&self, row: &Row, role: Role, partition: &str) -> bool {
        let person = subject(&self.world.app.keys, &self.victim.user).address.person;
        let is_of_victim = partition == format!("P#{}", person.to_text());
        let is_of_owner = self.of_owner.contains(partition);
        match role {
            Role::Owner => !self.of_rival.contains(partition),
            Role::Person => row.class == Class::Code && !is_of_victim && !self.of_rival.contains(partition),
            Role::Rival | Role::PublishableOfRival => !is_of_owner,
            // What a page asks is counted of its business's day, whoever made up whom it asks.
            Role::PublishableAtHome if partition == format!("D#{}", ringonce_memory::fixture::business()) => true,
            _ => !is_of_owner && !self.of_rival.contains(partition),
        }
    }
}

/// The partition that an item stands in.
fn partition(item: &str) -> String {
    let from = item.find("\"pk\": S(\"").unwrap() + "\"pk\": S(\"".len();
    item[from..].split('"').next().unwrap().to_owned()
}

/// A code with its first or last character changed.
fn mistyped(code: &str, is_last: bool) -> String {
    let mut characters: Vec<char> = code.chars().collect();
    let at = if is_last { characters.len() - 1 } else { 0 };
    characters[at] = if characters[at] == 'A' { 'Q' } else { 'A' };
    characters.into_iter().collect()
}

/// The status, and the code of an error: a problem's, or the Graph API's.
fn outcome(answer: &Answer, row: &Row) -> String {
    let status = answer.status.as_u16();
    let Ok(body) = serde_json::from_str::<Value>(&answer.body) else { return status.to_string() };
    match row.class {
        Class::Graph | Class::Batch | Class::NoCall if body.is_array() => {
            let part: Value = serde_json::from_str(body[0]["body"].as_str().unwrap()).unwrap();
            format!("{status} [{}]", of_graph(&body[0]["code"], &part))
        }
        Class::Graph | Class::Batch | Class::NoCall => of_graph(&status.into(), &body),
        _ if status < 400 => status.to_string(),
        _ => format!("{status} {}", body["code"].as_str().unwrap()),
    }
}

fn of_graph(status: &Value, body: &Value) -> String {
    match (&body["error"]["code"], &body["error"]["error_subcode"]) {
        (Value::Null, _) => status.to_string(),
        (code, Value::Null) => format!("{status} {code}"),
        (code, subcode) => format!("{status} {code}/{subcode}"),
    }
}

/// The routes of a function as rows name them.
fn named<E>(routes: &[Route<E>]) -> impl Iterator<Item = (&'static str, &'static str)> {
    routes.iter().map(|route| (route.method, route.path))
}

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let rows = rows();
    let routes: BTreeSet<_> = named(request_optin::ROUTES)
        .chain(named(send_notification::ROUTES))
        .chain(named(grant_token::ROUTES))
        .chain(named(console::ROUTES))
        .collect();
    for route in &routes {
        assert!(rows.iter().any(|row| (row.method, row.path) == *route), "no row says who may call {route:?}");
    }
    for path in messenger_api::PATHS {
        assert!(rows.iter().any(|row| row.path == *path), "no row says who may call {path}");
    }
    for row in &rows {
        let is_served = routes.contains(&(row.method, row.path)) || messenger_api::PATHS.contains(&row.path);
        assert!(is_served, "{} {} is served by nobody", row.method, row.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_role_reads_or_changes_what_is_another_tenants_or_another_persons() {
    let rows = rows();
    let shared = Scene::new().await;
    let cells = rows.iter().flat_map(|row| Role::ALL.map(|role| (row, role)));
    // Who may write has a scene for it, so that every cell finds everything as it was.
    let (writers, others): (Vec<_>, Vec<_>) = cells.partition(|(row, role)| row.writes() && row.lets_in(*role));
    for (row, role) in &others {
        shared.check(row, *role).await;
    }
    let written = stream::iter(&writers).map(|(row, role)| async { Scene::new().await.check(row, *role).await });
    let cells = others.len() + written.buffer_unordered(SCENES_AT_ONCE).count().await;
    println!("{cells} cells: {} rows in {} roles", rows.len(), Role::ALL.len());
    assert_eq!(cells, rows.len() * Role::ALL.len());
}
