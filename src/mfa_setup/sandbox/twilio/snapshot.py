"""The account's data as the control calls and the pages show it."""

from typing import Any

from mfa_setup.sandbox.twilio.state import TwilioState

_MESSAGING = "https://messaging.twilio.com"


def messages_json(state: TwilioState) -> list[dict[str, Any]]:
    """Return all messages as the API answers them, newest first."""
    clock = state.clock()
    return [one.json(state.account_sid, clock, state.timeline) for one in state.message_log()]


def sent_json(state: TwilioState) -> list[dict[str, Any]]:
    """Return all messages and calls, newest first; a call has the channel `voice` and its spoken text as the body."""
    spoken = {"status": "delivered", "error_code": None, "channel": "voice"}
    calls = [(one.order, one.json(state.account_sid) | {"body": one.text} | spoken) for one in state.calls]
    orders = [one.order for one in state.message_log()]
    every = [*calls, *zip(orders, messages_json(state), strict=True)]
    return [body for _, body in sorted(every, key=lambda pair: pair[0], reverse=True)]


def snapshot(state: TwilioState) -> dict[str, Any]:
    """Return the account's part of `GET /_sandbox/state`."""
    sid = state.account_sid
    return {
        "account": {"sid": sid, "type": state.account_type, "kind": state.config.twilio_account},
        "numbers": [number.json(sid) for number in state.numbers.values()],
        "purchases": state.purchases,
        "messages": messages_json(state),
        "services": [
            one.json(sid, _MESSAGING)
            | {"phone_numbers": list(one.pool)}
            | {"short_codes": [code.code for code in state.short_codes_of(one)]}
            | {"alpha_senders": [alpha.name for alpha in one.names.values()]}
            for one in state.services.values()
        ],
        "short_codes": [one.json(sid) for one in state.short_codes.values()],
    }
