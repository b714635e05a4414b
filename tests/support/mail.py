"""What a mail program makes of an e-mail: its bytes on standard input, JSON on standard output."""

import email
import json
import sys
from email import policy


def read(raw):
    message = email.message_from_bytes(raw, policy=policy.default)
    parts = [part for part in message.walk() if not part.is_multipart()]
    headers = [(name, str(value)) for name, value in message.items()]
    defects = [repr(defect) for part in message.walk() for defect in part.defects]
    defects += [repr(defect) for _, value in message.items() for defect in value.defects]
    return {
        "headers": headers,
        "from": [[one.display_name, one.addr_spec] for one in message["From"].addresses],
        "to": [one.addr_spec for one in message["To"].addresses],
        "kind": message.get_content_type(),
        "parts": [[part.get_content_type(), part.get_content_charset(), part.get_content()] for part in parts],
        "defects": defects,
    }


if __name__ == "__main__":
    print(json.dumps(read(sys.stdin.buffer.read())))
