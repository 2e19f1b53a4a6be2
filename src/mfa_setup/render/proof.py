"""Renders the results of proofs: a test login, a test SMS, and the demo."""

from collections.abc import Iterator
from datetime import UTC, datetime

from rich.text import Text

from mfa_setup.model.results import DemoResult, LoginResult, SmsResult
from mfa_setup.render.parts import table
from mfa_setup.render.setup import setup_lines
from mfa_setup.render.theme import BOLD


def login_result(result: LoginResult | DemoResult) -> Iterator[Text]:
    """Renders the result of `test login`: what the ID token proves."""
    proof = result.outcome.outputs.proof
    if proof is None:
        yield Text("The login succeeded. Nothing is proved about a second factor.", BOLD)
        return
    yield Text("Proved: the login asked for a second factor, and got it.", BOLD)
    yield from table(
        ("User", proof.subject),
        ("amr", ", ".join(proof.amr)),
        ("Factor", proof.factor),
        ("Phone", f"ends in {proof.phone}" if proof.phone else None),
        ("Issued", f"{datetime.fromtimestamp(proof.issued_at, tz=UTC):%Y-%m-%d %H:%M:%S} UTC"),
        ("Took", f"{proof.seconds:.1f} s"),
    )


def demo_result(result: DemoResult) -> Iterator[Text]:
    """Renders the result of `demo`: what is set up, and what the login proves."""
    yield from setup_lines(result.outcome)
    yield from login_result(result)


def sms_result(result: SmsResult) -> Iterator[Text]:
    """Renders the result of `test sms`: the delivered SMS."""
    sms = result.outcome.outputs.sms
    if sms is None:
        return
    yield Text("Proved: the SMS was delivered.", BOLD)
    yield from table(
        ("To", sms.to),
        ("From", sms.sender),
        ("By service", sms.messaging_service_sid),
        ("Sent by", {"twilio": "Twilio, with the tenant's text", "auth0": "Auth0"}[sms.via]),
        ("Message", sms.sid),
        ("Took", None if sms.seconds is None else f"{sms.seconds:.1f} s"),
    )
