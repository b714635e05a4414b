//! The harness: a corpus, changes of it, and what is kept of them.

mod caught;
mod corpus;
mod json;
mod mutate;
mod shrink;

use std::collections::HashSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use ringonce_tests::dice::Dice;

use mutate::Mutator;

/// Most bytes of an input.
const LONGEST: usize = 64 * 1024;
/// Longest that an input may take, on a busy machine too.
const SLOW: Duration = Duration::from_secs(30);
/// Most inputs that are kept to be changed further.
const MOST_KEPT: usize = 4_000;

/// Something that is tried with made-up inputs.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// Inputs that are to be changed, beside those of its corpus.
    pub(crate) seeds: fn() -> Vec<Vec<u8>>,
    /// What may be put into an input.
    pub(crate) words: &'static [&'static str],
    /// Panics where something that must hold does not, and says of what kind the outcome is.
    pub(crate) check: fn(&[u8]) -> Outcome,
}

/// Of what kind an outcome is: inputs of another kind are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Outcome(u64);

impl Outcome {
    pub(crate) fn of(kind: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        kind.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// An input that breaks what must hold.
#[derive(Debug)]
pub(crate) struct Finding {
    why: String,
    input: Vec<u8>,
    kept: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by \"{}\", kept in {}", self.why, self.input.escape_ascii(), self.kept)
    }
}

/// What a run came to. It ends with its first finding.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) cases: u64,
    pub(crate) kinds: usize,
    pub(crate) time: Duration,
    pub(crate) finding: Option<Finding>,
}

/// Runs `target` over its corpus, and over changes of it until `time` is over.
pub(crate) fn run(target: &Target, seed: u64, time: Duration) -> Report {
    let began = Instant::now();
    let mut run = Run { target, kept: Vec::new(), kinds: HashSet::new(), cases: 0 };
    let finding = run.all(seed, began + time).map(|(why, input)| found(target, &why, &input));
    Report { cases: run.cases, kinds: run.kinds.len(), time: began.elapsed(), finding }
}

fn found(target: &Target, why: &str, input: &[u8]) -> Finding {
    let input = shrink::smallest(input, |input| caught::outcome(target.check, input).is_err());
    let why = caught::outcome(target.check, &input).err().unwrap_or_else(|| why.to_owned());
    let kept = corpus::keep(target.name, &input);
    Finding { why, input, kept }
}

struct Run<'a> {
    target: &'a Target,
    kept: Vec<Vec<u8>>,
    kinds: HashSet<Outcome>,
    cases: u64,
}

impl Run<'_> {
    fn all(&mut self, seed: u64, end: Instant) -> Option<(String, Vec<u8>)> {
        for input in corpus::of(self.target.name).into_iter().chain((self.target.seeds)()) {
            if let Err(why) = self.one(&input) {
                return Some((why, input));
            }
            self.kept.push(input);
        }
        let mut mutator = Mutator { dice: Dice(seed | 1), words: self.target.words, first: self.kept.len() };
        while Instant::now() < end {
            let input = mutator.another(&self.kept);
            match self.one(&input) {
                Err(why) => return Some((why, input)),
                Ok(true) if self.kept.len() < MOST_KEPT => self.kept.push(input),
                Ok(_) => {}
            }
        }
        None
    }

    /// Whether an input leads to an outcome of a new kind.
    fn one(&mut self, input: &[u8]) -> Result<bool, String> {
        self.cases += 1;
        let began = Instant::now();
        let outcome = caught::outcome(self.target.check, input)?;
        let took = began.elapsed();
        if took > SLOW { Err(format!("took {took:?}")) } else { Ok(self.kinds.insert(outcome)) }
    }
}
