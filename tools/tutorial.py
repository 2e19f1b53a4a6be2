"""Draws the pictures of docs/tutorial.md from a real run on the sandbox, and checks that they are of this version.

`python tools/tutorial.py` follows the tutorial in a terminal (tmux) and in Chromium, and writes the pictures and
`tutorial.txt`, the text that they show, to docs/pictures. `--check` follows it again and compares the text only. It
needs what `tools/pictures.py` needs, and `npm ci --prefix examples/react-spa`.
"""

import difflib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pictures import SVG, Case, drawn, output, sandbox
from playwright.sync_api import Browser, Page, sync_playwright
from rich.text import Text

from mfa_setup import __version__

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
TEXT = PICTURES / "tutorial.txt"
APP = ROOT / "examples" / "react-spa"
WIDTH = 90
PHONE = "+12015550123"
EMAIL, PASSWORD = "ada@example.com", "Correct-Horse-1"
CASES = (
    Case("doctor", "mfa-setup doctor"),
    Case("plan", "mfa-setup plan --app-dir ."),
    Case("up", "mfa-setup up --app-dir . --test-to +14155550199", keys=(("[y/N]", "y Enter"),)),
    Case("test-login", "mfa-setup test login"),
    Case("status", "mfa-setup status --app-dir ."),
)
UNDO = Case("undo", "mfa-setup undo", keys=(("[y/N]", "y Enter"),))
CHANGING = (
    (r"^.*\(\+\d+\)\n", ""),  # the countries of a list
    (r"http://localhost:4400/authorize\S*(\n\S+)*(?=\nProved)", "URL"),
    (r"(?<=\nnonce\n).+|(?<=\nsid\n).+", "ID"),
    (r"localhost:\d{5}", "localhost:PORT"),
    (r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z| UTC)?", "TIME"),
    (r"\d+/\d+/\d{4}, [\d:]+\s[AP]M", "TIME"),
    (r"\b\d{2}:\d{2}(:\d{2})?\b|\b1[6-9]\d{8}\b", "TIME"),
    (r"(?<![\w-])(?=[\w=-]*\d)(?=[\w=-]*[A-Za-z])[\w=-]{20,}|[\w=-]{28,}|\b[0-9a-f]{12}\b", "ID"),
    (r"\b\d+\.\d+ s\b", "SECONDS"),
    (r"\b\d{6}\b|\b\d( \d){5}\b", "CODE"),
    (r"[ \t]+$", ""),
)
"""What differs from run to run, and what stands for it in the text that is compared."""


class Album:
    """The pictures of one run, with the text of each.

    Attributes:
        folder: Where the pictures are written; None to keep only their texts.
        texts: The text that each picture shows, by its name.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.texts: dict[str, str] = {}

    def terminal(self, case: Case, shown: str) -> None:
        """Adds what a terminal shows after a command."""
        shown = re.split(r"\n(?:\x1b\[[0-9;]*m)*\[exit code", shown)[0].rstrip()
        self.texts[case.name] = f"$ {case.line}\n{Text.from_ansi(shown).plain}"
        if self.folder is not None:
            label = SVG.replace("mfa-setup demo sets up a tenant and shows it", case.line)
            target = str(self.folder / f"tutorial-{case.name}.svg")
            drawn(case.line, shown, WIDTH).save_svg(target, code_format=label, unique_id=case.name, title="")

    def page(self, name: str, page: Page) -> None:
        """Adds what a page of the browser shows."""
        page.wait_for_load_state("networkidle")
        # A line counts once: the inbox repeats a new message for screen readers, sooner or later.
        self.texts[name] = "\n".join(dict.fromkeys(page.locator("body").inner_text().splitlines()))
        if self.folder is not None:
            page.screenshot(path=self.folder / f"tutorial-{name}.png", animations="disabled")

    def text(self) -> str:
        """Returns the texts of all pictures, without what differs from run to run."""
        parts = [f"mfa-setup {__version__}\n"]
        for name, shown in self.texts.items():
            lasting = shown
            for pattern, replacement in CHANGING:
                lasting = re.sub(pattern, replacement, lasting, flags=re.MULTILINE)
            parts.append(f"== {name}\n{lasting.strip()}\n")
        return "\n".join(parts)


@contextmanager
def served(folder: Path, port: int) -> Iterator[None]:
    """Serves the built app."""
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Writes no log."""


def code_in(inbox: Page, url: str, messages: int) -> str:
    """Opens the sandbox's inbox once the phone has this many messages, and returns the newest code."""
    codes = inbox.get_by_role("region", name=PHONE).get_by_role("status")
    for _ in range(50):
        inbox.goto(f"{url}/_sandbox/inbox")
        if codes.count() == messages:
            return codes.first.inner_text()
    raise TimeoutError(inbox.locator("body").inner_text())


def enroll(album: Album, page: Page, url: str, login: str) -> None:
    """Signs up in the login of `mfa-setup test login`, enrolls the phone and enters the code."""
    page.goto(login)
    album.page("login", page)
    page.get_by_role("link", name="Sign up").click()
    give_password(page)
    page.get_by_label("Country").select_option("US")
    page.get_by_label("Phone number").fill(PHONE.removeprefix("+1"))
    album.page("enroll", page)
    press(page, "Continue")
    page.get_by_role("heading", name="Verify Your Identity").wait_for()
    inbox = page.context.new_page()
    code = code_in(inbox, url, 1)
    album.page("inbox", inbox)
    inbox.close()
    page.get_by_label("Enter the 6-digit code").fill(code)
    album.page("code", page)
    press(page, "Continue")
    page.wait_for_url("**/*code=*")
    album.page("done", page)


def use_app(album: Album, page: Page, url: str, app: str) -> None:
    """Logs in to the app as the same user, who is asked for a new code."""
    page.goto(app)
    press(page, "Log in")
    give_password(page)
    page.get_by_role("heading", name="Verify Your Identity").wait_for()
    inbox = page.context.new_page()
    code = code_in(inbox, url, 2)
    inbox.close()
    page.get_by_label("Enter the 6-digit code").fill(code)
    press(page, "Continue")
    page.locator('[data-claim="amr"]').wait_for()
    album.page("app", page)


def give_password(page: Page) -> None:
    """Fills in the address and the password of a login or a registration."""
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Continue")


def press(page: Page, name: str) -> None:
    """Presses a button."""
    page.get_by_role("button", name=name, exact=True).click()


def app_in(folder: Path, port: int) -> Path:
    """Copies the React example, whose development server then uses this port."""
    copy = folder / "app"
    ignored = shutil.ignore_patterns("node_modules", "dist", ".env.local")
    shutil.copytree(APP, copy, ignore=ignored)
    (copy / "node_modules").symlink_to(APP / "node_modules")
    config = copy / "vite.config.js"
    config.write_text(config.read_text(encoding="utf-8").replace("3000", str(port)), encoding="utf-8")
    return copy


def follow(album: Album) -> None:
    """Follows the tutorial."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Quiet) as probe:
        port = probe.server_port
    with tempfile.TemporaryDirectory() as name, sandbox((), Path(name)) as env, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        app = app_in(Path(name), port)
        for case in CASES:
            own = {**env, "BROWSER": f"sh -c 'echo $0 > {name}/url' %s"} if case.name == "test-login" else env
            if case.name == "test-login":
                shown = logged_in(album, opened(browser), case, own, app)
            else:
                shown = output(case, WIDTH, own, app)
            album.terminal(case, plain(shown, app, port))
        build = ["node", str(app / "node_modules" / "vite" / "bin" / "vite.js"), "build", "--logLevel", "warn"]
        subprocess.run(build, cwd=app, check=True)
        with served(app / "dist", port):
            page = opened(browser)
            use_app(album, page, env["MFA_SETUP_SANDBOX"], f"http://localhost:{port}")
        album.terminal(UNDO, plain(output(UNDO, WIDTH, env, app), app, port))
        browser.close()


LOOK = {"viewport": {"width": 520, "height": 640}, "device_scale_factor": 1.5}


def opened(browser: Browser) -> Page:
    """Opens a window of a browser without cookies."""
    context = browser.new_context(**LOOK)
    context.set_default_timeout(10_000)
    return context.new_page()


def logged_in(album: Album, page: Page, case: Case, env: Mapping[str, str], app: Path) -> str:
    """Runs `mfa-setup test login`, logs in in the browser meanwhile, and returns what the terminal shows."""
    place = app.parent / "url"
    shown: list[str] = []
    terminal = threading.Thread(target=lambda: shown.append(output(case, WIDTH, env, app)))
    terminal.start()
    while not place.exists() or not place.read_text(encoding="utf-8").strip():
        terminal.join(0.1)
        if not terminal.is_alive():
            raise RuntimeError(shown)
    enroll(album, page, env["MFA_SETUP_SANDBOX"], place.read_text(encoding="utf-8").strip())
    terminal.join()
    return shown[0]


def plain(shown: str, app: Path, port: int) -> str:
    """Returns the output with the folder and the ports of a reader: 3000 for the app, 4400 for the sandbox."""
    shown = shown.replace(str(app.parent), "~")
    return re.sub(
        r"(localhost(?::|%3A))(\d{5})", lambda found: found[1] + ("3000" if found[2] == str(port) else "4400"), shown
    )


def main() -> int:
    """Writes the pictures, or with `--check` compares their text; returns the exit code."""
    check = "--check" in sys.argv
    album = Album(None if check else PICTURES)
    follow(album)
    text = album.text()
    if not check:
        TEXT.write_text(text, encoding="utf-8")
        return 0
    old = TEXT.read_text(encoding="utf-8")
    print(*difflib.unified_diff(old.splitlines(), text.splitlines(), "pictures", "this version", lineterm=""), sep="\n")
    return 0 if text == old else 1


if __name__ == "__main__":
    sys.exit(main())
