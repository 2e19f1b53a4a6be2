"""`--format`: a document for a pull request or the summary of a pipeline, and annotations for its page."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.text import Text

from mfa_setup.cli import prompter
from mfa_setup.cli.formats import IN_MARKDOWN
from mfa_setup.render.annotations import Annotation
from mfa_setup.render.sink import Sink
from support.lab import Lab, Result, Run
from support.markdown import OPEN, Page, rendered
from support.scene import application

ACTIONS = {"GITHUB_ACTIONS": "true"}
EVIL = "![x](http://evil.example/x.png) | @octocat #1 </details><h1>\r\n::error::x ##[add-mask]y `a | b`"
LOOKS = ("plan", "status", "doctor")


def markdown(result: Result) -> Page:
    """The one document on standard output, as a reader sees it."""
    assert result.out.startswith("## "), (result.out, result.err)
    assert result.out.endswith("\n")
    return rendered(result.out)


def shown(page: Page, resource: str) -> list[str]:
    """The row of a resource in a plan."""
    return next(row for row in page.rows if row[1:2] == [resource])


# --- what a document contains -------------------------------------------------------------------------------------


def test_a_plan_of_a_fresh_tenant_has_the_words_of_the_text_in_a_table(run: Run, unified: Lab) -> None:
    text = run("plan", env=unified.env)
    result = run("plan", "--format", "markdown", "--check", env=unified.env)
    page = markdown(result)
    assert result.code == 10
    assert page.text.startswith(f"mfa-setup plan on {unified.domain}: changes pending Unified Phone Experience, no")
    for line in text.out.splitlines()[-3:]:
        assert line.replace("`", "") in page.text
    assert shown(page, "SMS factor") == ["~", "SMS factor", "enable, by text message"]
    assert ["SMS factor", "enabled", "off", "on"] in page.rows
    assert page.text.index("25 fields") < page.text.index("Checks: 2 warnings")
    assert result.err == ""


def test_the_document_does_not_depend_on_how_it_is_shown(run: Run, unified: Lab) -> None:
    plain = run("plan", "--format", "markdown", env=unified.env).out
    for options, env in ((("--quiet",), {}), (("--no-color", "-v"), {}), ((), {"CLICOLOR_FORCE": "1"})):
        assert run("plan", "--format=markdown", *options, env={**unified.env, **env}).out == plain


def test_from_set_up_to_drift_each_command_has_its_verdict(run: Run, unified: Lab) -> None:
    env = unified.env
    result = run("up", "--yes", "--format", "markdown", env=env)
    page = markdown(result)
    assert f"on {unified.domain}: changes applied" in page.text
    assert "Set up. Every login to this tenant now asks for a code." in page.text
    assert shown(page, "MFA policy") == ["~", "MFA policy", "Set the MFA policy to Always"]
    assert ["MFA policy", "Always"] in page.rows
    assert "Set the MFA policy to Always" in result.err, "steps are shown on standard error"

    again = markdown(run("up", "--yes", "--format", "markdown", env=env))
    assert "nothing to change" in again.text
    assert "Nothing to do: everything is up to date." in again.text
    assert "nothing to change" in markdown(run("plan", "--format", "markdown", env=env)).text
    assert "Everything is up to date." in markdown(run("status", "--format", "markdown", env=env)).text
    page = markdown(run("doctor", "--format", "markdown", env=env))
    assert ("warning", "recovery_factor") in [tuple(row[:2]) for row in page.rows]
    assert "Next step: mfa-setup test sms --to NUMBER" in page.text

    unified.auth0("PUT", "guardian/policies", [])
    page = markdown(run("status", "--format", "markdown", env=env))
    assert "differs from the settings" in page.text
    assert ["MFA policy", "policies", "(none)", "all-applications"] in page.rows
    page = markdown(run("policy", "always", "--yes", "--format", "markdown", env=env))
    assert shown(page, "MFA policy")[2] == "Set the MFA policy to Always"


@pytest.mark.parametrize("command", [*LOOKS, "up --yes"])
def test_a_failure_is_in_the_document_and_on_standard_error(run: Run, unified: Lab, command: str) -> None:
    env = {**unified.env, "AUTH0_CLIENT_SECRET": "not-the-secret-of-this-client"}
    text, result = run(*command.split(), env=env), run(*command.split(), "--format", "markdown", env=env)
    page = markdown(result)
    assert result.code == text.code != 0
    assert "failed" in page.text.split("Unified")[0]
    assert "Auth0 rejected the client credentials" in page.text
    assert "Error code: credentials_refused" in page.text
    assert result.err.count("Error: Auth0 rejected") == text.err.count("Error: Auth0 rejected") == 1


def test_a_refusal_unfolds_the_failed_checks(run: Run, unified: Lab) -> None:
    result = run("policy", "always", "--yes", "--format", "markdown", env=unified.env)
    page = markdown(result)
    assert result.code == 7
    assert ("details", OPEN) in page.tags
    assert "failed" in [row[0] for row in page.rows]


def test_an_outdated_plan_shows_its_differences_and_its_error_once(run: Run, unified: Lab) -> None:
    assert run("plan", "--out", "plan.json", env=unified.env).code == 0
    application(unified, name="Twilio MFA Test")
    env = {**unified.env, **ACTIONS}
    result = run("up", "--plan", "plan.json", "--yes", "--format", "markdown", env=env)
    page = markdown(result)
    assert result.code == 7
    assert "Error code: plan_outdated" in page.text
    assert ["application.name", "(none) -> Twilio MFA Test", "no change"] in page.rows
    assert page.text.count("The plan is outdated.") == 1
    assert page.text.index("no change") < page.text.index("This is the plan as it would be now.")
    assert [line for line in annotations(result) if line.startswith("::error")] == [
        next(line for line in annotations(result) if "plan_outdated" in line)
    ]


def test_it_asks_as_the_text_does(run: Run, unified: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompter, "can_ask", lambda *, as_json: not as_json)
    result = run("up", "--format", "markdown", env=unified.env, stdin="n\n")
    assert result.code == 1
    assert f"Apply this plan to {unified.domain}? [y/N]" in result.err
    assert "+ Application   create" in result.err
    assert "canceled" in markdown(result).text


def test_without_a_terminal_it_needs_consent_as_the_text_does(run: Run, unified: Lab) -> None:
    result = run("up", "--format", "markdown", env=unified.env)
    assert result.code == run("up", env=unified.env).code == 6
    assert "Error code: confirmation_needed" in markdown(result).text


# --- hostile names ------------------------------------------------------------------------------------------------


def test_names_from_options_services_and_errors_act_on_nothing(run: Run, unified: Lab) -> None:
    name = EVIL.replace("\r\n", " ").replace("</details><h1>", "**x**")
    application(unified, name=name, callbacks=["https://evil.example/?a=1|2#3"])
    for command in LOOKS:
        markdown(run(command, "--format", "markdown", "--country", "US", env={**unified.env, **ACTIONS}))
    page = markdown(run("plan", "--format", "markdown", "--name", name, env=unified.env))
    assert "![x](http://evil.example/x.png)" in page.text
    page = markdown(run("plan", "--format", "markdown", "--connection", name, env=unified.env))
    assert "failed" in page.text
    page = markdown(run("plan", "--format", "markdown", f"--{EVIL}"))
    assert "Error code: usage" in page.text


# --- choosing a format --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["undo", "migrate", "demo", "profiles", "test login"])
def test_markdown_is_refused_where_there_is_nothing_to_show(run: Run, command: str) -> None:
    result = run(*command.split(), "--format", "markdown")
    assert result.code == 2
    assert f"mfa-setup {command} has no markdown output" in markdown(result).text
    assert ", ".join(IN_MARKDOWN) in result.err


@pytest.mark.parametrize(
    ("words", "command"),
    [("fleet plan", "fleet plan"), ("fleet down", "fleet"), ("config show --format json --bogus", "config show")],
)
def test_a_mistake_in_a_command_of_a_group_names_that_command_and_its_help(run: Run, words: str, command: str) -> None:
    for form in ("--json", "--jsonl"):
        error = run(*words.split(), form).document
        assert (error["command"], error["error"]["hint"]) == (command, f"See `mfa-setup {command} --help`.")


@pytest.mark.parametrize("words", [("--format", "json"), ("--format=json",), ("--json", "--format", "json")])
def test_json_is_the_short_form_of_the_format(run: Run, unified: Lab, words: tuple[str, ...]) -> None:
    assert run("plan", *words, env=unified.env).document["command"] == "plan"
    assert run("plan", *words, "--nonsense").document["error"]["code"] == "usage"


@pytest.mark.parametrize("other", ["text", "markdown"])
def test_two_formats_contradict_each_other(run: Run, other: str) -> None:
    result = run("plan", "--json", "--format", other)
    assert result.code == 2
    assert f"--format {other} contradicts it" in result.document["error"]["message"]


def test_an_unknown_format_is_named_with_the_known_ones(run: Run) -> None:
    result = run("plan", "--format", "markdow")
    assert (result.code, result.out) == (2, "")
    assert "'markdow' is not one of 'text', 'json', 'markdown'. Did you mean 'markdown'?" in result.err
    assert "'markdown'" not in run("undo", "--format", "yaml").err


def test_help_lists_the_formats_of_a_command(run: Run) -> None:
    assert "--format text|json|markdown" in " ".join(run("help", "plan", "--all").out.split())
    assert "--format text|json " in " ".join(run("help", "undo", "--all").out.split())


# --- fleets -------------------------------------------------------------------------------------------------------


@pytest.fixture
def fleet(make_lab: Callable[..., Lab], run: Run, folder: Path) -> Callable[..., Result]:
    """A fleet of four tenants, one of which has the wrong credentials."""
    lab = make_lab(tenants=4)
    file = folder / "fleet.toml"
    file.write_text(lab.sandbox.fleet_file(), encoding="utf-8")
    env = {**lab.env, "AUTH0_CLIENT_SECRET_T0003": "not-the-secret-of-this-client"}

    def call(command: str, *options: str, **more: str) -> Result:
        return run("fleet", command, str(file), *options, env={**env, **more})

    return call


def test_a_fleet_is_a_table_of_tenants_with_folded_plans(fleet: Callable[..., Result]) -> None:
    result = fleet("plan", "--format", "markdown")
    page = markdown(result)
    assert result.code == 4
    assert page.text.startswith(
        "mfa-setup fleet plan: 1 of 4 tenants failed or did not start 3 of 4 tenants planned, 1"
    )
    assert [row[1] for row in page.rows[1:5]] == ["t0003", "t0001", "t0002", "t0004"]
    assert "3 tenants: t0001, t0002, t0004" in page.text
    assert ["+", "Provider", "send codes through Twilio from +1 415 555 0100"] in page.rows
    assert "t0003" in result.err

    result = fleet("up", "--yes", "--format", "markdown", **ACTIONS)
    page = markdown(result)
    assert "4 changes applied, 1 warning" in page.text
    annotations = [line for line in result.err.splitlines() if line.startswith("::")]
    assert annotations[0].startswith("::warning title=mfa-setup fleet up%3A t0001::")
    assert sum(line.startswith("::error title=mfa-setup fleet up%3A t0003::Auth0 rej") for line in annotations) == 1
    for command in ("status", "doctor"):
        assert "t0003" in markdown(fleet(command, "--format", "markdown")).text


def test_a_fleet_has_one_format(fleet: Callable[..., Result]) -> None:
    result = fleet("status", "--jsonl", "--format", "markdown")
    assert result.code == 3
    assert "--jsonl and --format markdown cannot be used together" in markdown(result).text


# --- the summary of a step ----------------------------------------------------------------------------------------


def test_the_document_is_added_to_the_summary_of_the_step(run: Run, unified: Lab, folder: Path) -> None:
    summary = folder / "summary.md"
    summary.write_text("# Before", encoding="utf-8")
    env = {**unified.env, "GITHUB_STEP_SUMMARY": str(summary)}
    first = run("plan", "--format", "markdown", env=env)
    second = run("doctor", "--format", "markdown", env=env)
    assert summary.read_text(encoding="utf-8") == f"# Before\n{first.out}\n{second.out}"
    run("plan", env=env)
    run("plan", "--json", env=env)
    assert summary.read_text(encoding="utf-8") == f"# Before\n{first.out}\n{second.out}"


@pytest.mark.parametrize("kind", ["link", "hard link", "pipe", "folder", "missing folder", "full", "no path"])
def test_a_summary_that_cannot_be_written_is_a_warning(run: Run, unified: Lab, folder: Path, kind: str) -> None:
    target, summary = folder / "target", folder / "summary"
    target.write_text("kept", encoding="utf-8")
    match kind:
        case "link":
            summary.symlink_to(target)
        case "hard link":
            summary.hardlink_to(target)
        case "pipe":
            os.mkfifo(summary)
        case "folder":
            summary.mkdir()
        case "missing folder":
            summary = folder / "missing" / "summary"
        case "full":
            summary.write_bytes(b"x" * 1_048_000)
    env = {**unified.env, "GITHUB_STEP_SUMMARY": "\x01" * 9_000 if kind == "no path" else str(summary)}
    result = run("plan", "--format", "markdown", env=env)
    assert result.code == 0
    markdown(result)
    assert result.err.count("Warning: The summary of this step could not be written") == 1
    assert target.read_text(encoding="utf-8") == "kept"
    if kind == "full":
        assert summary.stat().st_size == 1_048_000
        assert "1,048,576 bytes" in result.err


# --- annotations --------------------------------------------------------------------------------------------------


def annotations(result: Result) -> list[str]:
    """The commands for the runner on standard error; standard output has none."""
    assert not re.search(r"(?m)^\s*::|##\[", result.out)
    return [line for line in result.err.splitlines() if line.lstrip().startswith("::")]


def test_errors_and_warnings_are_annotated_only_for_github_actions(run: Run, unified: Lab) -> None:
    env = {**unified.env, **ACTIONS}
    titles = [line.split("::")[1] for line in annotations(run("plan", env=env))]
    assert titles == ["warning title=mfa-setup plan%3A registration", "warning title=mfa-setup plan%3A auth0_plan"]
    assert len(annotations(run("plan", "--format", "markdown", "--quiet", env=env))) == 2
    assert annotations(run("plan", "--json", env=env)) == []
    assert annotations(run("plan", env={**unified.env, "GITHUB_ACTIONS": "false"})) == []
    refused = run("policy", "always", "--yes", env=env)
    assert "::error title=mfa-setup policy%3A factor_on::" in "\n".join(annotations(refused))
    (wrong,) = annotations(run("plan", "--zzz", env=env))
    assert wrong == "::error title=mfa-setup plan::No such option: --zzz See `mfa-setup plan --help`."


def test_no_text_of_a_service_is_a_command_of_the_runner(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    evil = "::set-output name=a::100%\r\n::stop-commands::x ##[add-mask]y"
    sink = Sink(color=False)
    sink.texts([Text(f"  {evil}")])
    sink.messages([Text(evil)])
    sink.say(evil)
    sink.say(evil, wrap=False)
    sink.unwrapped([evil])
    sink.document({"a": evil})
    sink.annotate([Annotation("error", f"a:b,c {evil}", evil)] * 25)
    out, err = capsys.readouterr()
    lines = (out + err).splitlines()
    commands = [line for line in lines if line.lstrip().startswith("::")]
    assert len(commands) == 10
    assert "##[" not in out + err
    assert all(re.match(r"::error title=[^:,]*::[^\r\n]*$", line) for line in commands)
    assert "100%25" in commands[0]
    assert commands[-1] == "::error title=mfa-setup::16 more are in the log of this step."
    monkeypatch.delenv("GITHUB_ACTIONS")
    sink.say("##[x] ::y")
    assert capsys.readouterr().err == "##[x] ::y\n"
