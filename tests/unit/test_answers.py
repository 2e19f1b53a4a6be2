"""What an answer must be before an SDK reads it."""

import pytest

from mfa_setup.adapters import answers
from mfa_setup.adapters.answers import DEEPEST, Answer, document, judged, reading, unreadable
from mfa_setup.errors import NotFoundError, UnreadableAnswerError

HEADERS = {"x-auth0-requestid": "abc"}
FINE = (
    "",
    "  \n",
    "null",
    "[]",
    '{"a": [1, 2.5, true, "é", "\\ud83d\\ude00"]}',
    "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1),
)
BROKEN = (
    "<html>", "{", '{"a": 1}}', "NaN", "[Infinity]", "[-Infinity]", "[1e999]", '["\\ud800"]', '{"\\udfff": 1}',
    "9" * 5_000, "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "[" * 100_000 + "]" * 100_000, "\ufeff{}",
)  # fmt: skip


@pytest.mark.parametrize("text", FINE, ids=lambda text: text[:20])
def test_an_empty_answer_and_one_of_json_pass(text: str) -> None:
    answer = Answer(200, HEADERS, text)
    assert judged("auth0", answer) is answer


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: ascii(text)[:20])
def test_anything_else_is_an_error_with_the_requests_id(text: str) -> None:
    with pytest.raises(UnreadableAnswerError) as told:
        judged("auth0", Answer(200, HEADERS, text))
    assert (told.value.service, told.value.status, told.value.request_id) == ("auth0", 200, "abc")


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: ascii(text)[:20])
def test_a_refusal_that_is_no_json_says_nothing(text: str) -> None:
    assert document(text) == {} or "\\ud" in text


@pytest.mark.parametrize("misfit", [KeyError, TypeError, AttributeError, ValueError, OverflowError, RecursionError])
def test_what_reading_raises_is_an_error_with_the_requests_id(misfit: type[Exception]) -> None:
    @reading("twilio")
    def read() -> None:
        judged("twilio", Answer(200, {"twilio-request-id": "RQ1"}, "{}"))
        raise misfit

    with pytest.raises(UnreadableAnswerError) as told:
        read()
    assert told.value.request_id == "RQ1"


def test_an_error_of_an_earlier_answer_is_not_told_of_a_later_call() -> None:
    judged("auth0", Answer(200, HEADERS, "{}"))
    with pytest.raises(UnreadableAnswerError) as told, reading("auth0"):
        raise TypeError
    assert told.value.request_id is None


def test_our_own_errors_pass() -> None:
    with pytest.raises(NotFoundError), reading("auth0"):
        raise NotFoundError("it is not there")


def test_one_call_takes_no_more_answers_than_a_list_can_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST_PAGES", 3)
    with reading("auth0"):
        for _ in range(3):
            judged("auth0", Answer(200, HEADERS, "{}"))
        with pytest.raises(UnreadableAnswerError, match="a list of more than"):
            judged("auth0", Answer(200, HEADERS, "{}"))
    assert unreadable("auth0").status == 200
