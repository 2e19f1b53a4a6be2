"""The assumptions that the live check tries, read from the two TOML files beside this module."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from live.site import Answer

_FOLDER = Path(__file__).parent
Cost = Literal["free", "sms", "number"]


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that mfa-setup or its sandbox takes for a fact without proof.

    Attributes:
        id: The name of the probe.
        source: The ID of the fact in docs/sources.md; empty for a comment in the code alone.
        service: `auth0` or `twilio`.
        assumes: The assumption, as a sentence.
        code: The files where it matters.
        outcomes: What each outcome would mean for the code; the first one is assumed.
        cost: What a probe spends.
        needs: What the tenant or the account must be like.
        scopes: The scopes that the access token needs.
        request: The one request that is the probe; None if a function probes.
    """

    id: str
    source: str
    service: str
    assumes: str
    code: tuple[str, ...]
    outcomes: dict[str, str]
    cost: Cost = "free"
    needs: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    request: dict[str, Any] | None = None

    @property
    def expected(self) -> str:
        """The outcome that the code assumes."""
        return next(iter(self.outcomes))

    def meaning(self, outcome: str) -> str:
        """Returns what an outcome means for the code."""
        unknown = "This outcome was not foreseen: read the evidence, and add it to tests/live/assumptions.toml."
        return self.outcomes.get(outcome, unknown)


AS_ASSUMED = "as assumed"


def read() -> list[Assumption]:
    """Reads all assumptions, in their order: those with a function, then the single requests."""
    rows = tomllib.loads((_FOLDER / "assumptions.toml").read_text(encoding="utf-8"))["assumption"]
    found = [Assumption(**{name: _value(value) for name, value in row.items()}) for row in rows]
    answers = tomllib.loads((_FOLDER / "answers.toml").read_text(encoding="utf-8"))["answer"]
    return found + [_of_answer(row) for row in answers]


def untried() -> list[tuple[str, str]]:
    """Returns what no probe can try, with the reasons: facts by their ID, and what comments of the code say."""
    return [(f"`{row['source']}`" if "source" in row else row["what"], row["reason"]) for row in _untried()]


def facts_untried() -> set[str]:
    """Returns the IDs of the facts that no probe can try."""
    return {row["source"] for row in _untried() if "source" in row}


def files_untried() -> set[str]:
    """Returns the files whose comments say "not verified" about something that no probe can try."""
    return {file for row in _untried() for file in row.get("code", ())}


def _untried() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads((_FOLDER / "untried.toml").read_text(encoding="utf-8"))["untried"]
    return rows


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _of_answer(row: dict[str, Any]) -> Assumption:
    parts = [str(row["status"]), row.get("code", ""), f"\u201c{row['message']}\u201d" if "message" in row else ""]
    expected = " ".join(filter(None, parts))
    file = row["code_file"]
    return Assumption(
        id=row["id"],
        source=row.get("source", ""),
        service="twilio" if "twilio.com" in row["request"] else "auth0",
        assumes=f"{row['what']} is answered with {expected}.",
        code=(file,),
        outcomes={
            AS_ASSUMED: "Nothing changes.",
            "another text": f"Correct the text in {file}. No code of mfa-setup depends on it.",
            "another code": f"Correct the code in {file}, and check whether the adapters' refusals name this cause.",
            "another status": f"Correct the status in {file}, and check that the adapters read it as intended.",
        },
        cost=row.get("cost", "free"),
        needs=tuple(row.get("needs", ())),
        request=row,
    )


def judge(row: dict[str, Any], answer: Answer) -> str:
    """Compares the answer to a single request with the expected one, and returns the outcome."""
    if answer.status != row["status"]:
        return "another status"
    if "code" in row and answer.code != row["code"]:
        return "another code"
    return "another text" if answer.message != row.get("message", answer.message) else AS_ASSUMED
