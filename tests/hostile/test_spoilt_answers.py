"""Whatever a service answers, a run ends with one of its exit codes, in time, and names the request."""

import time
from threading import Lock

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hostile.bodies import RAW, RECIPES, Recipe
from hostile.judge import judge
from hostile.spoiler import AUTH0_ID, TWILIO_ID, HostileLab, Sent, Spoil
from support.lab import Run
from support.tally import Count

LONGEST_RUN = 20.0
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("up", "--yes"),
    ("plan",),
    ("status",),
    ("init", "--yes"),
    ("buy-number", "--yes"),
    ("policy", "always", "--yes"),
    ("up", "--yes", "--enrollment-template", "{{code}} a", "--verification-template", "{{code}} b"),
)  # fmt: skip
FEWEST_AT_RANDOM = 100
"""A sweep tries other cases each time; the few of the suite are the same always."""
FEW = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TIMES = [pytest.param(12, id="some"), pytest.param(300, id="many", marks=pytest.mark.sweep)]


@pytest.mark.parametrize("times", TIMES)
def test_a_spoilt_answer_is_an_error_with_the_requests_id(
    run: Run, hostile: HostileLab, count: Count, times: int
) -> None:
    seen: dict[tuple[str, ...], list[tuple[str, str]]] = {}

    @settings(FEW, max_examples=times, derandomize=times < FEWEST_AT_RANDOM)
    @given(data=st.data())
    def each(data: st.DataObject) -> None:
        command = data.draw(st.sampled_from(COMMANDS))
        if command not in seen:
            hostile.reset()
            run(*command, "--json", env=hostile.env)
            seen[command] = sorted({(sent.method, sent.path) for sent in hostile.spoiler.sent})
        hostile.reset()
        hostile.spoiler.spoil = _one(
            data.draw(st.sampled_from(seen[command])), data.draw(RECIPES), again=data.draw(st.booleans())
        )
        began = time.monotonic()
        result = run(*command, "--json", "--timeout", "1", "--no-token-cache", env=hostile.env)
        count("spoilt answers")
        assert time.monotonic() - began < LONGEST_RUN
        error = judge(result)["error"] or {}
        if error.get("code") == "unreadable_answer":
            assert error["request_id"] in {AUTH0_ID, TWILIO_ID}, result

    each()


def _one(wanted: tuple[str, str], recipe: Recipe, *, again: bool) -> Spoil:
    """Spoils the answer to one request, once or every time that it is sent."""
    lock = Lock()
    done: list[tuple[str, str]] = []

    def spoil(sent: Sent) -> Sent:
        with lock:
            if (sent.method, sent.path) != wanted or (done and not again):
                return sent
            done.append(wanted)
            return recipe.of(sent)

    return spoil


@pytest.mark.parametrize("service", ["auth0", "twilio"])
@pytest.mark.parametrize("index", range(len(RAW)))
@pytest.mark.sweep
def test_every_raw_answer_to_every_request(
    run: Run, hostile: HostileLab, count: Count, service: str, index: int
) -> None:
    run("up", "--yes", "--json", env=hostile.env)
    paths = dict.fromkeys(
        (sent.method, sent.path)
        for sent in hostile.spoiler.sent
        if ("twilio-request-id" in sent.headers) is (service == "twilio")
    )
    body, headers = RAW[index]
    for method, path in paths:
        hostile.reset()
        hostile.spoiler.spoil = lambda sent, method=method, path=path: (  # type: ignore[misc]
            sent.with_body(body, **headers) if (sent.method, sent.path) == (method, path) else sent
        )
        judge(run("up", "--yes", "--json", "--timeout", "1", "--no-token-cache", env=hostile.env))
        count("raw answers")
