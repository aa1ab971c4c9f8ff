"""An SMTP server on loopback (aiosmtpd, the one of Mailman): STARTTLS and a password before anything, mail into a Maildir.

Arguments: the Maildir, a certificate, its key, and "starttls" or "tls". The first line that it prints is its port.
The user is "nightshift", the password "s3cret". Recipients named "away" are refused for now, "nobody" for good; for
"silent" the server takes a message and hangs up without an answer.
"""

import asyncio
import ssl
import sys

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult


class Handler(Mailbox):
    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "away":
            return "451 come again later"
        if name == "nobody":
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        answer = await super().handle_DATA(server, session, envelope)
        if envelope.rcpt_tos[0].startswith("silent"):
            server.transport.abort()
        return answer


def authenticate(server, session, envelope, mechanism, data):
    known = (data.login, data.password) == (b"nightshift", b"s3cret")
    return AuthResult(success=known, handled=False)


async def serve(maildir, certificate, key, security):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    handler = Handler(maildir)
    options = {"auth_required": True, "authenticator": authenticate}
    if security == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    else:
        options |= {"auth_require_tls": False}
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, hostname="localhost", **options),
        host="127.0.0.1",
        port=0,
        ssl=context if security == "tls" else None,
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(serve(*sys.argv[1:]))
