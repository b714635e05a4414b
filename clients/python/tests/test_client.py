"""The client against a running Ringonce."""

import asyncio
import time
import unittest
from datetime import UTC, datetime

from ringonce import AskBody, AsyncRingonce, BatchBody, Message, NotifyBody, ReleaseBody, Ringonce, RingonceError
from ringonce.rest.api.business import business
from ringonce.rest.api.demand import days, waiting
from ringonce.rest.api.opt_ins import find_token
from ringonce.rest.api.releases import stop_release
from ringonce.rest.api.users import eligibility, erase_user, export_user
from ringonce.rest.api.webhook import webhook
from ringonce.rest.models import FindBody

from harness import Dev, answer, eventually

MESSAGE = Message(text="The rad shirt is back in M.")


def shirt(user, topic="shirt-m", **more):
    return AskBody(user=user, topic=topic, title="Rad shirt, M", **more)


class ClientTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dev = Dev()
        cls.addClassCleanup(cls.dev.stop)
        cls.ringonce = Ringonce(cls.dev.url, cls.dev.key)
        cls.addClassCleanup(cls.ringonce.close)
        # Those who wait for a release, old enough that one takes them.
        cls.coat = [cls.granted(user, "coat") for user in ("r1", "r2", "r3")]
        for user, topic in (("w1", "hat"), ("w2", "hat"), ("a1", "scarf"), ("a2", "scarf")):
            cls.granted(user, topic)
        time.sleep(5.5)

    @classmethod
    def granted(cls, user, topic):
        """The opt-in of a person who said yes."""
        asked = cls.ringonce.ask(shirt(user, topic))
        answer(asked.consent_url)
        return asked.id

    def refused(self, call):
        with self.assertRaises(RingonceError) as caught:
            call()
        return caught.exception

    def test_a_person_is_asked_says_yes_and_is_told_once(self):
        asked = self.ringonce.ask(shirt("ada", payload="sku-17"))
        self.assertEqual(asked.state, "asked")
        self.assertFalse(self.ringonce.optin(asked.id).token)
        answer(asked.consent_url)
        optin = self.ringonce.optin(asked.id)
        self.assertEqual((optin.payload, optin.state), ("sku-17", "granted"))
        sent = self.ringonce.send(NotifyBody(token=optin.token, message=MESSAGE))
        eventually("it is sent", lambda: self.ringonce.notification(sent.id).state == "sent")
        self.assertEqual(self.ringonce.notification(sent.id).optin, asked.id)
        socks = NotifyBody(token=optin.token, message=Message(text="And socks!"))
        error = self.refused(lambda: self.ringonce.send(socks))
        self.assertEqual((error.status, error.code), (409, "token-used"))

    def test_who_was_asked_as_often_as_permitted_is_an_error_that_says_when_the_cap_opens(self):
        for topic in "abcde":
            self.ringonce.ask(shirt("bob", topic))
        begun = time.monotonic()
        error = self.refused(lambda: self.ringonce.ask(shirt("bob", "f")))
        self.assertEqual((error.status, error.code, error.cap), (429, "cap-reached", "5-in-1d"))
        self.assertTrue(error.title and error.detail and error.request_id)
        self.assertTrue(86_000 < error.retry_after <= 86_400, error.retry_after)
        self.assertLess(time.monotonic() - begun, 5, "a wait that is longer than its patience is not begun")

    def test_an_ask_that_is_repeated_under_its_key_is_the_same_ask(self):
        first = self.ringonce.ask(shirt("eve"), idempotency_key="order-17")
        self.assertEqual(self.ringonce.ask(shirt("eve"), idempotency_key="order-17"), first)
        error = self.refused(lambda: self.ringonce.ask(shirt("eve", locale="de"), idempotency_key="order-17"))
        self.assertEqual((error.status, error.code), (422, "idempotency-key-reused"))
        self.assertEqual(self.refused(lambda: self.ringonce.ask(shirt("eve"))).code, "already-asked")

    def test_a_release_is_watched_to_its_end_and_its_counts_to_theirs(self):
        def restock():
            return self.ringonce.release("coat", ReleaseBody(message=MESSAGE, limit=2), idempotency_key="restock-1")

        started = restock()
        self.assertEqual(restock().id, started.id)
        seen = list(self.ringonce.watch(started.id, every=0.2, settled=True))
        last = seen[-1]
        self.assertEqual(len({str(view) for view in seen}), len(seen))
        self.assertEqual((last.state, last.reason, last.taken), ("finished", "limit-reached", 2))
        self.assertEqual((last.sent, last.under_way), (2, 0))
        self.assertEqual(sorted(self.ringonce.optin(id).state for id in self.coat), ["granted", "sent", "sent"])
        self.assertEqual(self.ringonce.wait_for_release(started.id).id, started.id)

    def test_a_release_that_is_stopped_ends_its_watch(self):
        body = ReleaseBody(message=MESSAGE, limit=2, batch=BatchBody(size=1, every="1h"))
        started = self.ringonce.release("hat", body)
        watching = self.ringonce.watch(started.id, every=0.1)
        self.assertEqual(next(watching).state, "running")
        self.assertEqual(stop_release.sync(client=self.ringonce.rest, id=started.id).state, "stopped")
        *_, last = watching
        self.assertEqual((last.state, last.reason), ("stopped", "by-business"))

    def test_topics_come_one_after_another_over_all_their_pages(self):
        for topic in ("p-1", "p-2", "p-3", "p-4", "p-5"):
            self.granted(f"of-{topic}", topic)

        def names(**more):
            return [view.topic for view in self.ringonce.topics(**more)]

        eventually("all are counted", lambda: "p-5" in names())
        every = names()
        self.assertEqual(names(page=2), every)
        self.assertEqual(names(page=2, prefix="p-"), ["p-1", "p-2", "p-3", "p-4", "p-5"])
        self.assertEqual(names(page=2, after="p-2"), every[every.index("p-2") + 1 :])

    def test_releases_come_one_after_another_the_latest_first_over_all_their_pages(self):
        body = ReleaseBody(message=MESSAGE, limit=1)
        started = [self.ringonce.release("nothing", body).id for _ in range(55)]

        def listed():
            return [view.id for view in self.ringonce.releases() if view.id in started]

        eventually("all are listed", lambda: len(listed()) >= len(started))
        self.assertEqual(listed(), started[::-1])

    def test_every_other_route_is_a_module(self):
        self.ringonce.ask(shirt("zoë/1"))
        view = eligibility.sync(client=self.ringonce.rest, user="zoë/1", topic="shirt-l")
        self.assertEqual((view.eligible, view.caps[0].cap, view.caps[0].left), (True, "5-in-1d", 4))
        self.assertTrue(webhook.sync(client=self.ringonce.rest).url.startswith("http"))
        erased = erase_user.sync(client=self.ringonce.rest, user="zoë/1")
        self.assertEqual(erased.erased_at.utcoffset().total_seconds(), 0)

    def test_what_a_console_shows_is_a_module_too(self):
        rest = self.ringonce.rest
        self.assertEqual(business.sync(client=rest).id, "demo")
        id = self.granted("fay", "sock")
        found = find_token.sync(client=rest, body=FindBody(token=self.ringonce.optin(id).token))
        self.assertEqual(found.id, id)

        def view():
            return waiting.sync(client=rest, topic="sock", people=1, order="newest")

        eventually("the grant is counted", lambda: view().cost.people == 1)
        self.assertEqual(view().order, "newest")
        today = datetime.now(UTC).date()
        self.assertEqual(days.sync(client=rest, from_=today).from_, today)
        kept = export_user.sync(client=rest, user="fay")
        self.assertEqual((kept.user, len(kept.optins)), ("fay", 1))

    def test_what_is_wrong_is_named(self):
        error = self.refused(lambda: self.ringonce.ask(AskBody(user="ada", topic="t", title="")))
        self.assertEqual((error.status, error.code, error.field), (400, "invalid-field", "title"))
        with Ringonce(self.dev.url, "ro_sk_none") as stranger:
            error = self.refused(lambda: webhook.sync(client=stranger.rest))
        self.assertEqual((error.status, error.code), (401, "unauthorized"))

    def test_nothing_that_is_printed_of_a_client_holds_its_key(self):
        self.assertNotIn("ro_sk_", repr(self.ringonce) + repr(self.ringonce.rest))

    def test_the_client_for_asyncio_does_the_same(self):
        asyncio.run(self.lifecycle())

    async def lifecycle(self):
        async with AsyncRingonce(self.dev.url, self.dev.key) as ringonce:
            asked = await ringonce.ask(shirt("ann"))
            await asyncio.to_thread(answer, asked.consent_url)
            token = (await ringonce.optin(asked.id)).token
            sent = await ringonce.send(NotifyBody(token=token, message=MESSAGE))
            self.assertEqual((await ringonce.notification(sent.id)).optin, asked.id)
            with self.assertRaises(RingonceError) as caught:
                await ringonce.ask(shirt("ann"))
            self.assertEqual(caught.exception.code, "already-asked")
            started = await ringonce.release("scarf", ReleaseBody(message=MESSAGE))
            last = await ringonce.wait_for_release(started.id, every=0.2, settled=True)
            self.assertEqual((last.state, last.sent), ("finished", 2))
            names = [view.topic async for view in ringonce.topics(page=1)]
            self.assertEqual(names, [view.topic for view in self.ringonce.topics()])
            self.assertIn("scarf", names)
            self.assertEqual([view.id async for view in ringonce.releases()].count(started.id), 1)


if __name__ == "__main__":
    unittest.main()
