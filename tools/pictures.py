"""Draws the output of commands in a real terminal.

Without arguments, it draws docs/demo.svg for the README. `python tools/pictures.py FOLDER [NAME]...` runs every command
(or those named) against the sandbox, in a tmux terminal at three widths, and writes pictures of each on a light and on
a dark background. It needs tmux and Chromium.
"""

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, SVG_EXPORT_THEME
from rich.text import Text

DEMO = Path("docs/demo.svg")
DEMO_WIDTH = 96
WIDTHS = (60, 80, 140)
BACKGROUNDS = {"light": DEFAULT_TERMINAL_THEME, "dark": SVG_EXPORT_THEME}
SECONDS = 90
"""How long one command may take, in seconds."""
TOOL = [sys.executable, "-m", "mfa_setup"]
END = re.compile(r"^\[exit code (\d+)\]$", re.MULTILINE)
SVG = """<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img"
 aria-label="A terminal: mfa-setup demo sets up a tenant and shows it">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace; font-size: {char_height}px;
 line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}"
 height="{terminal_height}"/></clipPath>{lines}</defs>
<rect width="{width}" height="{height}" rx="8" fill="#1b1f24"/>
<g transform="translate(20, 24)">{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g></svg>
"""
HTML = """<style>{stylesheet} body {{ margin: 0; color: {foreground}; background: {background} }}
pre {{ margin: 0; padding: 8px; width: max-content; font: 14px/1.25 monospace; background: {background} }}</style>
<pre>{code}</pre>"""


@dataclass(frozen=True, slots=True)
class Case:
    """A command line to run.

    Attributes:
        name: The name of the command's pictures.
        line: The command line, as a shell reads it.
        keys: The texts to wait for, each with the keys that are then pressed, as tmux names them.
        sandbox: The options of the sandbox that the command runs against; commands with the same options run one after
            the other against the same sandbox.
    """

    name: str
    line: str
    keys: tuple[tuple[str, str], ...] = ()
    sandbox: tuple[str, ...] = ()


UNREGISTERED = ("--number-registration", "unregistered")
TRIAL = (*UNREGISTERED, "--twilio-account", "legacy-trial")
FLEET = ("--tenants", "3", "--fleet-file", "FLEET.toml")
NOWHERE = "env -u AUTH0_DOMAIN -u AUTH0_CLIENT_ID -u AUTH0_CLIENT_SECRET -u TWILIO_ACCOUNT_SID -u TWILIO_AUTH_TOKEN "
LOGIN = f"{NOWHERE}-u MFA_SETUP_SANDBOX mfa-setup"
HELP_OF = ("up", "policy", "doctor", "fleet up", "login", "test", "sandbox")
CASES = (
    Case("bare", f"{LOGIN}"),
    Case("bare-configured", "mfa-setup"),
    Case("help", "mfa-setup --help"),
    *(Case(f"help-{words.replace(' ', '-')}", f"mfa-setup {words} --help") for words in HELP_OF),
    Case("help-up-all", "mfa-setup help up --all"),
    Case("demo", "mfa-setup demo", keys=(("Ctrl-C", "C-c"),)),
    Case("sandbox", "mfa-setup sandbox --port 0", keys=(("Deploy CLI", "C-c"),)),
    Case("profiles-none", "mfa-setup profiles"),
    Case(
        "login-cancelled",
        f"{LOGIN} login --insecure-storage",
        keys=(("Domain", "acme.eu.auth0.com Enter"), ("Client ID:", "C-c")),
    ),
    Case("login-keyring", f"{LOGIN} login"),
    Case("plan", "mfa-setup plan"),
    Case("plan-verbose", "mfa-setup plan -v"),
    Case("status-new", "mfa-setup status"),
    Case("doctor-new", "mfa-setup doctor"),
    Case("up-declined", "mfa-setup up", keys=(("[y/N]", "n Enter"),)),
    Case("up-interrupted", "mfa-setup up", keys=(("[y/N]", "C-c"),)),
    Case("init", "mfa-setup init", keys=(("[y/N]", "y Enter"),)),
    Case("buy-number", "mfa-setup buy-number", keys=(("[y/N]", "y Enter"),)),
    Case("enable-sms", "mfa-setup enable-sms --yes"),
    Case("policy", "mfa-setup policy always", keys=(("[y/N]", "y Enter"),)),
    Case("undo-list", "mfa-setup undo --list"),
    Case("undo", "mfa-setup undo", keys=(("[y/N]", "y Enter"),)),
    Case("up", "mfa-setup up --test-to +14155550199", keys=(("[y/N]", "y Enter"),)),
    Case("up-again", "mfa-setup up"),
    Case("plan-drift", "mfa-setup plan --url https://app.example.com --policy adaptive"),
    Case("status", "mfa-setup status"),
    Case("doctor", "mfa-setup doctor"),
    Case("test-sms", "mfa-setup test sms --to +14155550199"),
    Case("test-login", "mfa-setup test login", keys=(("http", "C-c"),)),
    Case("policy-never", "mfa-setup policy never --yes"),
    Case(
        "error-1",
        "mfa-setup buy-number --yes -q; mfa-setup enable-sms --yes -q; mfa-setup test sms --to +14155550199",
        sandbox=UNREGISTERED,
    ),
    Case("error-2", "mfa-setup up --contry US"),
    Case("error-2-command", "mfa-setup upp"),
    Case("error-3", "mfa-setup up --country Germany"),
    Case(
        "error-3-url",
        "mfa-setup up --url ftp://app.example.com/a/path/that/is/rather/long/for/a/terminal/of/60/columns",
    ),
    Case("error-4", "AUTH0_API_TOKEN=wrong mfa-setup status"),
    Case("error-4-secret", "AUTH0_CLIENT_SECRET=wrong mfa-setup status --no-token-cache"),
    Case("error-6-domain", f"{NOWHERE}mfa-setup plan --no-input"),
    Case("error-5", "MFA_SETUP_SANDBOX=http://localhost:9 AUTH0_DOMAIN=localhost:9 mfa-setup plan --timeout 1"),
    Case("error-6", "mfa-setup undo --no-input"),
    Case("plan-guarded", "mfa-setup plan", sandbox=TRIAL),
    Case("error-7", "mfa-setup up", keys=(("domain.", "Enter"),), sandbox=TRIAL),
    Case("error-7-yes", "mfa-setup up --yes --buy", sandbox=TRIAL),
    Case("doctor-failing", "mfa-setup doctor", sandbox=TRIAL),
    Case("fleet-plan", "mfa-setup fleet plan FLEET.toml", sandbox=FLEET),
    Case("fleet-up", "mfa-setup fleet up FLEET.toml --yes", sandbox=FLEET),
    Case("fleet-status", "mfa-setup fleet status FLEET.toml", sandbox=FLEET),
    Case("fleet-doctor", "mfa-setup fleet doctor FLEET.toml", sandbox=FLEET),
    Case("fleet-error", "mfa-setup fleet plan FLEET.toml --select nothing", sandbox=FLEET),
)


@contextmanager
def sandbox(options: Sequence[str], folder: Path) -> Iterator[dict[str, str]]:
    """Serves a sandbox until the block ends, and yields the environment of commands that run against it."""
    env = {name: value for name in ("PATH", "PYTHONPATH") if (value := os.environ.get(name))}
    env |= {"HOME": str(folder), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    command = [*TOOL, "sandbox", "--port", "0", "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder, env=env) as server:
        assert server.stdout is not None  # noqa: S101 for the type checker: it is a pipe
        try:
            yield env | json.loads(server.stdout.readline())["env"]
        finally:
            server.terminate()


def output(case: Case, width: int, env: Mapping[str, str], folder: Path) -> str:
    """Runs a command and returns what a terminal of this width shows when it has ended, with the color codes."""
    tmux = ["tmux", "-f", "/dev/null", "-S", str(folder / f"{case.name}.tmux")]
    line = re.sub(r"\bmfa-setup\b(?!\.)", shlex.join(TOOL), case.line)
    script = f'trap : INT; {line}; printf "\\n[exit code %s]\\n" $?; while :; do sleep 9; done'
    options = ["set", "-g", "default-terminal", "tmux-256color", ";", "set", "-g", "status", "off", ";"]
    start = ["new-session", "-d", "-x", str(width), "-y", "250", "sh", "-c", script]
    subprocess.run([*tmux, "start", ";", *options, *start], env=env, cwd=folder, check=True)
    try:
        for text, keys in case.keys:
            if text not in shown_until(re.compile(re.escape(text) + "|" + END.pattern, re.MULTILINE), tmux):
                break
            subprocess.run([*tmux, "send-keys", *keys.split()], check=True)
        shown = shown_until(END, tmux)
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)
    return re.sub(r"\n((?:\x1b\[[0-9;]*m)*)\n((?:\x1b\[[0-9;]*m)*)(?=\[exit code)", r"\n\1\2", shown)


def shown_until(pattern: re.Pattern[str], tmux: Sequence[str]) -> str:
    """Waits until the terminal shows a text that matches, and returns what the terminal shows.

    Raises:
        TimeoutError: The terminal shows no such text in time.
    """
    capture = [*tmux, "capture-pane", "-p", "-e"]
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        shown = subprocess.run(capture, capture_output=True, text=True, check=True).stdout.rstrip()
        if pattern.search(Text.from_ansi(shown).plain):
            return shown
        time.sleep(0.2)
    raise TimeoutError(shown)


def drawn(line: str, shown: str, width: int) -> Console:
    """Returns a console that has recorded a command line and its output."""
    console = Console(record=True, width=width, file=io.StringIO())
    console.print(Text(f"$ {line}", style="bold"))
    console.print(Text.from_ansi(shown))
    return console


def outputs(width: int, names: Sequence[str]) -> Iterator[tuple[Case, str]]:
    """Yields the cases with these names, or all cases, with the output of each at this width."""
    wanted = [case for case in CASES if not names or case.name in names]
    for options in dict.fromkeys(case.sandbox for case in wanted):
        with tempfile.TemporaryDirectory() as folder, sandbox(options, Path(folder)) as env:
            for case in wanted:
                if case.sandbox == options:
                    yield case, output(case, width, env, Path(folder))


def draw_all(folder: Path, names: Sequence[str]) -> None:
    """Writes the pictures of the cases with these names, or of all cases."""
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(2) as pool:
        by_width = list(pool.map(lambda width: list(outputs(width, names)), WIDTHS))
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"]).new_page()
        for width, shown in zip(WIDTHS, by_width, strict=True):
            for case, text in shown:
                (folder / f"{case.name}-{width}.txt").write_text(Text.from_ansi(text).plain + "\n", encoding="utf-8")
                for background, theme in BACKGROUNDS.items():
                    console = drawn(re.sub(r"env (-u \w+ )+", "", case.line), text, width)
                    page.set_content(console.export_html(theme=theme, code_format=HTML))
                    page.locator("pre").screenshot(path=folder / f"{case.name}-{width}-{background}.png")


def draw_demo() -> None:
    """Draws docs/demo.svg, the picture in the README."""
    case = Case("demo", "mfa-setup demo --no-input")
    with tempfile.TemporaryDirectory() as folder, sandbox((), Path(folder)) as env:
        shown = re.sub(r"localhost:(?!3000)\d+", "localhost:4400", output(case, DEMO_WIDTH, env, Path(folder)))
    shown = shown.partition("\n[exit code")[0]
    drawn("mfa-setup demo", shown, DEMO_WIDTH).save_svg(str(DEMO), code_format=SVG, unique_id="demo", title="")


if __name__ == "__main__":
    if sys.argv[1:]:
        draw_all(Path(sys.argv[1]), sys.argv[2:])
    else:
        draw_demo()
