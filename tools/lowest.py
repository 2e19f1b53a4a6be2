"""Prints the lower bound of every dependency in pyproject.toml as a pin, for testing with the lowest versions."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
for requirement in (*project["dependencies"], *project["optional-dependencies"]["sandbox"]):
    found = re.match(r"([A-Za-z0-9-]+)(?:\[\w+\])?>=([0-9.]+)", requirement)
    if found is None:
        raise SystemExit(f"no lower bound: {requirement}")
    print(f"{found.group(1)}=={found.group(2)}")
