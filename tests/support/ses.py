"""moto's Amazon SES on a free loopback port, which it prints. For each line on standard input it prints what it was sent."""

import json
import logging
import sys

from mail import read
from moto.core import DEFAULT_ACCOUNT_ID
from moto.server import ThreadedMotoServer
from moto.ses.models import ses_backends

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(json.dumps(server.get_host_and_port()[1]), flush=True)
for region in sys.stdin:
    sent = ses_backends[DEFAULT_ACCOUNT_ID][region.strip()].sent_messages
    print(json.dumps([{"sender": one.source, "recipients": one.destinations, "mail": read(one.raw_data.encode())} for one in sent]), flush=True)
server.stop()
