"""The table of Twilio's codes: complete, and the same in the program, its refusals and the documentation."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from mfa_setup.adapters.answers import Answer
from mfa_setup.adapters.twilio_refusals import classify
from mfa_setup.errors import (
    CredentialsRefusedError,
    ForbiddenError,
    MfaSetupError,
    NumberConflictError,
    ServiceRefusedError,
    TrialNumberError,
)
from mfa_setup.twilio_codes import Fault, Source, explain, known_codes

DOCUMENT = Path(__file__).parents[2] / "docs/twilio-codes.md"
# Every code, manually: one that is lost from the table fails here.
CODES = known_codes()
EXPECTED = {
    10001, 10002,
    20003, 20005, 20008, 20404, 20429, 20500, 20503,
    21210, 21211, 21212, 21214, 21215, 21216, 21217, 21219, 21265, 21266,
    21404, 21408, 21421, 21422, 21450, 21452, 21453,
    21601, 21602, 21603, 21604, 21606, 21607, 21608, 21610, 21611, 21612, 21613, 21614, 21615, 21617, 21628, 21629,
    21631, 21635, 21649, 21651, 21654, 21655, 21656, 21659, 21660, 21669,
    21701, 21703, 21704, 21705, 21710, 21712, 21714, 21729, 22300,
    30001, 30002, 30003, 30004, 30005, 30006, 30007, 30008, 30022, 30024, 30032, 30033, 30034, 30035, 30036, 30038,
    30044, 30410, 30450, 30453, 30454, 30500, 30532, 30649,
    60203, 60204, 60238, 60410, 63038, 70051,
    572001, 572002, 572003, 572004, 572005, 572006, 573002, 573005, 573006, 575001,
}  # fmt: skip


def refused(status: int, **body: object) -> MfaSetupError:
    return classify(Answer(status, {}, json.dumps(body)))


def test_the_table_is_complete() -> None:
    assert set(CODES) == EXPECTED


def test_the_table_is_in_order_and_its_words_are_known() -> None:
    assert list(CODES) == sorted(CODES)
    assert {entry.fault for entry in CODES.values()} == set(get_args(Fault))
    assert {entry.source for entry in CODES.values()} == set(get_args(Source))


def test_the_table_is_read_only_when_a_code_is_explained() -> None:
    script = (
        "import mfa_setup.adapters.twilio_refusals\n"
        "from mfa_setup.twilio_codes import explain, known_codes\n"
        "assert known_codes.cache_info().currsize == 0\n"
        "explain(30034)\n"
        "assert known_codes.cache_info().currsize == 1\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


@pytest.mark.parametrize("code", sorted(EXPECTED))
def test_every_code_says_in_whole_sentences_what_to_do(code: int) -> None:
    entry = CODES[code]
    assert entry.fix.endswith(".")
    assert not entry.meaning.endswith(".")
    assert "|" not in entry.meaning + entry.fix
    assert entry.link == f"https://www.twilio.com/docs/errors/{code}"


def test_the_documentation_has_the_same_table() -> None:
    row = re.compile(r"^\| \[(\d+)\]\((\S+)\) \| (.+) \| (\w+) \| (.+) \| ([\w ]+) \|$", re.MULTILINE)
    assert row.findall(DOCUMENT.read_text(encoding="utf-8")) == [
        (str(entry.code), entry.link, entry.meaning, entry.fault, entry.fix, entry.source) for entry in CODES.values()
    ]


def test_an_unknown_code_is_told_in_twilios_own_words_with_its_page() -> None:
    entry = explain(63016, "Failed to send freeform message.")
    assert (entry.code, entry.meaning, entry.source) == (63016, "Failed to send freeform message", "not verified")
    assert "https://www.twilio.com/docs/errors/63016" in entry.fix
    assert explain(63016).meaning == "Twilio says no more"


def test_a_known_code_is_never_told_in_other_words() -> None:
    assert explain(30034, "something else") is CODES[30034]


def test_a_refusal_is_told_by_the_table_and_carries_its_code() -> None:
    error = refused(400, code=21608, message="The number is unverified.")
    assert type(error) is ServiceRefusedError
    assert error.message == f"{CODES[21608].meaning} (Twilio 21608: The number is unverified)."
    assert (error.hint, error.twilio_code) == (CODES[21608].fix, 21608)


def test_a_refusal_with_an_unknown_code_names_the_page() -> None:
    error = refused(400, code=63016, message="no")
    assert (error.message, error.twilio_code) == ("Twilio rejected the request (Twilio 63016: no).", 63016)
    assert "https://www.twilio.com/docs/errors/63016" in error.hint


TRIAL_CAP = "Trial accounts are allowed only one Twilio number. To purchase additional ones, please upgrade."


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"code": 21404, "message": "no"}, TrialNumberError),
        ({"code": 10002, "message": "no"}, TrialNumberError),
        ({"message": TRIAL_CAP}, TrialNumberError),
        ({"code": 21712, "message": "A number is in only one Messaging Service."}, NumberConflictError),
        ({"code": 21217, "message": "Only one of From and MessagingServiceSid may be given."}, ServiceRefusedError),
        ({"message": "Trial accounts have a limit. Only one request at a time."}, ServiceRefusedError),
    ],
)
def test_only_the_trials_own_codes_and_words_are_a_trial(body: dict[str, object], kind: type[MfaSetupError]) -> None:
    assert type(refused(400, **body)) is kind


@pytest.mark.parametrize("code", [21613, 21615, 21628, 21631, 21649, 21651])
def test_a_number_that_needs_documents_is_bought_in_the_console_and_passed(code: int) -> None:
    hint = refused(400, code=code, message="needs documents").hint
    assert "Twilio console" in hint
    assert "--from" in hint


@pytest.mark.parametrize(("status", "kind"), [(401, CredentialsRefusedError), (403, ForbiddenError)])
def test_of_20003_the_status_tells_more_than_the_code(status: int, kind: type[MfaSetupError]) -> None:
    error = refused(status, code=20003, message="Authenticate")
    assert type(error) is kind
    assert CODES[20003].meaning not in error.message


def test_a_page_of_html_has_no_code() -> None:
    error = classify(Answer(400, {}, "<html>"))
    assert (error.twilio_code, error.message) == (None, "Twilio rejected the request (HTTP 400).")
