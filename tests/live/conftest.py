"""The one tenant and account of a live check: asked for twice, checked before, compared after."""

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from live import guard, spending
from live.options import RESULT
from live.scrub import Scrubber
from live.site import PREFIX, Site, connect
from mfa_setup.errors import MfaSetupError
from mfa_setup.sandbox.config import PhoneStack, SandboxConfig
from mfa_setup.sandbox.server import Sandbox

_SANDBOX_PHONE = "+14155550123"
_USAGE = 4


def _sandbox(stack: PhoneStack, running: ExitStack) -> dict[str, str]:
    """Starts a sandbox and returns the environment of its clients."""
    return dict(running.enter_context(Sandbox(SandboxConfig(port=0, phone_stack=stack))).ready()["env"])


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """The tenant and the account, as they were found once more when the session ends, however it ends."""
    config = request.config
    if hasattr(config, "workerinput"):
        pytest.exit("The live check changes one tenant, so it cannot run in parallel: leave out -n.", _USAGE)
    with ExitStack() as running:
        stack = config.getoption("--live-sandbox")
        env = _sandbox(stack, running) if stack else dict(os.environ)
        missing = [name for name in guard.NEEDED if not env.get(name)]
        if missing:
            pytest.skip(f"{', '.join(missing)} not set; docs/live-check.md says what the live check needs")
        try:
            guard.require_consent(env)
            yield from _session(config, env)
        except (guard.RefusedError, MfaSetupError) as refused:
            hint = refused.hint if isinstance(refused, MfaSetupError) else ""
            text = refused.message if isinstance(refused, MfaSetupError) else str(refused)
            pytest.exit(f"{text} {hint or ''}".strip(), _USAGE)


def _session(config: pytest.Config, env: dict[str, str]) -> Iterator[Site]:
    result, is_sandbox = config.stash[RESULT], bool(env.get("MFA_SETUP_SANDBOX"))
    if is_sandbox:
        env = {"MFA_SETUP_LIVE_PHONE": _SANDBOX_PHONE} | env
    site = connect(env, secrets.token_hex(4))
    unfinished = config.getoption("--live-report") / "unfinished.json"
    try:
        removed = [*guard.remove_leftovers(site), *guard.restore(site, unfinished)]
        result.notes += [f"Removed or restored after an earlier run: {what}." for what in removed]
        guard.require_safe(site)
        result.where = "a sandbox" if is_sandbox else "the real services"
        site.spends = is_sandbox or (config.getoption("--live-spend") and _confirmed(config, site))
        before = guard.state(site)
        guard.remember(site, unfinished)
        try:
            yield site
        finally:
            site.clean_all()
            guard.remove_leftovers(site)
            changed = guard.differences(before, guard.state(site))
    finally:
        site.close()
    result.notes += [f"LEFT BEHIND: {what}" for what in site.leftovers]
    result.notes += [f"NOT RESTORED: {what}" for what in changed]
    if site.leftovers or changed:
        pytest.fail("The live check left something behind; see the report.", pytrace=False)
    unfinished.unlink()
    if unread := guard.unread(before):
        result.notes.append(f"Not compared, because the access token may not read them: {', '.join(unread)}.")
    result.notes.append("Everything was removed and restored: a comparison with the state before found no difference.")


def _confirmed(config: pytest.Config, site: Site) -> bool:
    with config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        return spending.confirmed(site)


@pytest.fixture(scope="session")
def scrubber(site: Site) -> Scrubber:
    """Scrubs the evidence of the session."""
    return Scrubber(site.domain, site.secrets, keep=PREFIX)
