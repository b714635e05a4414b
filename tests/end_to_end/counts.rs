//! What things cost, counted: round trips under the SDK, units as the engine charges them, failures included.

use ringonce_tests::counts::{self, Row};
use ringonce_tests::world::World;

fn named<'a>(rows: &'a [Row], what: &str) -> &'a Row {
    rows.iter().find(|row| row.what == what).unwrap_or_else(|| panic!("no row `{what}`"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lifecycle_costs_what_the_budget_allows() {
    let world = World::start().await;
    counts::lifecycle(&world, "webhook", "warm", 7.0).await;
    for (channel, user, writes, units) in [("inbox", "by-inbox-0001", 4, 6.0), ("webhook", "by-webhook-01", 5, 7.0)] {
        let rows = counts::lifecycle(&world, channel, user, units).await;
        let steps: Vec<_> = ["ask", "answer", "redeem"]
            .map(|step| named(&rows, step))
            .iter()
            .map(|row| (row.round_trips, row.write_units, row.read_units))
            .collect();
        assert_eq!(steps, [(1, 1.0, 0.0), (1, 2.0, 0.0), (1, 2.0, 0.0)], "{channel}");
        let tell = named(&rows, "tell of the grant");
        assert_eq!((tell.round_trips, tell.write_units), (0, 0.0), "an event costs the table nothing");
        let deliver = named(&rows, "deliver");
        assert_eq!(deliver.read_units, 1.0, "the block check, one consistent read of at most 4 KB");
        let all = named(&rows, &format!("a lifecycle by {channel}"));
        assert_eq!((all.round_trips, all.write_units), (writes + 1, units), "{channel}: the writes, and the block check");
        let size = counts::item_size(&world, user).await;
        assert!(size <= 1_024, "{channel}: the opt-in item is {size} bytes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forged_foreign_or_mistyped_costs_nothing() {
    let world = World::start().await;
    world.ask("warm", "t").await;
    for row in counts::refusals(&world).await {
        let free = row.at_most == Some(0.0);
        let expected = if free { (0, 0.0, 0.0) } else { (1, 1.0, 0.0) };
        assert_eq!((row.round_trips, row.write_units, row.read_units), expected, "{}", row.what);
    }
}
