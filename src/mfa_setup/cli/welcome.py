"""The text that `mfa-setup` shows without a command: what the tool does, and the commands to start with."""

from collections.abc import Callable, Mapping
from pathlib import Path

from mfa_setup.documentation import DOCUMENTATION
from mfa_setup.store.profile_names import stored_names

_WHAT = """\
mfa-setup gives an Auth0 tenant SMS multi-factor
authentication through Twilio.
"""
_COMMANDS = """\
  mfa-setup demo   Try everything, without an account.
  mfa-setup plan   Show what would change in your tenant.
  mfa-setup up     Set everything up, once you confirm.
"""
_WAYS = """\
Nothing is configured yet. There are three ways to start:

  1. mfa-setup demo
     Runs the whole setup and a login with a code on this
     machine. It needs no account.
  2. mfa-setup sandbox
     Serves a stand-in for Auth0 and Twilio on this
     machine, so that you can run every command against it.
     It needs no account.
  3. mfa-setup login
     Stores the credentials of your own Auth0 tenant and
     Twilio account. After that, run `mfa-setup plan`.
"""
_PROFILES = """\
{which}

  mfa-setup status        Show what is set up in the tenant.
  mfa-setup plan          Show what `mfa-setup up` would change there.
  mfa-setup profiles      List the stored profiles.
"""
_MORE = f"`mfa-setup --help` lists all commands.\n{DOCUMENTATION}"
_PREFIXES = ("AUTH0_", "TWILIO_", "MFA_SETUP_SANDBOX")


def text(environment: Mapping[str, str], folder: Callable[[], Path], *, at_terminal: bool) -> str:
    """Returns the text: at a terminal, the profile in use or, if nothing is configured, three ways to start."""
    shown = _COMMANDS
    if at_terminal and not _is_configured(environment, folder):
        names, default = stored_names(environment)
        shown = _PROFILES.format(which=_which(names, default)) if names else _WAYS
    return f"{_WHAT}\n{shown}\n{_MORE}"


def _which(names: tuple[str, ...], default: str | None) -> str:
    if default:
        return f"Profile {default} is used unless you pass --profile NAME."
    return f"No stored profile is the default. Choose one: mfa-setup profiles use {names[0]}"


def _is_configured(environment: Mapping[str, str], folder: Callable[[], Path]) -> bool:
    """Whether a variable of a run is set, or the folder or a parent contains a settings file, which is not read."""
    if any(value and name.startswith(_PREFIXES) for name, value in environment.items()):
        return True
    try:
        here = folder()
        return any((place / "mfa-setup.toml").exists() for place in (here, *here.parents))
    except OSError:  # the working folder was removed, or may not be searched
        return False
