//! Virtual time: futures run one after another on one thread, and time passes only when none of them can go on.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Microseconds of virtual time.
pub type Micros = u64;
/// A second.
pub const SECOND: Micros = 1_000_000;
/// A millisecond.
pub const MILLISECOND: Micros = 1_000;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What is to be woken, ordered by when and, within a moment, by who asked first: every run is the same.
struct Alarm {
    at: Micros,
    number: u64,
    waker: Waker,
}

impl PartialEq for Alarm {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Alarm {}

impl PartialOrd for Alarm {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Alarm {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

#[derive(Default)]
struct Agenda {
    now: Micros,
    asked: u64,
    alarms: BinaryHeap<Reverse<Alarm>>,
    begun: Vec<Task>,
}

/// The clock that every simulated part lives by.
#[derive(Clone, Default)]
pub struct Clock(Arc<Mutex<Agenda>>);

impl Clock {
    fn agenda(&self) -> MutexGuard<'_, Agenda> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Since the simulation began.
    #[must_use]
    pub fn now(&self) -> Micros {
        self.agenda().now
    }

    /// Waits until `at`.
    pub fn until(&self, at: Micros) -> impl Future<Output = ()> + Send + use<> {
        Sleep { clock: self.clone(), at, is_set: false }
    }

    /// Begins something that goes on beside.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.agenda().begun.push(Box::pin(task));
    }

    /// Runs what was spawned until nothing is left to be done.
    pub fn run(&self) {
        let ready = Arc::new(Ready::default());
        let mut tasks: Vec<Option<Task>> = Vec::new();
        let mut free: Vec<usize> = Vec::new();
        loop {
            for task in std::mem::take(&mut self.agenda().begun) {
                let place = free.pop().unwrap_or_else(|| {
                    tasks.push(None);
                    tasks.len() - 1
                });
                tasks[place] = Some(task);
                ready.push(place);
            }
            if let Some(place) = ready.pop() {
                let waker = Waker::from(Arc::new(TaskWaker { place, ready: Arc::clone(&ready) }));
                let is_over = tasks[place].as_mut().is_some_and(|task| task.as_mut().poll(&mut Context::from_waker(&waker)).is_ready());
                if is_over {
                    tasks[place] = None;
                    free.push(place);
                }
            } else if !self.ring() {
                return;
            }
        }
    }

    fn ring(&self) -> bool {
        let mut agenda = self.agenda();
        let Some(Reverse(alarm)) = agenda.alarms.pop() else {
            return !agenda.begun.is_empty();
        };
        agenda.now = agenda.now.max(alarm.at);
        drop(agenda);
        alarm.waker.wake();
        true
    }
}

#[derive(Default)]
struct Ready(Mutex<VecDeque<usize>>);

impl Ready {
    fn push(&self, place: usize) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(place);
    }

    fn pop(&self) -> Option<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

struct TaskWaker {
    place: usize,
    ready: Arc<Ready>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.ready.push(self.place);
    }
}

struct Sleep {
    clock: Clock,
    at: Micros,
    is_set: bool,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let (clock, at) = (self.clock.clone(), self.at);
        let mut agenda = clock.agenda();
        if agenda.now >= at {
            return Poll::Ready(());
        }
        if !std::mem::replace(&mut self.is_set, true) {
            agenda.asked += 1;
            let alarm = Alarm { at, number: agenda.asked, waker: context.waker().clone() };
            agenda.alarms.push(Reverse(alarm));
        }
        Poll::Pending
    }
}
