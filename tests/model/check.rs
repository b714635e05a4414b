//! Checks.
use std::time::Instant;
use stateright::{Checker, Model, HasDiscoveries};
use crate::*;

/// tmp
pub fn whole(channel: Channel, faults: Faults, threads: usize) {
    let t = Instant::now();
    let checker = OneMessage { design: Design::whole(channel), faults }.checker().threads(threads).spawn_bfs().join();
    println!("{channel:?} {faults:?}: {} unique {} depth {} {:?}", checker.state_count(), checker.unique_state_count(), checker.max_depth(), t.elapsed());
    for (name, path) in checker.discoveries() {
        println!("  {name}: {}", path.into_actions().len());
    }
}
/// tmp
pub fn broken(faults: Faults) {
    for (rule, channel, promise) in BROKEN {
        let t = Instant::now();
        let checker = OneMessage { design: Design::without(rule, channel), faults }.checker().finish_when(HasDiscoveries::AllOf([promise].into())).spawn_bfs().join();
        println!("{rule:?} {channel:?} {} {:?}", checker.unique_state_count(), t.elapsed());
        match checker.discovery(promise) { Some(p) => println!("   {promise}: {:?}", p.into_actions()), None => println!("   NOT FOUND {promise} {:?}", checker.discoveries().keys()) }
    }
}
