"""A real SMTP server on a free loopback port. It prints the port, and then a line of JSON for each RCPT, for each end of a
DATA, and for each e-mail that it took. What a recipient is called says how the server behaves."""

import asyncio
import json

from aiosmtpd.smtp import SMTP
from mail import read


def say(event, value):
    print(json.dumps([event, value]), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        say("rcpt", address)
        early = {"refused": "550 5.1.1 no such user", "later": "451 4.2.1 not now"}.get(address.split("@")[0])
        if early:
            return early
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        say("data", envelope.rcpt_tos)
        match envelope.rcpt_tos[0].split("@")[0]:
            case "refused-content":
                return "554 5.7.1 not this"
            case "later-content":
                return "452 4.3.1 no room"
            case "drop":
                server.transport.abort()
            case "hang":
                await asyncio.sleep(3600)
        sender, recipients = envelope.mail_from, envelope.rcpt_tos
        say("took", {"sender": sender, "recipients": recipients, "mail": read(envelope.original_content)})
        return "250 OK"


async def main():
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Handler()), "127.0.0.1", 0)
    say("port", server.sockets[0].getsockname()[1])
    await server.serve_forever()


asyncio.run(main())
