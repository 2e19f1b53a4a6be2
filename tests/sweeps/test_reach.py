"""Every kind of sender, country and proof: no policy whose codes do not arrive in each of the users' countries."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from support.lab import Lab, Result, Run
from support.moments import Moments
from support.reach import CA, DE, GB, US, open_to, policy, registration, sends_from, user
from support.senders import SENDERS, Sender
from support.states import delivers
from support.tally import Count

PHONES = {"US": US, "CA": CA, "GB": GB, "DE": DE}
OF_STACKS = [(sender, stack) for sender in SENDERS for stack in sender.stacks]


@dataclass(frozen=True)
class Case:
    """Users in some countries, and what is done to prove that codes reach them.

    Attributes:
        countries: What `--countries` names.
        proof: A test SMS, another sender's deliveries, or nothing.
        users: Whether the tenant has any.
        lost: Whether phones in Germany get nothing.
    """

    countries: tuple[str, ...]
    proof: str
    users: bool = True
    lost: bool = False


def cases() -> Iterator[Case]:
    """All that differ."""
    proofs = ("none", "test", "of another sender")
    for countries, proof in product(((), ("US",), ("CA",), ("GB",), ("DE",), ("US", "GB"), ("US", "CA")), proofs):
        yield Case(countries, proof)
    for proof in proofs:
        yield Case(("US", "DE"), proof, lost=True)
        yield Case((), proof, users=False)


@pytest.mark.parametrize(("sender", "stack"), OF_STACKS, ids=[f"{sender.name}-{stack}" for sender, stack in OF_STACKS])
def test_no_policy_is_set_for_a_country_that_codes_do_not_reach(
    make_lab: Callable[..., Lab], run: Run, count: Count, times: Moments, sender: Sender, stack: str
) -> None:
    for case in cases():
        lab = make_lab(phone_stack=stack)
        times.rule(lab)
        _prepare(lab, sender, case)
        result = _set_policy(run, lab, case)
        count("senders")
        assert result.code in {0, 1, 6, 7}, (case, result.out)
        assert bool(lab.tenant["policies"]) is (result.code == 0), (case, result.out)
        if case.proof != "test" and len(case.countries) == 1:
            assert result.code == sender.codes[tuple(PHONES).index(case.countries[0])], (case, result.out)
        if result.code == 0 and (case.users or not _is_warned(result)):
            reached = result.document["outputs"]["countries"]
            assert reached, (case, result.out)
            assert all(delivers(lab, PHONES[country]) for country in reached), (case, result.out)


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Moments:
    """The time of the tests, so that no delivery is waited for."""
    monkeypatch.setenv("MFA_SETUP_STATE_DIR", str(tmp_path / "state"))
    return Moments(monkeypatch)


def _prepare(lab: Lab, sender: Sender, case: Case) -> None:
    open_to(lab, "GB", "CA", "DE")
    sends_from(lab, **sender.comes(lab))
    if case.users:
        user(lab)
    if case.lost:
        lab.control("twilio/fates", {"phone_number": DE, "error_code": 30007})


def _set_policy(run: Run, lab: Lab, case: Case) -> Result:
    phones = [PHONES[country] for country in case.countries or ("US",)]
    if case.proof == "of another sender":
        for phone in phones:
            message = {"from": "+12135550199", "to": phone, "status": "delivered", "seconds_ago": 60}
            lab.control("twilio/messages", message)
    tests = [part for phone in phones for part in ("--test-to", phone)] if case.proof == "test" else []
    countries = ("--countries", ",".join(case.countries)) if case.countries else ()
    return policy(run, lab, *countries, *tests)


def _is_warned(result: Result) -> bool:
    """Whether the run went on with a warning that carriers may still be registering the number."""
    listed = {check["id"] for check in result.document["checks"]}
    return "registration" in listed and "no users" in registration(result)["evidence"]
