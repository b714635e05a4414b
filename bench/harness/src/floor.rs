//! The floors: a warm send beside a bare conditional update through the same client, slice by slice; and how quickly a forged
//! token is refused.

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use ringonce_domain::ids::Token;
use ringonce_memory::fixture;
use ringonce_tests::lambda::function::Function;
use ringonce_tests::root;
use serde::Serialize;
use serde_json::{Value, json};

use crate::instructions::START;
use crate::side::{PATIENCE, Side, Who, spent};

const SLICES: usize = 9;
const EACH: usize = 300;
const FORGED: u32 = 200_000;

/// What was found.
#[derive(Debug, Serialize)]
pub(crate) struct Floor {
    /// CPU of a send, and of a bare update, in milliseconds; one figure a slice.
    pub(crate) send: Vec<f64>,
    pub(crate) bare: Vec<f64>,
    /// Forged tokens that one core refuses in a second.
    pub(crate) forged: f64,
    /// Requests to the engine that forged tokens led to.
    pub(crate) forged_round_trips: u64,
}

pub(crate) async fn run() -> Floor {
    let side = Side::start(Who::Ringonce, 1).await;
    let bare = bare(&side, 0, |command| command).await;
    let mut floor = Floor { send: Vec::new(), bare: Vec::new(), forged: 0.0, forged_round_trips: 0 };
    for slice in 0..=SLICES {
        let mut tokens = Vec::new();
        for number in 0..EACH {
            let asked = side.ask(0, &format!("floor-{slice}-{number}"), "shirt-m", &format!("floor-{slice}-{number}")).await;
            tokens.push(side.grant(0, &asked.expect(201)).await);
        }
        let send = &side.functions["send-notification"][0];
        let (of_send, of_bare) = (spent(send), spent(&bare));
        for (number, token) in tokens.iter().enumerate() {
            side.send(0, token, &format!("send-{slice}-{number}")).await.expect(202);
            assert_eq!(bare.invoke(bare_event(&format!("bare-{slice}-{number}"))).await["statusCode"], 202);
        }
        // The first slice warms.
        if slice == 0 {
            floor.forged = forged(&tokens[0]);
        } else {
            floor.send.push((spent(send) - of_send) / EACH as f64);
            floor.bare.push((spent(&bare) - of_bare) / EACH as f64);
        }
    }
    side.proxy.take();
    for number in 0..EACH {
        side.send(0, &format!("ro_tok_{number:043}"), &format!("forged-{number}")).await.expect(404);
    }
    floor.forged_round_trips = side.proxy.take().round_trips;
    floor
}

/// The event that has the bare function update the item of that id.
pub(crate) fn bare_event(id: &str) -> Value {
    json!({ "body": json!({ "id": id, "text": "The rad shirt is back in M." }).to_string() })
}

/// The bare function, started as `started` makes of its command.
pub(crate) async fn bare(side: &Side, number: usize, started: impl Fn(Command) -> Command) -> Function {
    let folder = side.folder(&format!("floor-{number}"));
    let command = started(Command::new(root().join("target/lambda/floor/bootstrap")));
    let function = Function::within("floor", command, PATIENCE, &folder, |command, runtime| {
        side.surround(command).envs([
            ("AWS_LAMBDA_RUNTIME_API", runtime.address.to_string()),
            ("AWS_LAMBDA_FUNCTION_NAME", "floor".to_owned()),
            ("FLOOR_TABLE", side.table().to_owned()),
        ]);
    });
    let function = function.await;
    function.started(START).await;
    function
}

/// How many such tokens as `genuine`, but for one character of their signature, one core refuses in a second.
fn forged(genuine: &str) -> f64 {
    let (keys, business) = (fixture::keys(), fixture::business());
    assert!(Token::parse(&keys, &business, genuine).is_some());
    let middle = genuine.len() / 2;
    let other = if &genuine[middle..=middle] == "A" { "B" } else { "A" };
    let forged = format!("{}{other}{}", &genuine[..middle], &genuine[middle + 1..]);
    let begun = Instant::now();
    for _ in 0..FORGED {
        assert!(Token::parse(&keys, &business, black_box(&forged)).is_none());
    }
    f64::from(FORGED) / begun.elapsed().as_secs_f64()
}
