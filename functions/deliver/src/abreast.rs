//! Jobs side by side, so many of one kind at the most: who waits for its turn takes no place from those behind it.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

/// How many jobs run side by side.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// In all.
    pub(crate) in_all: usize,
    /// Of one kind.
    pub(crate) of_a_kind: usize,
}

/// Runs all `jobs`, and begins them in their order but for those whose kind is at its bound. A job without a kind has none
/// but the common bound.
pub(crate) async fn run<K: Eq + Hash + Clone, J: Future>(jobs: impl IntoIterator<Item = (Option<K>, J)>, bounds: Bounds) -> Vec<J::Output> {
    let mut waiting: VecDeque<(Option<K>, J)> = jobs.into_iter().collect();
    let (mut running, mut of_kind) = (FuturesUnordered::new(), HashMap::<K, usize>::new());
    let mut done = Vec::with_capacity(waiting.len());
    loop {
        while running.len() < bounds.in_all
            && let Some((kind, job)) = next(&mut waiting, |kind| of_kind.get(kind).is_none_or(|abreast| *abreast < bounds.of_a_kind))
        {
            if let Some(kind) = &kind {
                *of_kind.entry(kind.clone()).or_default() += 1;
            }
            running.push(async move { (kind, job.await) });
        }
        let Some((kind, output)) = running.next().await else {
            return done;
        };
        if let Some(abreast) = kind.and_then(|kind| of_kind.get_mut(&kind)) {
            *abreast -= 1;
        }
        done.push(output);
    }
}

/// The first that may begin.
fn next<K, J>(waiting: &mut VecDeque<(Option<K>, J)>, may_begin: impl Fn(&K) -> bool) -> Option<(Option<K>, J)> {
    let first = waiting.iter().position(|(kind, _)| kind.as_ref().is_none_or(&may_begin))?;
    waiting.remove(first)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::sync::Semaphore;

    use super::*;

    const BOUNDS: Bounds = Bounds { in_all: 4, of_a_kind: 2 };

    /// A job that notes its name and then waits for a permit.
    async fn job(name: &'static str, begun: &Mutex<Vec<&'static str>>, permits: &Semaphore) -> &'static str {
        begun.lock().expect("no job panics").push(name);
        permits.acquire().await.expect("open").forget();
        name
    }

    #[tokio::test]
    async fn who_waits_for_its_kinds_turn_takes_no_place_and_everybody_comes_to_it() {
        let (begun, slow, quick) = (Mutex::default(), Semaphore::new(0), Semaphore::new(100));
        let jobs = [("a1", Some("a")), ("a2", Some("a")), ("a3", Some("a")), ("b1", Some("b")), ("a4", Some("a")), ("-", None)];
        let jobs = jobs.map(|(name, kind)| (kind, job(name, &begun, if name.starts_with('a') { &slow } else { &quick })));
        let all = run(jobs, BOUNDS);
        tokio::pin!(all);
        assert!(futures_util::poll!(&mut all).is_pending());
        assert_eq!(*begun.lock().expect("no job panics"), ["a1", "a2", "b1", "-"]);
        slow.add_permits(1);
        assert!(futures_util::poll!(&mut all).is_pending());
        assert_eq!(begun.lock().expect("no job panics").last(), Some(&"a3"), "in its order");
        slow.add_permits(3);
        let mut done = all.await;
        done.sort_unstable();
        assert_eq!(done, ["-", "a1", "a2", "a3", "a4", "b1"]);
    }

    #[tokio::test]
    async fn no_more_than_so_many_run_in_all() {
        let (begun, permits) = (Mutex::default(), Semaphore::new(0));
        let jobs = ["1", "2", "3", "4", "5"].map(|name| (None::<u8>, job(name, &begun, &permits)));
        let all = run(jobs, BOUNDS);
        tokio::pin!(all);
        assert!(futures_util::poll!(&mut all).is_pending());
        assert_eq!(begun.lock().expect("no job panics").len(), 4);
        permits.add_permits(5);
        assert_eq!(all.await.len(), 5);
    }
}
