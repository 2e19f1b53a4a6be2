"""Fails where a tracked file holds what must not be published: a registry's host, a path of a machine, a bare print."""

import re
import subprocess
import sys
from pathlib import Path

FORBIDDEN = {
    "a registry's address": re.compile(r"index[-]url|\"resolved\"\s*:\s*\"http", re.IGNORECASE),
    "a path of a machine": re.compile(r"(?<![\w.<])/(home|Users|root|work)/\w+"),
    "a bare print": re.compile(r"^\s*print\("),
}
PRINTS_ALLOWED = ("tools/", "bootstrap.py", "benchmarks/")


def main() -> int:
    """Looks through every tracked text file."""
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
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
