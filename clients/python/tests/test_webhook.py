"""What Ringonce brings to a business's endpoint, and what others do."""

import json
import unittest
from base64 import b64encode
from datetime import UTC, datetime

from standardwebhooks import Webhook

from ringonce import AskBody, Message, NotifyBody, ReleaseBody, Ringonce, events
from ringonce.events import (
    NotificationDeliver,
    NotificationSent,
    OptinAsked,
    OptinDeclined,
    OptinGranted,
    OptinRevoked,
    ReleaseCheck,
    ReleaseFinished,
    UnknownEvent,
)
from ringonce.rest.api.opt_ins import revoke_optin
from ringonce.rest.api.webhook import test_webhook, webhook
from ringonce.webhook import WebhookVerificationError, WebhookVerifier

from harness import Dev, Server, answer, eventually


def shirt(user, **more):
    return AskBody(user=user, topic="shirt-m", title="Rad shirt, M", payload="größe 👕", **more)


class WebhookTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.requests = []
        cls.events = []
        cls.dev = Dev()
        cls.addClassCleanup(cls.dev.stop)
        endpoint = Server(cls.receive)
        cls.addClassCleanup(endpoint.stop)
        key, secret = cls.dev.business("shop", endpoint.url, "--channel", "inbox", "--channel", "webhook")
        cls.verifier = WebhookVerifier(secret)
        cls.ringonce = Ringonce(cls.dev.url, key)
        cls.addClassCleanup(cls.ringonce.close)

    @classmethod
    def receive(cls, request):
        cls.events.append(cls.verifier.verify(request.body, request.headers))
        cls.requests.append(request)
        request.reply(204)

    def heard(self, kind, user):
        def look():
            return next((event for event in self.events if isinstance(event, kind) and event.user == user), None)

        return eventually(f"{kind.type} of {user}", look)

    def test_a_grant_brings_its_token_and_the_messages_end_follows(self):
        asked = self.ringonce.ask(shirt("ada"))
        answer(asked.consent_url)
        granted = self.heard(OptinGranted, "ada")
        self.assertTrue(granted.id.startswith("evt_"))
        self.assertTrue(granted.timestamp <= datetime.now(UTC) < granted.expires_at)
        told = (granted.optin, granted.topic, granted.title, granted.payload, granted.channel, granted.state, granted.version)
        self.assertEqual(told, (asked.id, "shirt-m", "Rad shirt, M", "größe 👕", "inbox", "granted", 1))
        for secret in (granted.token, "ada", "größe"):
            self.assertNotIn(secret, repr(granted))
        sent = self.ringonce.send(NotifyBody(token=granted.token, message=Message(text="It is back.")))
        end = self.heard(NotificationSent, "ada")
        self.assertEqual(end.notification, sent.id)
        self.assertGreater(end.version, granted.version)

    def test_a_message_of_the_webhook_channel_comes_to_be_brought_and_a_question_too(self):
        asked = self.ringonce.ask(shirt("bob", deliver_ask=True))
        question = self.heard(OptinAsked, "bob")
        self.assertEqual(question.optin, asked.id)
        answer(question.consent_url, channel="webhook")
        message = Message.from_dict({"text": "It is back.", "url": f"{self.dev.url}/shop", "data": {"sku": 17}})
        self.ringonce.send(NotifyBody(token=self.heard(OptinGranted, "bob").token, message=message))
        delivery = self.heard(NotificationDeliver, "bob")
        self.assertEqual(delivery.message, message)
        self.assertIn("/r/", delivery.open_url)
        self.assertIn("/u/", delivery.manage_url)

    def test_a_no_a_revocation_and_a_releases_end_are_told(self):
        answer(self.ringonce.ask(shirt("cy")).consent_url, "decline")
        self.assertEqual(self.heard(OptinDeclined, "cy").state, "declined")
        asked = self.ringonce.ask(shirt("di"))
        answer(asked.consent_url)
        revoke_optin.sync(client=self.ringonce.rest, id=asked.id)
        self.assertEqual(self.heard(OptinRevoked, "di").reason, "by-business")
        started = self.ringonce.release("nothing", ReleaseBody(message=Message(text="It is back.")))

        def look():
            return next((event for event in self.events if isinstance(event, ReleaseFinished)), None)

        finished = eventually("it is told", look)
        self.assertEqual((finished.release, finished.state, finished.reason), (started.id, "finished", "nobody-waits"))

    def test_a_test_comes_and_a_release_asks_before_it_begins(self):
        tested = test_webhook.sync(client=self.ringonce.rest)
        self.assertEqual(tested.verdict, "accepted")
        came = next(event for event in self.events if event.id == tested.event)
        self.assertIsInstance(came, events.WebhookTest)
        self.assertEqual(came.business, "shop")
        endpoint = webhook.sync(client=self.ringonce.rest).url
        body = ReleaseBody(message=Message(text="It is back."), check_url=endpoint)
        started = self.ringonce.release("asking", body)

        def look():
            asked = (event for event in self.events if isinstance(event, ReleaseCheck))
            return next((event for event in asked if event.release == started.id), None)

        check = eventually("it asks", look)
        self.assertEqual((check.topic, check.step, check.taken), ("asking", 1, 0))

    def test_what_is_forged_altered_old_or_unsigned_is_refused(self):
        answer(self.ringonce.ask(shirt("eve")).consent_url)
        request = eventually("one came", lambda: next(iter(self.requests), None))
        body, headers = request.body, {name.lower(): value for name, value in request.headers.items()}
        self.assertTrue(self.verifier.verify(body, headers))
        self.assertTrue(self.verifier.verify(body.decode(), headers))
        id, at = headers["webhook-id"], datetime.now(UTC)
        foreign = Webhook(b"1" * 24).sign(id, at, body.decode())
        forgeries = (
            (body, {**headers, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": foreign}),
            (body + b" ", headers),
            (b"\xff" + body, headers),
            (body, {**headers, "webhook-id": "evt_other"}),
            (body, {**headers, "webhook-timestamp": "1"}),
            (body, {**headers, "webhook-signature": "v1"}),
            (body, {**headers, "webhook-signature": "v1,%%%"}),
            (body, {}),
        )
        for forged, claimed in forgeries:
            with self.assertRaises(WebhookVerificationError):
                self.verifier.verify(forged, claimed)

    def test_an_event_of_a_type_that_is_not_known_yet_is_handed_over_as_that(self):
        event = self.signed({"type": "optin.pondered", "timestamp": "2026-11-28T07:00:00Z", "data": {"user": "ada"}})
        at = datetime(2026, 11, 28, 7, tzinfo=UTC)
        self.assertEqual(event, UnknownEvent(id="evt_1", timestamp=at, type="optin.pondered", data={"user": "ada"}))

    def test_a_field_that_is_not_known_yet_is_passed_over(self):
        told = {
            "optin": "o",
            "user": "ada",
            "topic": "t",
            "title": "T",
            "version": 2,
            "channel": "sms",
            "state": "sent",
            "mood": 1,
        }
        event = self.signed({"type": "notification.sent", "timestamp": "2026-11-28T07:00:00.123Z", "data": told})
        self.assertIsInstance(event, NotificationSent)
        self.assertEqual((event.channel, event.notification), ("sms", None))

    def test_what_is_signed_and_is_no_event_in_messengers_form_for_one_is_refused(self):
        with self.assertRaises(WebhookVerificationError):
            self.signed({"object": "page", "entry": []})

    def signed(self, told):
        secret, body, at = b"2" * 24, json.dumps(told), datetime.now(UTC)
        signature = Webhook(secret).sign("evt_1", at, body)
        headers = {"Webhook-Id": "evt_1", "Webhook-Timestamp": str(int(at.timestamp())), "Webhook-Signature": signature}
        verifier = WebhookVerifier("whsec_" + b64encode(secret).decode())
        return verifier.verify(body, headers)


if __name__ == "__main__":
    unittest.main()
