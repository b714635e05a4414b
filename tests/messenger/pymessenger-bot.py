"""pymessenger: JSON bodies, token and proof in the query, errors returned as a plain dict."""

from driving import drive, message_of, recipient_of
from pymessenger.bot import Bot
from pymessenger.utils import validate_hub_signature


def make_calls(document):
    bot = Bot(document["access_token"], app_secret=document.get("app_secret"))
    bot.graph_url = "%s/v%s" % (document["origin"], bot.api_version)
    return {
        "ask": lambda call: bot.send_message(call["user"], message_of(call)),
        # Only send_raw can address a token: the other functions always write {"id": ...}.
        "follow_up": lambda call: bot.send_raw(
            {"recipient": recipient_of(call), "message": message_of(call)}
        ),
        "verify": lambda call: validate_hub_signature(
            document["app_secret"], call["body"], call["headers"]["x-hub-signature"]
        ),
    }


if __name__ == "__main__":
    drive(make_calls, lambda error: {"message": str(error)})
