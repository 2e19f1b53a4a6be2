"""What becomes of a message: the rules by themselves."""

import pytest

from mfa_setup.sandbox.twilio.delivery import DELIVERED, Outcome, Sender, Timeline, outcome, status_after

LONG_CODE, TOLL_FREE = Sender("US", "local"), Sender("US", "tollfree")


@pytest.mark.parametrize(
    ("sender", "country", "code"),
    [
        (LONG_CODE, "US", 30034),
        (LONG_CODE, "PR", 30034),
        (LONG_CODE, "CA", None),
        (LONG_CODE, "DE", None),
        (LONG_CODE, "GB", 30024),
        (Sender("US", "local", in_campaign=True), "GB", 30024),
        (Sender("US", "local", in_campaign=True), "CA", None),
        (Sender("US", "local", in_campaign=True, registering=30035), "US", 30035),
        (Sender("US", "local", in_campaign=True, registering=30035), "CA", None),
        (Sender("CA", "local"), "US", 30034),
        (Sender("PR", "local"), "US", 30034),
        (Sender("CA", "local"), "CA", None),
        (Sender("CA", "local", in_campaign=True), "US", None),
        (Sender("DE", "mobile"), "GB", 30024),
        (Sender("GB", "mobile"), "GB", None),
        (Sender("", "shortcode"), "US", None),
        (Sender("US", "local", in_campaign=True), "US", None),
        (Sender("US", "local", verified=True), "US", 30034),
        (TOLL_FREE, "US", 30032),
        (TOLL_FREE, "CA", 30032),
        (Sender("US", "tollfree", verified=True), "US", None),
        (Sender("US", "tollfree", in_campaign=True), "US", 30032),
        (Sender("GB", "mobile"), "US", None),
        (Sender("", "alpha"), "GB", None),
    ],
)
def test_registration_decides(sender: Sender, country: str, code: int | None) -> None:
    """Registration decides."""
    assert outcome(sender, country) == (Outcome("undelivered", code) if code else DELIVERED)


def test_a_fate_strikes_only_what_would_have_arrived() -> None:
    """A fate strikes only what would have arrived."""
    assert outcome(Sender("GB", "mobile"), "GB", 30003) == Outcome("undelivered", 30003)
    assert outcome(LONG_CODE, "US", 30003).error_code == 30034


@pytest.mark.parametrize("by_service", [True, False])
def test_a_life_goes_forward_only(*, by_service: bool) -> None:
    """A life goes forward only."""
    order = ["accepted", "queued", "sending", "sent", "delivered"]
    moments = [step / 100 for step in range(150)]
    seen = [status_after(one, DELIVERED, by_service=by_service, timeline=Timeline()) for one in moments]
    assert seen == sorted(seen, key=order.index)
    assert seen[0] == ("accepted" if by_service else "queued")
    assert seen[-1] == "delivered"


def test_everything_is_over_within_a_second() -> None:
    """A life goes forward only."""
    assert Timeline().final < 1
