"""Converts a text of the legacy phone stack, one Liquid template for SMS and calls, to the two of the unified stack.

On the legacy stack, a text gets `tenant` as an object and `message_type`, by which it tells an SMS from a call. On the
unified stack, the SMS and the call have a text each, `tenant` is only the raw name, and `friendly_name` is the tenant's
name (sources: auth0-template-variables). A text is converted without a question only if nothing else has to change.
"""

import re
from dataclasses import dataclass

from mfa_setup.otp_text import unsaid

_TAG = re.compile(r"\{%-?\s*(if|elsif|else|endif)\b(.*?)-?%\}", re.DOTALL)
_TRIMMED_BEFORE, _TRIMMED_AFTER = re.compile(r"\s*\{%-"), re.compile(r"-%\}\s*")
"""The ends of a tag that removes the white space next to it."""
_ONLY_TYPE = re.compile(r"""^\s*message_type\s*(==|!=)\s*(["'])(sms|voice)\2\s*$""")
_IN_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_TENANT = re.compile(r"\btenant\.(?:friendly_name|friendlyName)\b")
_OUTPUT = re.compile(r"\{\{-?\s*([A-Za-z_][\w.]*)")
_PAUSE = re.compile(r"\{\{-?\s*pause\b.*?\}\}[ ,]*", re.DOTALL)
_SAME = frozenset({"code", "friendly_name", "locale", "custom_domain.domain"})
"""The variables that mean the same on the unified stack."""
_PLAIN = re.compile(r"\{\{-?\s*[A-Za-z_][\w.]*\s*(?:\|\s*escape\s*)*-?\}\}")
"""An output of one variable without a filter but `escape`, whose arguments may be variables of the legacy stack."""
_LOST = {
    "pause": re.compile(r"\bpause\b"),
    "requestInfo": re.compile(r"\brequestInfo\b"),
    "message_type": re.compile(r"\bmessage_type\b"),
}
"""The variables that the unified stack does not have."""
_LAST_RESORT = "{{code}} is your verification code for {{friendly_name}}"
"""What is proposed if neither text says the code."""


@dataclass(frozen=True, slots=True)
class Converted:
    """The two texts that a legacy text becomes.

    Attributes:
        text: The text of the SMS.
        voice: The text of the call.
        doubts: What the conversion cannot decide; empty if both texts surely say what the old one said.
    """

    text: str
    voice: str
    doubts: tuple[str, ...] = ()


def convert(old: str) -> Converted:
    """Converts one legacy text. A text that would not say the code is a doubt, and the other one is proposed for it."""
    halves = {use: _for_type(old, kind) for use, kind in (("SMS", "sms"), ("calls", "voice"))}
    proposed = {use: _proposed(half) for use, half in halves.items()}
    wrong = {use: f"{why} for {use}" for use, text in proposed.items() if (why := unsaid(text))}
    doubts = (*_doubts(halves["SMS"]), *_doubts(halves["calls"]), *wrong.values())
    usable = next((text for use, text in proposed.items() if use not in wrong), _LAST_RESORT)
    text, voice = (usable if use in wrong else text for use, text in proposed.items())
    return Converted(text, voice, tuple(dict.fromkeys(doubts)))


def has_legacy_name(text: str) -> bool:
    """Whether a text names the tenant as on the legacy stack, which renders as nothing on the unified stack."""
    return any(_TENANT.search(part) for part in _IN_LIQUID.findall(text))


def _proposed(text: str) -> str:
    """Returns a text with the variables of the unified stack; what that stack lacks is left out or replaced."""

    def renamed(found: re.Match[str]) -> str:
        return _TENANT.sub("friendly_name", found.group()).replace("requestInfo.lang", "locale")

    return _IN_LIQUID.sub(renamed, _PAUSE.sub("", text))


def _doubts(text: str) -> tuple[str, ...]:
    """Returns what makes a text, whose branches by message type are resolved, uncertain to convert."""
    liquid = _IN_LIQUID.findall(text)
    lost = [name for name, uses in _LOST.items() if any(uses.search(part) for part in liquid)]
    tags = ["{% … %}"] if any(part.startswith("{%") for part in liquid) else []
    outputs = [_TENANT.sub("friendly_name", part) for part in liquid if part.startswith("{{")]
    unclosed = [sign for sign in ("{{", "{%") if sign in _IN_LIQUID.sub("", text)]
    return (*lost, *tags, *filter(None, map(_unknown, outputs)), *unclosed)


def _unknown(output: str) -> str | None:
    """Returns what the unified stack may understand otherwise in an output: its variable, or else the whole of it."""
    found = _OUTPUT.match(output)
    if found is None:
        return output
    name = found.group(1)
    if name.split(".")[0] in _LOST:
        return None  # named already
    if name not in _SAME:
        return name
    return None if _PLAIN.fullmatch(output) else output


def _for_type(text: str, message_type: str) -> str:
    """Returns a text with its branches by `message_type` resolved for one type.

    The text is returned unchanged if its tags are not well-formed. Other branches stay as they are.
    """
    text = _TRIMMED_BEFORE.sub("{%", _TRIMMED_AFTER.sub("%}", text))
    kept, open_ifs, at = [""], list[_If](), 0
    for tag in _TAG.finditer(text):
        kept.append(text[at : tag.start()] if all(one.shown for one in open_ifs) else "")
        at = tag.end()
        word, condition = tag.group(1), tag.group(2)
        holds = _holds(condition, message_type)
        if word == "if":
            mine = _If(resolved=holds is not None and _all_by_type(text, tag.start()))
            open_ifs.append(mine)
        elif not open_ifs:
            return text
        current = open_ifs[-1]
        visible = all(one.shown for one in open_ifs[:-1])
        if not current.resolved:
            kept.append(tag.group() if visible else "")
        elif word in {"if", "elsif", "else"}:
            current.enter(holds=word == "else" or bool(holds))
        if word == "endif":
            open_ifs.pop()
    return text if open_ifs else "".join((*kept, text[at:]))


@dataclass(slots=True)
class _If:
    """An `if` tag that is open: whether it is resolved, and whether its present branch and an earlier one apply."""

    resolved: bool
    shown: bool = True
    taken: bool = False

    def enter(self, *, holds: bool) -> None:
        self.shown = holds and not self.taken
        self.taken = self.taken or holds


def _holds(condition: str, message_type: str) -> bool | None:
    """Returns whether a condition about nothing but the message type holds; None for any other condition."""
    found = _ONLY_TYPE.match(condition)
    return None if found is None else (found.group(3) == message_type) is (found.group(1) == "==")


def _all_by_type(text: str, start: int) -> bool:
    """Whether all branches of the `if` at this position are chosen by the message type alone."""
    depth = 0
    for tag in _TAG.finditer(text, start):
        word = tag.group(1)
        depth += {"if": 1, "endif": -1}.get(word, 0)
        if depth == 0:
            return True
        if depth == 1 and word in {"if", "elsif"} and _holds(tag.group(2), "sms") is None:
            return False
    return False
