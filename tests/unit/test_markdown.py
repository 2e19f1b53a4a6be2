"""Documents in Markdown: whatever a service or a user has written is shown as it is, and acts on nothing."""

import json
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mfa_setup.model.fleet import Summary, TenantResult
from mfa_setup.model.outcome import Failure, Outcome
from mfa_setup.model.results import Result, StepResult
from mfa_setup.render.markdown.blocks import LONGEST, Block, Code, Details, Heading, Line, Strong, Table, document
from mfa_setup.render.markdown.escape import clean
from mfa_setup.render.markdown.fleet import fleet_document
from mfa_setup.render.markdown.results import blocks_of
from support.markdown import rendered

HOSTILE = [
    "![x](http://evil.example/x.png)",
    "[click](javascript:alert(1))",
    "[x]: http://evil.example",
    "<img src=http://evil.example>",
    "<script>alert(1)</script>",
    "</details></summary><h1>x",
    "</code>@someone<code>",
    "<!-- hidden -->",
    "a | b | c",
    "a \\| b \\\\| c",
    "`a | b`",
    "`code` and ``more`` and ` alone",
    "\\`![x](http://evil.example)\\`",
    "@octocat and @org/team",
    "mail someone@evil.example now",
    "fixes #123, org/repo#1, GH-12",
    "http://evil.example https://evil.example ftp://evil.example www.evil.example",
    '"https://evil.example", (www.evil.example).',
    "**bold** __bold__ *em* _em_ ~~gone~~ ~~~",
    ":smile: $x^2$ $$y$$",
    "# heading",
    "- item",
    "+ item",
    "* item",
    "1. item",
    "23) item",
    "> quote",
    "> [!WARNING]",
    "--- ",
    "===",
    "| --- |",
    "    code",
    "```",
    "a\n\n# heading\n\n- x",
    "a\r\n</details>\r\n",
    "&lt;img&gt; &#64;octocat &amp;",
    "\u202edlrow\u202c \u200b\x1b[31m\x00",
    "::error::x ::set-output name=a::b ::stop-commands::x ##[add-mask]x x##[error]y",
    "[^1] [ ] [x]",
    "{{ liquid }} {% raw %}",
    "autolink <http://evil.example> <a@evil.example>",
    "xmpp:a@evil.example mailto:a@evil.example",
    "@`a`@b `c`",
    "\\",
    "",
    "x" * 5_000,
    "#" * 3_000,
]  # fmt: skip
PLACES: dict[str, Callable[[str], Block]] = {
    "heading": Heading,
    "paragraph": Line,
    "strong": lambda text: Line(Strong(text), "end"),
    "code": lambda text: Line("begin", Code(text)),
    "cell": lambda text: Table(("A", "B"), [(text, Code(text))], "rows"),
    "summary": lambda text: Details(text, [Line("inner"), Table(("A",), [(text,)], "rows")]),
}


def written(*blocks: Block) -> str:
    return document(blocks, lambda text: text)


def bare(text: str) -> str:
    return "".join(clean(text).replace("`", "").split())


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_shown_as_it_is(text: str, place: str) -> None:
    page = rendered(written(PLACES[place](text), Line("The end.")))
    assert page.text.endswith("The end.")
    shown = "".join(page.text.replace("`", "").split())
    assert bare(text[:300]) in shown
    assert all(len(row) == len(page.rows[0]) for row in page.rows)
    assert [tag for tag, _ in page.tags].count("details") == (place == "summary")


TEXTS = st.text(st.sampled_from("ab1 \\`*_{}[]()<>#+-.!|~&@:/$=\"'\n\twwghGH;%^"), max_size=40)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
@example("`a|b`")
@example("\\|")
@example("@a`b`")
def test_any_text_is_shown_as_it_is_in_every_place(text: str) -> None:
    blocks = [place(text) for place in PLACES.values()]
    page = rendered(written(*blocks))
    assert [tag for tag, _ in page.tags].count("tr") == 4
    assert [len(row) for row in page.rows] == [2, 2, 1, 1]
    cell = "".join(page.rows[1][0].replace("`", "").split())
    assert cell == bare(text)


def test_commands_and_urls_are_code_that_can_be_copied() -> None:
    page = rendered(written(Line("Run `mfa-setup up`, or open https://manage.auth0.com/#/mfa.")))
    assert "<code>" not in page.outside
    assert page.outside.split() == ["Run", ",", "or", "open", "."]


def test_secrets_are_masked_before_they_are_escaped() -> None:
    text = document(
        [Line("token_with_under*scores*"), Details("token_with_under*scores*", [])], lambda _text: "********"
    )
    assert "token" not in text
    assert rendered(text).text == "******** ********"


def test_a_table_that_is_too_long_says_how_many_rows_are_left_out() -> None:
    rows = [(f"row {number}", "x" * 100) for number in range(2_000)]
    text = written(Heading("Title"), Table(("A", "B"), rows, "rows"), Line("Last."))
    page = rendered(text)
    assert len(text) <= LONGEST
    left_out = 2_000 - (len(page.rows) - 1)
    assert f"{left_out} more rows are left out here." in page.text
    assert "This document was shortened to fit into a comment." in page.text


def test_folded_parts_stay_closed_tags_when_there_is_no_room_for_them() -> None:
    parts = [Details(f"part {number}", [Line("y" * 1_500)] * 3) for number in range(100)]
    text = written(*parts)
    assert len(text) <= LONGEST
    assert text.count("<details>") == text.count("</details>") > 5
    rendered(text)


def test_a_step_names_the_next_one_and_a_plain_result_only_its_error() -> None:
    outcome = Outcome(command="init", run_id="r1")
    page = rendered(written(*blocks_of(StepResult(outcome, "Next: `mfa-setup buy-number`."))))
    assert page.text.startswith("mfa-setup init: nothing to change")
    assert "Next: mfa-setup buy-number." in page.text
    failed = outcome.model_copy(update={"error": Failure(code="usage", message="No such option.", hint="See help.")})
    page = rendered(written(*blocks_of(Result(failed))))
    assert page.text == "mfa-setup init: failed Error: No such option. See help. Error code: usage"


def result(name: str, **values: object) -> TenantResult:
    change = {
        "resource": "application", "action": "create", "status": "pending", "title": name,
        "summary": f'create "{name}"',
        "fields": [{"path": "name", "before": None, "after": name, "sensitive": False}],
    }  # fmt: skip
    found = {"command": "plan", "changed": False, "changes": [change], "checks": [], "warnings": [], "error": None}
    code = values.pop("exit_code", 0)
    assert isinstance(code, int)
    return TenantResult.of(name, json.loads(json.dumps({**found, **values})), "", exit_code=code)


def fleet_text(results: list[TenantResult]) -> str:
    outcome = Outcome(command="fleet plan", run_id="r1")
    return written(*fleet_document(outcome, "plan", results, Summary.of(results, 1.0)))


def test_a_fleet_of_a_thousand_tenants_fits_into_a_comment_with_its_failures_first() -> None:
    error = {"code": "rate_limited", "message": "Auth0 is busy.", "hint": "Wait."}
    results = [result(f"tenant-{number:04}") for number in range(1_000)]
    results[900:] = [result(f"tenant-{number:04}", error=error, exit_code=5) for number in range(900, 1_000)]
    text = fleet_text(results)
    page = rendered(text)
    assert len(text) < LONGEST
    assert page.text.startswith("mfa-setup fleet plan: 100 of 1000 tenants failed or did not start")
    assert page.rows[1][1] == "tenant-0900"
    assert "800 more tenants are not listed here." in page.text
    assert "900 tenants: tenant-0000, tenant-0001," in page.text


def test_a_thousand_tenants_with_plans_of_their_own_are_cut() -> None:
    def other(number: int) -> TenantResult:
        field = {"path": f"field_{number}", "before": None, "after": "x" * 200, "sensitive": False}
        change = {
            "resource": "policy",
            "action": "update",
            "status": "pending",
            "title": "",
            "summary": "",
            "fields": [field],
        }
        return result(f"t{number}", changes=[{**change, "fields": [field]}])

    text = fleet_text([other(number) for number in range(1_000)])
    assert len(text) <= LONGEST
    assert "This document was shortened" in rendered(text).text


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_of_tenants_are_shown_as_they_are(name: str) -> None:
    error = {"code": name, "message": name, "hint": name}
    page = rendered(fleet_text([result(name), result(name + "2", error=error, exit_code=1)]))
    assert len({len(row) for row in page.rows}) <= 4
