"""The registration of a number with the carriers: its campaign and its toll-free verifications.

Sources: twilio-a2p, twilio-toll-free (docs/sources.md).
"""

from mfa_setup.sandbox.twilio.delivery import Sender
from mfa_setup.sandbox.twilio.ids import fixed_sid
from mfa_setup.sandbox.twilio.numbers import OwnedNumber
from mfa_setup.sandbox.twilio.state import TwilioState
from mfa_setup.sandbox.twilio.tollfree_records import APPROVED, Verification


def verifications_of(state: TwilioState, number: OwnedNumber) -> list[Verification]:
    """Return a number's toll-free verifications, newest first.

    A registered account has an approved verification for each toll-free number, until a test adds others.
    """
    if number.stock.kind != "tollfree":
        return []
    filed = state.toll_free.get(number.phone_number)
    if filed:
        return sorted(filed, key=lambda one: one.order, reverse=True)
    if state.config.number_registration != "registered":
        return []
    sid = fixed_sid("HH", state.account_sid, number.sid)
    return [Verification(sid, number.rank, APPROVED, number.created)]


def sender_of(state: TwilioState, number: OwnedNumber) -> Sender:
    """Return the properties of an account's number that decide about delivery."""
    service = state.service_of(number)
    # not verified: that the newest of several verifications of a number counts
    newest = next(iter(verifications_of(state, number)), None)
    return Sender(
        country=number.stock.country,
        kind=number.stock.kind,
        in_campaign=service is not None and service.delivers_us,
        verified=newest is not None and newest.status == APPROVED,
        registering=state.registering.get(number.phone_number),
    )
