"""What becomes of an SMS: the judgement by itself."""

import json
from collections.abc import Iterator

import pytest

from mfa_setup.adapters.answers import Answer
from mfa_setup.adapters.twilio_refusals import classify
from mfa_setup.clock import Clock
from mfa_setup.errors import OutcomeUnknownError, SmsUnconfirmedError, SmsUndeliveredError
from mfa_setup.model.observed import Message
from mfa_setup.model.outcome import Sms
from mfa_setup.prove import sms as proof
from mfa_setup.prove.receipt import Watch, follow

PHONE = "+14155550123"


class Watched:
    """Follows an SMS whose looks are given, and keeps what was told."""

    def __init__(self, *looks: Message | None) -> None:
        self.told: list[Sms] = []
        self.slept: list[float] = []
        self._looks: Iterator[Message | None] = iter(looks)
        self._last: Message | None = None

    def follow(self) -> Sms:
        """Follows it, on a clock that only moves when somebody sleeps."""
        clock = Clock(now=lambda: sum(self.slept), sleep=self.slept.append)
        watch = Watch(self.told.append, lambda _warning: None)
        return follow(Sms(to=PHONE), self._look, watch, clock, OutcomeUnknownError("lost"))

    def _look(self) -> Message | None:
        self._last = next(self._looks, self._last)
        return self._last


def message(status: str, error_code: int | None = None) -> Message:
    return Message(sid="SM1", status=status, to=PHONE, error_code=error_code)


@pytest.mark.parametrize("status", ["delivered", "read"])
def test_what_has_arrived_is_followed_no_further(status: str) -> None:
    watched = Watched(message("sent"), message(status), message("failed"))
    assert watched.follow().status == status
    assert watched.slept == [1, 2]


@pytest.mark.parametrize("status", ["undelivered", "failed", "canceled"])
def test_an_end_without_a_code_names_twilios_word(status: str) -> None:
    watched = Watched(message(status))
    with pytest.raises(SmsUndeliveredError, match=f"{status}.*no reason"):
        watched.follow()
    assert watched.told[-1].status == status


@pytest.mark.parametrize("status", ["accepted", "scheduled", "queued", "sending", "sent", "partially_delivered"])
def test_no_other_word_is_taken_for_an_end(status: str) -> None:
    watched = Watched(message(status))
    with pytest.raises(SmsUnconfirmedError, match="not confirmed"):
        watched.follow()
    assert sum(watched.slept) == 60


def test_each_status_is_told_once() -> None:
    watched = Watched(None, message("queued"), message("queued"), message("sent"), message("delivered"))
    assert watched.follow().seconds == 16
    assert [sms.status for sms in watched.told] == ["queued", "sent", "delivered"]


def test_what_is_never_seen_stays_what_it_was() -> None:
    with pytest.raises(OutcomeUnknownError, match="lost"):
        Watched(None).follow()


@pytest.mark.parametrize(("status", "code"), [(401, 20003), (403, 20003), (403, 70051), (403, 20008), (404, 20404)])
def test_a_refusal_of_the_credentials_is_none_of_the_message(status: int, code: int) -> None:
    refused = classify(Answer(status, {}, json.dumps({"code": code, "message": "no"})))
    told: list[Sms] = []
    assert proof._of_the_message(refused, Sms(to=PHONE), Watch(told.append, lambda _warning: None)) is refused
    assert told == []
