"""What is shown is safe: nothing acts on the terminal, and no secret leaves."""

import base64
import html
import json
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from mfa_setup.render import sanitize
from mfa_setup.render.sanitize import MASK, one_line, without
from mfa_setup.render.sink import Sink
from support.documents import other

MARK = "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Twilio MFA Test", "Twilio MFA Test"),
        ("Müller & Söhne 日本", "Müller & Söhne 日本"),
        ("a\tb\nc\r\nd", "a b c  d"),
        ("red \x1b[31mtext\x1b[0m", "red text"),
        ("\x1b[2J\x1b[1;1Hcleared", "cleared"),
        ("a \x1b]0;title\x07b", "a b"),
        ("a \x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "a link"),
        ("an open \x1b]0;title", "an open "),
        ("\x1bMup", "up"),
        ("\x1b", MARK),
        ("bell \x07", f"bell {MARK}"),
        ("back\x08space", f"back{MARK}space"),
        ("\x9b31mC1", f"{MARK}31mC1"),
        ("nul\x00", f"nul{MARK}"),
        ("\u202egnp.exe", f"{MARK}gnp.exe"),
        ("\u2066isolated\u2069", f"{MARK}isolated{MARK}"),
        ("zero\u200bwidth", f"zero{MARK}width"),
        ("soft\u00adhyphen", f"soft{MARK}hyphen"),
        ("line\u2028end\u2029", f"line{MARK}end{MARK}"),
        ("half \ud800", f"half {MARK}"),
        ("[bold]markup[/bold] :smile:", "[bold]markup[/bold] :smile:"),
    ],
    ids=lambda text: ascii(text)[:30],
)
def test_text_of_a_service_is_shown_as_one_harmless_line(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_a_long_text_is_cut() -> None:
    assert one_line("x" * 2_000) == "x" * 2_000
    assert one_line("x" * 2_001) == "x" * 2_000 + "…"


def masked(text: str, *secrets: str) -> str:
    """A text without some secrets."""
    return without([SecretStr(secret) for secret in secrets], text)


def test_every_secret_is_masked_wherever_it_stands() -> None:
    assert masked("a=secret-1234, b=(secret-1234)", "secret-1234") == f"a={MASK}, b=({MASK})"
    assert masked("secret-1234 other-5678", "secret-1234", "other-5678") == f"{MASK} {MASK}"


def test_a_secret_inside_another_leaves_no_rest() -> None:
    assert masked("secret-1234-long", "secret-1234", "secret-1234-long") == MASK
    assert masked("secret-1234-long", "secret-1234-long", "secret-1234") == MASK


def test_what_is_too_short_to_be_a_secret_is_left_alone() -> None:
    assert masked("a number, a name", "a", "name") == "a number, a name"
    assert masked("nothing", "") == "nothing"


@pytest.mark.parametrize("secret", ['quo"ted-secret', "back\\slash-secret", "two\nlined-secret", "gehêime-wörter"])
def test_a_secret_is_masked_in_json_too_where_it_looks_different(secret: str) -> None:
    assert json.loads(masked(json.dumps({"message": f"it is {secret}."}), secret)) == {"message": f"it is {MASK}."}


def test_a_secret_that_was_cut_off_is_masked_as_far_as_it_stands() -> None:
    secret = "0123456789abcdefghijklmnopqrstuvwxyz"
    assert masked(f"it is {secret[:20]}… and {secret[-15:]}", secret) == f"it is {MASK}… and {MASK}"
    assert masked(f"it is {secret[:11]}…", secret) == f"it is {secret[:11]}…"
    assert masked(secret * 3, secret) == MASK


@pytest.mark.parametrize("secret", ['Zq7"\\/+&=%é<secret>', "0123456789abcdef0123456789abcdef"])
@pytest.mark.parametrize("user", ["", "A", "AB", "ABC", "AC0123"])
def test_a_secret_is_masked_as_urls_html_and_basic_authentication_write_it(secret: str, user: str) -> None:
    header = base64.b64encode(f"{user}:{secret}".encode()).decode()
    quoted = quote(secret, safe="")
    assert header[8:-8] not in masked(f"Basic {header}", secret)
    assert masked(f"a={quoted}&b={quoted.lower()}", secret).count(MASK) >= 1
    assert quoted not in masked(f"a={quoted}", secret)
    assert masked(html.escape(secret), secret) == MASK


def test_a_document_is_masked_in_its_texts_and_keeps_its_structure() -> None:
    secret = '": null, "ok": '
    document = {"error": None, "ok": True, secret: [secret, 5, {"a": f"x{secret}"}]}
    found = sanitize.changed(lambda text: without([SecretStr(secret)], text), document)
    assert found == {"error": None, "ok": True, MASK: [MASK, 5, {"a": f"x{MASK}"}]}


def test_a_secret_of_several_lines_is_masked_when_shown_as_one() -> None:
    key = "-----BEGIN KEY-----\nabc\ndef\n-----END KEY-----"
    assert masked(one_line(f"the key {key} is bad"), key) == f"the key {MASK} is bad"


def test_the_sink_masks_on_both_streams(capsys: pytest.CaptureFixture[str]) -> None:
    sink = Sink("json", color=False)
    sink.secrets.append(SecretStr("planted-secret"))
    sink.document({"message": "planted-secret"})
    sink.say("it is planted-secret")
    captured = capsys.readouterr()
    assert other(captured.out) == {"message": MASK}
    assert captured.err == f"it is {MASK}\n"


def test_the_sink_shows_no_colour_codes_of_a_service(capsys: pytest.CaptureFixture[str]) -> None:
    Sink(color=False).unwrapped(["\x1b[31mred\x1b[0m [link=https://evil.example]x[/link]"])
    assert capsys.readouterr().out == "red [link=https://evil.example]x[/link]\n"
