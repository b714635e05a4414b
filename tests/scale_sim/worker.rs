//! The function `deliver`, simulated: batches of a lane, a release's pieces, deliveries.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::{StreamExt, future, stream};
use ringonce_adapters::delivery::FUNCTION_TIMEOUT;
use ringonce_adapters::delivery::line::first_in_line;
use ringonce_adapters::delivery::releases::{AT_ONCE, PIECE};
use ringonce_domain::address::PersonKey;
use ringonce_domain::release::{PAGE, Phase, Release, ReleaseReason, ReleaseState, SETTLED};
use ringonce_domain::store::Line;

use crate::clock::Micros;
use crate::spent::{Cause, Spent};
use crate::stream::{Record, Work};
use crate::table::{Call, LineOf};
use crate::world::{Channel, RELEASE_AT, Setup, World};

/// A page of keys of 16 bytes, and what stands beside them: a unit for each begun kilobyte.
const PAGE_UNITS: u32 = (PAGE as u32 * 16).div_ceil(1_024) + 1;
/// A release with its message, and its place in the index `due`, which each change takes away and sets anew.
const RELEASE_UNITS: (u32, u32) = (2, 2);
/// How many claims' waiting one moment of a page's holds: what is waited for before they begin weighs as much.
const ABREAST_OF_A_WAIT: u64 = AT_ONCE as u64;
/// How many people's blocks one read brings.
const BLOCKS_A_READ: usize = 100;

/// One instance of the function, which has one processor.
pub struct Worker {
    /// Where it works.
    pub world: Arc<World>,
    processor_free_at: AtomicU64,
}

impl Worker {
    fn new(world: &Arc<World>) -> Self {
        Self { world: Arc::clone(world), processor_free_at: AtomicU64::new(0) }
    }

    /// Takes the processor for so long, behind whoever has it: when it is done.
    fn compute(&self, time: Micros) -> Micros {
        let free_at = self.processor_free_at.load(Ordering::Relaxed).max(self.world.clock.now()) + time;
        self.processor_free_at.store(free_at, Ordering::Relaxed);
        free_at
    }

    /// A call of the table.
    pub async fn call(&self, call: Call, spent: &mut Spent) {
        let (world, assumed) = (&self.world, self.world.setup.assumed);
        let asked_at = self.compute(assumed.processor);
        spent.add(Cause::Processor, asked_at - world.clock.now());
        let booking = world.limits().book(asked_at, &call.wanted);
        if let Some(resource) = booking.held_by {
            spent.add(resource.into(), booking.at - asked_at);
        }
        spent.add(Cause::Answers, assumed.call);
        {
            let mut tally = world.tally();
            tally.write_units += u64::from(call.writes);
            tally.read_units += u64::from(call.reads);
        }
        world.clock.until(booking.at + assumed.call).await;
    }

    async fn post(&self) {
        let sent_at = self.compute(self.world.setup.assumed.processor);
        self.world.clock.until(sent_at + self.world.setup.assumed.webhook).await;
    }

    async fn handle(&self, record: Record, lane: (usize, usize), begun_at: Micros) {
        let world = &self.world;
        match record.work {
            Work::Release => {
                self.note_hop(record, begun_at);
                self.work_on_release().await;
            }
            Work::Deliver => self.deliver(lane).await,
            Work::Tell => self.post().await,
            // What is looked at and left takes processor time alone.
            Work::Look => {
                self.compute(world.setup.assumed.processor / 8);
            }
        }
    }

    fn note_hop(&self, record: Record, begun_at: Micros) {
        let (waited, hopped) = (begun_at - record.read_at, self.world.clock.now() - record.written_at);
        let mut tally = self.world.tally();
        tally.spent.add(Cause::BusyLane, waited);
        tally.spent.add(Cause::StreamHop, hopped - waited);
        tally.hops += 1;
        tally.hopped += hopped - waited;
    }

    /// One message by webhook: is the person blocked, the attempt, the call, what came of it.
    async fn deliver(&self, lane: (usize, usize)) {
        let (mut spent, partition) = (Spent::default(), lane.0);
        self.call(Call::read(std::iter::once(partition)), &mut spent).await;
        self.call(Call::write(partition, 1), &mut spent).await;
        self.world.record(lane, Work::Look);
        self.post().await;
        self.call(Call::write(partition, 1), &mut spent).await;
        self.note_sent();
        self.world.record(lane, Work::Tell);
    }

    fn note_sent(&self) {
        let mut tally = self.world.tally();
        tally.sent += 1;
        tally.last_sent = self.world.clock.now();
    }

    async fn work_on_release(&self) {
        let world = &self.world;
        let begun_at = world.clock.now();
        let piece = Micros::try_from(PIECE.as_micros()).unwrap_or(Micros::MAX);
        let timeout = Micros::try_from(FUNCTION_TIMEOUT.as_micros()).unwrap_or(Micros::MAX);
        self.bookkeep(Call::read(std::iter::once(RELEASE_AT.0))).await;
        loop {
            let release = world.release().0.clone();
            let next = match release.phase {
                Phase::Planning => self.plan(&release).await,
                Phase::Claiming => self.claim_pages(&release).await,
                Phase::Waiting | Phase::Telling | Phase::Over => return,
            };
            world.release().0 = next;
            self.bookkeep(Call::write(RELEASE_AT.0, RELEASE_UNITS.0).and_paid(RELEASE_UNITS.1)).await;
            let taken = world.clock.now() - begun_at;
            if taken >= world.setup.pace.goes_on_for || taken + piece > timeout {
                break;
            }
        }
        world.record(RELEASE_AT, Work::Release);
    }

    /// A call that the whole release waits for.
    async fn bookkeep(&self, call: Call) {
        let begun_at = self.world.clock.now();
        self.call(call, &mut Spent::default()).await;
        self.note_planning(begun_at);
    }

    fn note_planning(&self, begun_at: Micros) {
        let time = self.world.clock.now() - begun_at;
        self.world.tally().spent.add(Cause::Planning, time);
    }

    async fn plan(&self, release: &Release) -> Release {
        let (world, begun_at, now) = (&self.world, self.world.clock.now(), self.world.now());
        let terms = &release.terms;
        let line = Line { topic: terms.topic_key, order: terms.order, before: now.before(SETTLED), after: release.cursor.clone() };
        let wanted = release.wanted();
        let (of_worker, most) = (LineOf(self), wanted * world.setup.pace.abreast);
        let waiting = first_in_line(&of_worker, &line, world.setup.shards, most).await.expect("the simulated line answers");
        self.note_planning(begun_at);
        let Some(last) = waiting.last() else {
            return release.ended(ReleaseState::Finished, ReleaseReason::NobodyWaits, now);
        };
        let pages: Vec<Vec<PersonKey>> = waiting.chunks(wanted).map(|page| page.iter().map(|waiting| waiting.person).collect()).collect();
        for _ in &pages {
            self.bookkeep(Call::write(RELEASE_AT.0, PAGE_UNITS)).await;
        }
        world.release().1 = pages;
        release.planned(last.place.clone(), now)
    }

    async fn claim_pages(&self, release: &Release) -> Release {
        let (world, begun_at) = (&self.world, self.world.clock.now());
        let pages = std::mem::take(&mut world.release().1);
        let is_alone = world.setup.pace.abreast == 1;
        let claimed = future::join_all(pages.into_iter().map(|page| async move {
            if is_alone { claim_page(Arc::clone(world), page).await } else { claim_page_elsewhere(Arc::clone(world), page).await }
        }));
        let (mut taken, mut spent) = (0, Spent::default());
        for (of_page, spent_on_page) in claimed.await {
            taken += of_page;
            spent.add_all(&spent_on_page);
        }
        let now = world.clock.now();
        let mut tally = world.tally();
        tally.spent.add_all(&spent.shared_out(now - begun_at));
        tally.last_claimed = now;
        drop(tally);
        release.claimed(taken, world.now())
    }

    async fn claim(&self, person: PersonKey) -> (u32, Spent) {
        let (world, mut spent) = (&self.world, Spent::default());
        let at = world.find(person);
        self.call(Call::write(at.partition, 1).out_of_line(at.shard), &mut spent).await;
        if !world.grants().claim(at.number) {
            return (0, spent);
        }
        let work = match world.setup.channel {
            Channel::Inbox => {
                self.note_sent();
                Work::Look
            }
            Channel::Webhook => Work::Deliver,
        };
        world.record((at.partition, at.lane), work);
        (1, spent)
    }
}

/// A page whose worker is not the one that planned it, and hears of it by the stream while that one waits.
async fn claim_page_elsewhere(world: Arc<World>, page: Vec<PersonKey>) -> (u32, Spent) {
    let Setup { pace, assumed, .. } = world.setup;
    // Where nobody goes on, the release's own hop is the one by which all of them hear.
    let hop = if pace.goes_on_for > 0 { assumed.publish + assumed.poll / 2 + assumed.invocation } else { 0 };
    world.clock.until(world.clock.now() + hop).await;
    let begun_at = world.clock.now();
    begin_invocation(&world);
    let (taken, mut spent) = claim_page(Arc::clone(&world), page).await;
    end_invocation(&world, world.clock.now() - begun_at);
    spent.add(Cause::StreamHop, hop * ABREAST_OF_A_WAIT);
    (taken, spent)
}

async fn claim_page(world: Arc<World>, page: Vec<PersonKey>) -> (u32, Spent) {
    let worker = Worker::new(&world);
    let (mut taken, mut spent, mut before) = (0, Spent::default(), Spent::default());
    worker.call(Call::read(std::iter::once(RELEASE_AT.0)), &mut before).await;
    if world.setup.channel == Channel::Inbox {
        for people in page.chunks(BLOCKS_A_READ) {
            worker.call(Call::read(people.iter().map(|person| world.find(*person).partition)), &mut before).await;
        }
    }
    (0..ABREAST_OF_A_WAIT).for_each(|_| spent.add_all(&before));
    let mut claims = stream::iter(page).map(|person| worker.claim(person)).buffer_unordered(AT_ONCE);
    while let Some((own, spent_on_claim)) = claims.next().await {
        taken += own;
        spent.add_all(&spent_on_claim);
    }
    (taken, spent)
}

/// Works off a lane, batch after batch, until nothing is left in it.
pub async fn work_off(world: Arc<World>, shard: usize, lane: usize) {
    let worker = Worker::new(&world);
    loop {
        let Some(read_at) = world.stream().next(shard, lane) else {
            return;
        };
        world.clock.until(read_at).await;
        let begun_at = world.clock.now();
        let batch = world.stream().batch(shard, lane, begun_at);
        begin_invocation(&world);
        world.clock.until(begun_at + world.setup.assumed.invocation).await;
        let handled =
            stream::iter(batch).map(|record| worker.handle(record, (shard, lane), begun_at)).buffer_unordered(deliver::AT_ONE_HOST);
        handled.collect::<()>().await;
        world.clock.until(worker.compute(0)).await;
        end_invocation(&world, world.clock.now() - begun_at);
    }
}

fn begin_invocation(world: &World) {
    let mut tally = world.tally();
    tally.invocations += 1;
    tally.at_once += 1;
    tally.most_at_once = tally.most_at_once.max(tally.at_once);
}

fn end_invocation(world: &World, time: Micros) {
    let mut tally = world.tally();
    tally.at_once -= 1;
    tally.billed += time;
}
