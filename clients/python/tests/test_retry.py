"""What is tried again, for how long, and what is not."""

import asyncio
import time
import unittest
from email.utils import formatdate

import httpx

from ringonce import AskBody, AsyncRingonce, Patience, Ringonce, RingonceError
from ringonce.rest.api.webhook import webhook

from harness import Dev, Obstructed, Server


def unavailable(retry_after):
    return lambda request: request.reply(503, retry_after=retry_after)


def broken(request):
    request.hang_up()


def cut(request):
    request.reply(201, b'{"id":', content_type="application/json", content_length="999")
    request.hang_up()


def shirt(user):
    return AskBody(user=user, topic="shirt-m", title="Rad shirt, M")


class RetryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dev = Dev()
        cls.addClassCleanup(cls.dev.stop)

    def behind(self, *obstacles, patience=Patience()):
        """A client whose way to Ringonce is obstructed, and that way."""
        way = Obstructed(self.dev.url, list(obstacles))
        self.addCleanup(way.stop)
        ringonce = Ringonce(way.url, self.dev.key, patience=patience)
        self.addCleanup(ringonce.close)
        return ringonce, way

    def test_a_503_is_tried_again_no_sooner_than_it_says_under_the_same_key(self):
        ringonce, way = self.behind(unavailable("1"))
        begun = time.monotonic()
        self.assertEqual(ringonce.ask(shirt("ada")).state, "asked")
        self.assertGreaterEqual(time.monotonic() - begun, 1)
        self.assertEqual(len(way.keys), 2)
        self.assertRegex(way.keys[0], "^[0-9a-f]{32}$")
        self.assertEqual(way.keys[1], way.keys[0])

    def test_a_retry_after_that_is_a_date_is_waited_for_too(self):
        ringonce, _ = self.behind(unavailable(formatdate(time.time() + 2, usegmt=True)))
        begun = time.monotonic()
        webhook.sync(client=ringonce.rest)
        self.assertGreaterEqual(time.monotonic() - begun, 0.9)

    def test_a_connection_that_breaks_is_tried_again_before_the_answer_and_in_the_middle_of_it(self):
        ringonce, way = self.behind(broken, cut)
        self.assertTrue(ringonce.ask(shirt("bob"), idempotency_key="mine").consent_url)
        self.assertEqual(way.keys, ["mine"] * 3)

    def test_a_different_call_has_a_different_key_and_a_get_has_none(self):
        ringonce, way = self.behind()
        ringonce.ask(shirt("cy"))
        ringonce.ask(shirt("di"))
        webhook.sync(client=ringonce.rest)
        self.assertNotEqual(way.keys[0], way.keys[1])
        self.assertIsNone(way.keys[2])

    def test_after_three_tries_the_refusal_is_raised(self):
        ringonce, way = self.behind(*[unavailable("0")] * 4)
        with self.assertRaises(RingonceError) as caught:
            webhook.sync(client=ringonce.rest)
        error = caught.exception
        self.assertEqual((error.status, error.code, error.retry_after), (503, "http-503", 0))
        self.assertEqual(len(way.keys), 3)

    def test_a_wait_that_would_end_after_its_time_in_all_is_not_begun(self):
        ringonce, way = self.behind(unavailable("29"), patience=Patience(in_all=20))
        begun = time.monotonic()
        with self.assertRaises(RingonceError) as caught:
            webhook.sync(client=ringonce.rest)
        self.assertEqual(caught.exception.retry_after, 29)
        self.assertLess(time.monotonic() - begun, 5)
        self.assertEqual(len(way.keys), 1)

    def test_a_try_that_hangs_is_given_up_and_so_is_the_call(self):
        came = []

        def hang(request):
            came.append(request)
            time.sleep(3)

        hanging = Server(hang)
        self.addCleanup(hanging.stop)
        for patience, tries in ((Patience(tries=2, a_try=0.2), 2), (Patience(in_all=0.3), 1)):
            came.clear()
            begun = time.monotonic()
            with Ringonce(hanging.url, self.dev.key, patience=patience) as ringonce:
                with self.assertRaises(httpx.TimeoutException):
                    webhook.sync(client=ringonce.rest)
            self.assertEqual(len(came), tries)
            self.assertLess(time.monotonic() - begun, 2.5)

    def test_what_is_refused_for_good_is_not_tried_again(self):
        ringonce, way = self.behind(*[lambda request: request.reply(500, b"<html>")] * 2)
        with self.assertRaises(RingonceError) as caught:
            ringonce.ask(shirt("gus"))
        self.assertEqual((caught.exception.status, caught.exception.code), (500, "http-500"))
        self.assertEqual(len(way.keys), 1)

    def test_the_client_for_asyncio_tries_again_too(self):
        way = Obstructed(self.dev.url, [unavailable("1"), broken])
        self.addCleanup(way.stop)

        async def asking():
            async with AsyncRingonce(way.url, self.dev.key) as ringonce:
                return await ringonce.ask(shirt("ann"))

        begun = time.monotonic()
        self.assertEqual(asyncio.run(asking()).state, "asked")
        self.assertGreaterEqual(time.monotonic() - begun, 1)
        self.assertEqual(way.keys, way.keys[:1] * 3)


if __name__ == "__main__":
    unittest.main()
