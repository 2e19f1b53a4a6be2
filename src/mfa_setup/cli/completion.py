"""Completes option values for a shell, and answers a shell's requests for completions.

Nothing here calls a service, imports an SDK, or reads a file of another user.
"""

import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import typer

_CHECK_IDS = """
    template_code provider_account provider_token twilio_credentials twilio_account compliance_profile balance
    sender_owned registration geo_permissions voice_sender dialing_permissions auth0_plan price_known
    mfa_lowered
    action_changed
    number_moves
    journal_seal
""".split()  # noqa: SIM905 a list literal would fill a page
"""The checks that --override accepts, duplicated because their catalog is slow to import; a test compares both."""
_COUNTRIES = """
    AC AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM
    FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN
    MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PR PS PT
    PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TG TH TJ TK
    TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
""".split()  # noqa: SIM905 a list literal would fill a page
"""The countries that --country accepts, duplicated because phonenumbers is slow to import; a test compares both."""
_RUN_ID = re.compile(r"[0-9a-f]{32}")
_LONGEST = 4_000_000
"""The size, in bytes, above which a journal is skipped, because the shell waits for the answer."""


def check_ids(incomplete: str) -> list[str]:
    """Returns the checks that `--override` accepts and that start with the typed text."""
    return [check_id for check_id in _CHECK_IDS if check_id.startswith(incomplete)]


def country_codes(incomplete: str) -> list[str]:
    """Returns completions for a list of country codes such as `US,C`, completing its last item."""
    head, comma, last = incomplete.rpartition(",")
    return [f"{head}{comma}{code}" for code in country_code(last)]


def country_code(incomplete: str) -> list[str]:
    """Returns the country codes that start with the typed text, in lower case if the text is."""
    codes = [code for code in _COUNTRIES if code.startswith(incomplete.upper())]
    return [code.lower() for code in codes] if incomplete.islower() else codes


def run_ids(incomplete: str) -> list[str]:
    """Returns the IDs of runs that changed something, newest first, for all tenants that this user has set up."""
    from mfa_setup.errors import MfaSetupError  # noqa: PLC0415 only needed here
    from mfa_setup.store.files import is_foreign  # noqa: PLC0415
    from mfa_setup.store.folders import Folders  # noqa: PLC0415

    times: dict[str, str] = {}
    with suppress(MfaSetupError, OSError):
        folder = Folders.of(os.environ).state
        if not is_foreign(folder.stat()):
            for path in folder.glob("journal-*.jsonl"):
                times |= _runs(path)
    newest_first = sorted(times, key=lambda run_id: times[run_id], reverse=True)
    return [run_id for run_id in newest_first if run_id.startswith(incomplete)]


def _runs(path: Path) -> dict[str, str]:
    """Returns the runs in a journal that wrote something, and when each started; empty for an untrusted journal."""
    from mfa_setup.store.files import is_exposed, read_plain  # noqa: PLC0415

    began: dict[str, str] = {}
    wrote = set()
    with suppress(OSError):
        data, status = read_plain(path, _LONGEST)
        for line in () if is_exposed(status) else data.splitlines():
            with suppress(ValueError, RecursionError, AttributeError):
                entry = json.loads(line)
                run_id = str(entry.get("run"))
                if not _RUN_ID.fullmatch(run_id):
                    continue
                if entry.get("kind") == "run":
                    began[run_id] = str(entry.get("time"))
                elif entry.get("kind") == "intent":
                    wrote.add(run_id)
    return {run_id: time for run_id, time in began.items() if run_id in wrote}


def profile_names(incomplete: str) -> list[str]:
    """Returns the stored profiles whose names start with the typed text."""
    from mfa_setup.store.profile_names import stored_names  # noqa: PLC0415 only needed here

    return [name for name in stored_names()[0] if name.startswith(incomplete)]


COMPLETERS: dict[str, Callable[[str], list[str]]] = {"country": country_code, "countries": country_codes}
"""The completers of settings whose values a shell can offer; choices need none."""
SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
_ZSH_END = 'if [[ $zsh_eval_context[-1] == loadautofunc ]]; then %(complete_func)s "$@"; fi\n'
"""Appended to the zsh script; without it, the first Tab of each session only loads the script and completes nothing."""
VARIABLE = "_MFA_SETUP_COMPLETE"
"""The variable that a shell sets to request completions; other variables contain the words typed so far."""


def answer() -> int:
    """Answers a shell: prints completions for the word being typed, and nothing if anything fails."""
    from typer import _completion_classes, completion  # noqa: PLC0415 only needed for completion

    from mfa_setup.cli.app import program  # noqa: PLC0415

    _completion_classes._sanitize_help_text = lambda text: text  # noqa: SLF001 avoids importing Rich
    typed = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS") or ""
    try:
        _completion_classes.completion_init()
        return completion.shell_complete(program(typed.split()), {}, "mfa-setup", VARIABLE, os.environ[VARIABLE])
    except Exception:  # noqa: BLE001 a traceback would disturb the line being typed
        return 1


def in_a_known_shell(callback: Callable[[Any, Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    """Wraps the callback of a completion option to report unsupported shells and files that cannot be written."""

    def run(ctx: Any, param: Any, value: Any) -> Any:
        if value and not ctx.resilient_parsing:
            from typer import _completion_shared  # noqa: PLC0415 only needed for these two options

            _completion_shared._completion_scripts["zsh"] += _ZSH_END  # noqa: SLF001 there is no public API
            if _completion_shared._get_shell_name() not in SHELLS:  # noqa: SLF001 there is no public API
                raise typer.BadParameter(
                    "the shell that started this is none that can be completed for. Start it from bash, zsh, fish or "
                    "PowerShell.",
                    param=param,
                )
        try:
            return callback(ctx, param, value)
        except OSError as failed:
            raise typer.BadParameter(f"{failed.filename} cannot be written: {failed.strerror}.", param=param) from None

    return run
