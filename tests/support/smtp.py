"""A real SMTP server on a free loopback port. It prints the port, and then a line of JSON for each RCPT, for each end of a
DATA, and for each e-mail that it took. What a recipient is called says how the server behaves. With the argument `tls` it
speaks nothing but TLS, prints its certificate first, and takes nothing without the right password."""

import asyncio
import datetime
import ipaddress
import json
import logging
import ssl
import sys
import tempfile
import warnings

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
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


def certificate():
    key, here = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now, names = datetime.datetime.now(datetime.timezone.utc), [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    builder = x509.CertificateBuilder().subject_name(here).issuer_name(here).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
    signed = builder.add_extension(x509.SubjectAlternativeName(names), critical=False).sign(key, hashes.SHA256())
    pem = signed.public_bytes(serialization.Encoding.PEM)
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with tempfile.NamedTemporaryFile() as both:
        both.write(pem + key.private_bytes(*plain))
        both.flush()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(both.name)
    say("certificate", pem.decode())
    return context


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"us@er", b"p:w/\xc3\xbc"), handled=False)


def guarded():
    return SMTP(Handler(), authenticator=authenticate, auth_required=True, auth_require_tls=False)


async def main():
    # It warns of passwords without STARTTLS, and does not see that everything is TLS.
    warnings.simplefilter("ignore")
    logging.disable()
    tls = certificate() if sys.argv[1:] == ["tls"] else None
    protocol = guarded if tls else lambda: SMTP(Handler())
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=tls)
    say("port", server.sockets[0].getsockname()[1])
    await server.serve_forever()


asyncio.run(main())
