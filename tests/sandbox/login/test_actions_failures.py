"""Post-login Actions that fail: the login ends, the tenant's log says why, and the sandbox goes on."""

import importlib.util
import threading
from typing import Any

import pytest

from mfa_setup.sandbox.actions import workers as workers_module
from mfa_setup.sandbox.actions.workers import Workers
from support.flow import SKIP, bind, deploy, failures, runs, sign_up, where
from support.hosted import House, Person

HUNGRY = "const all = []; for (;;) all.push(new ArrayBuffer(8000000));"
SOON = 0.5


@pytest.fixture
def workers(house: House, monkeypatch: pytest.MonkeyPatch) -> Workers:
    """The processes of the sandbox, with a short time limit."""
    workers = house.lab.sandbox.world.site.workers
    monkeypatch.setattr(workers, "seconds", SOON)
    house.policy()
    return workers


def fail(house: House, *bodies: str) -> dict[str, Any]:
    """A login that the last of these Actions ends; the details of its log entry."""
    bind(house, *bodies)
    person = house.browser()
    assert sign_up(person, login_hint=None) == "callback"
    assert person.answer["error"] == "access_denied"
    (details,) = failures(house)
    assert details["action_error"]["message"] == person.answer["error_description"]
    return details


def test_an_error_is_logged_with_everything_that_identifies_it(house: House, workers: Workers) -> None:
    assert workers.seconds == SOON
    (action,) = bind(house, "throw Object.assign(new TypeError('no plan'), {code: 'E_PLAN'});")
    binding = house.lab.auth0("GET", "actions/triggers/post-login/bindings")["bindings"][0]
    person = house.browser()
    sign_up(person)
    assert person.answer["error_description"] == "no plan"
    (details,) = failures(house)
    error = details.pop("action_error")
    assert (error["name"], error["message"], error["code"]) == ("TypeError", "no plan", "E_PLAN")
    assert error["stack"].startswith("TypeError: no plan\n    at ")
    assert details == {
        "action_id": action["id"],
        "action_name": "action 1",
        "trigger_id": "post-login",
        "version_id": action["deployed_version"]["id"],
        "binding_id": binding["id"],
        "execution_id": runs(house)[0]["execution_id"],
        "error_class": "action_error",
    }
    assert house.events()[-2:] == ["actions_execution_failed", "f"]
    found = house.lab.auth0("GET", 'logs?search=type:"actions_execution_failed"')[0]
    assert found["client_id"] == house.client_id
    execution = house.lab.auth0("GET", f"actions/executions/{details['execution_id']}")
    (result,) = execution["results"]
    assert (execution["trigger_id"], execution["status"]) == ("post-login", "final")
    assert result["action_name"] == "action 1"
    assert result["error"] == {"id": "action_error", "msg": "no plan"}
    assert result["started_at"] <= result["ended_at"] <= execution["updated_at"]


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        ("throw 'a string';", "action_error", "a string"),
        ("await null; event.nothing.here;", "action_error", "cannot read property 'here' of undefined"),
        ("return Promise.reject(new Error('later'));", "action_error", "later"),
        ("const deep = () => deep() + 1; deep();", "action_error", "Maximum call stack size exceeded"),
        (HUNGRY, "action_error", "out of memory"),
        ("for (;;) {}", "action_timeout", "within 0.5 seconds"),
        ("for (;;) await null;", "action_timeout", "within 0.5 seconds"),
        ("await new Promise(() => {});", "action_timeout", "within 0.5 seconds"),
        ("api.idToken.setCustomClaim('a', 1n);", "action_error", "BigInt"),
        ("Object.prototype.toJSON = () => 1;", "platform_error", "not an object"),
        ("Array.prototype.toJSON = () => 1; api.access.deny('x');", "platform_error", "changed how JavaScript works"),
        (
            "let a = []; for (let i = 0; i < 500; i++) a = [a]; api.idToken.setCustomClaim('a', a);",
            "platform_error",
            "",
        ),
    ],
)
def test_whatever_goes_wrong_ends_the_login(house: House, workers: Workers, body: str, kind: str, says: str) -> None:
    details = fail(house, body)
    assert workers.seconds == SOON
    assert (details["error_class"], says in details["action_error"]["message"]) == (kind, True), details
    bind(house, "console.log('still running');")
    person = house.browser()
    person.start()
    person.log_in()
    assert "code" in person.answer
    assert runs(house)[0]["console"] == "still running\n"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("api.user.setAppMetadata('a', 1);", "api.user.setAppMetadata"),
        ("api.redirect.sendUserTo('https://example.com');", "api.redirect.sendUserTo"),
        ("api.accessToken.addScope('x');", "api.accessToken.addScope"),
        ("api.cache.get('x');", "api.cache.get"),
        ("api.multifactor.enable('duo');", 'multifactor.enable("duo")'),
        ("require('axios');", 'require("axios")'),
        ("await fetch('https://example.com');", "fetch"),
        ("await new Promise((done) => setTimeout(done, 1));", "setTimeout"),
    ],
)
def test_what_the_sandbox_lacks_is_said_clearly(house: House, workers: Workers, body: str, says: str) -> None:
    assert workers.seconds == SOON
    assert fail(house, body)["action_error"]["message"] == f"The sandbox does not support {says}."


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("exports.onExecutePostLogin = async (event, api) => {", "SyntaxError"),
        ('exports.onExecutePostLogin = async () => {};"', "SyntaxError"),
        ("throw new RangeError('at the top');", "RangeError"),
        ("// no handler", "TypeError"),
    ],
)
def test_code_that_cannot_be_loaded_ends_the_login(house: House, workers: Workers, code: str, name: str) -> None:
    assert workers.seconds == SOON
    deploy(house, [code])
    person = house.browser()
    sign_up(person)
    assert person.answer["error"] == "access_denied"
    assert failures(house)[0]["action_error"]["name"] == name


def test_module_exports_and_handlers_that_are_not_async_work(house: House, person: Person) -> None:
    house.policy("all-applications")
    code = "module.exports = {onExecutePostLogin(event, api) { return api.multifactor.enable('none'); }};"
    deploy(house, [code])
    assert sign_up(person) == "callback"


def test_the_actions_after_a_failed_one_do_not_run(house: House, workers: Workers) -> None:
    assert workers.seconds == SOON
    fail(house, "throw new Error('first');", "console.log('second');")
    assert [run["outcome"] for run in runs(house)] == ["failed"]
    assert runs(house)[0]["error"] == "Error: first"


def test_all_actions_of_a_login_share_the_time_limit(house: House, workers: Workers) -> None:
    assert workers.seconds == SOON
    wait = "const end = Date.now() + 300; while (Date.now() < end) {}"
    details = fail(house, wait, wait)
    assert (details["action_name"], details["error_class"]) == ("action 2", "action_timeout")


def test_an_endless_action_holds_up_no_other_login(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = house.lab.sandbox.world.site.workers
    monkeypatch.setattr(workers, "seconds", 20)
    begun, run = threading.Event(), workers_module._Worker.run

    def running(worker: Any, job: dict[str, Any]) -> dict[str, Any]:
        begun.set()
        return run(worker, job)

    monkeypatch.setattr(workers_module._Worker, "run", running)
    other = house.application()
    bind(house, f"if (event.client.client_id === '{house.client_id}') for (;;) {{}}", SKIP)
    stuck, free = house.browser(), house.browser()
    stuck.start()
    thread = threading.Thread(target=stuck.sign_up)
    thread.start()
    assert begun.wait(20)
    free.start(client_id=other)
    free.sign_up(email="other@example.com")
    assert where(free) == "callback"
    assert thread.is_alive()
    workers._busy[0].kill()
    thread.join()
    assert stuck.answer["error_description"] == "The process that runs Actions ended unexpectedly."


def test_256_characters_of_console_output_are_kept(house: House, workers: Workers) -> None:
    assert workers.seconds == SOON
    bind(house, "console.log('x'.repeat(200)); console.warn('y'.repeat(200)); console.error('z');")
    sign_up(house.browser())
    assert runs(house)[0]["console"] == "x" * 200 + "\n" + "y" * 55


def test_console_output_of_any_value_does_no_harm(house: House, workers: Workers) -> None:
    assert workers.seconds == SOON
    bind(house, "const o = {}; o.o = o; console.log(o, 1n, undefined, null, '\\ud800', new Error('e'), Symbol('s'));")
    assert sign_up(house.browser()) == "callback"
    assert (
        runs(house)[0]["console"] == "[object Object] 1 undefined null \N{REPLACEMENT CHARACTER} Error: e Symbol(s)\n"
    )


def test_an_action_cannot_leave_anything_for_the_next(house: House, workers: Workers) -> None:
    assert workers.seconds == SOON
    bind(house, "globalThis.left = 1; Array.prototype.left = 1;", "console.log(typeof left, [].left);")
    sign_up(house.browser())
    assert runs(house)[0]["console"] == "undefined undefined\n"


def test_an_action_has_no_files_processes_or_network(house: House, workers: Workers) -> None:
    assert workers.seconds == SOON
    names = ["process", "std", "os", "bjson", "Deno", "XMLHttpRequest", "WebSocket", "quickjs"]
    bind(house, f"console.log({names}.filter((name) => name in globalThis).length);")
    sign_up(house.browser())
    assert runs(house)[0]["console"] == "0\n"


def test_an_action_imports_no_module(house: House, workers: Workers) -> None:
    assert workers.seconds == SOON
    assert "os" in fail(house, "await import('os');")["action_error"]["message"]


def test_without_the_engine_the_login_says_what_to_install(
    house: House, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_idle", [])
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    details = fail(house, "console.log('x');")
    assert details["error_class"] == "platform_error"
    assert "pip install 'mfa-setup[sandbox]'" in details["action_error"]["message"]
