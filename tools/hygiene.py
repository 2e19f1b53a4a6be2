"""Fails if a tracked file contains text that must not be published, or cites a source that docs/sources.md lacks."""

import re
import subprocess
import sys
from pathlib import Path

FORBIDDEN = {
    "a registry's address": re.compile(r"index[-]url|\"resolved\"\s*:\s*\"http", re.IGNORECASE),
    "a path of a machine": re.compile(r"(?<![\w.<])/(home|Users|root|work)/\w+"),
    "a bare print": re.compile(r"^\s*print\("),
    "a document that is not in the repository": re.compile(
        r"\breference(?:'s)?,? (?:on|sections?|tables?|names|has|auth0|twilio|\d)|\breference/|\(reference\b"
        r"|\breference \(|\bthe references?\b|\bdesign section\b",
        re.IGNORECASE,
    ),
}
CITED = re.compile(r"\bsources: ((?:(?:auth0|twilio|github)-[a-z0-9-]+(?:, )?)+)", re.IGNORECASE)
SOURCE = re.compile(r"^\| ((?:auth0|twilio|github)-[a-z0-9-]+) \|", re.MULTILINE)
PRINTS_ALLOWED = ("tools/", "bootstrap.py", "benchmarks/")


def main() -> int:
    """Reads every tracked text file, prints each violation, and returns the exit code: 1 if there is any."""
    known = set(SOURCE.findall(Path("docs/sources.md").read_text(encoding="utf-8")))
    found = 0
    names = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.split()
    for name in names:
        if name == "tools/hygiene.py" or not Path(name).is_file():
            continue
        for number, line in enumerate(Path(name).read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            for what, pattern in FORBIDDEN.items():
                if what == "a bare print" and (not name.endswith(".py") or name.startswith(PRINTS_ALLOWED)):
                    continue
                if pattern.search(line):
                    print(f"{name}:{number}: {what}")
                    found += 1
            for unknown in {cited for ids in CITED.findall(line) for cited in ids.strip(", ").split(", ")} - known:
                print(f"{name}:{number}: {unknown} is not in docs/sources.md")
                found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
