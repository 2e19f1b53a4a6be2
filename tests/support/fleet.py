"""A fleet of tenants on one sandbox."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.lab import Lab, Result, Run


class Fleet:
    """The tenants of one sandbox, named `t0001` and so on in their file, and the commands for it."""

    def __init__(self, lab: Lab, run: Run, folder: Path) -> None:
        self.lab = lab
        self.domains: dict[str, str] = {
            f"t{at:04}": str(domain) for at, domain in enumerate(lab.sandbox.ready()["tenants"], 1)
        }
        self.file = folder / "fleet.toml"
        self.file.write_text(lab.sandbox.fleet_file(), encoding="utf-8")
        self._run = run

    def __call__(self, command: str, *arguments: str, env: Mapping[str, str | None] | None = None) -> Result:
        """Runs a command for the file, with JSON."""
        return self.run(command, "--json", *arguments, env=env)

    def run(self, command: str, *arguments: str, env: Mapping[str, str | None] | None = None) -> Result:
        """Runs a command for the file."""
        return self._run("fleet", command, str(self.file), *arguments, env={**self.lab.env, **(env or {})})

    def up(self, *arguments: str, **options: Any) -> Result:
        """Sets the fleet up."""
        return self("up", "--yes", *arguments, **options)

    def edit(self, before: str, after: str) -> None:
        """Changes the file."""
        text = self.file.read_text(encoding="utf-8")
        assert before in text
        self.file.write_text(text.replace(before, after), encoding="utf-8")

    def domain(self, name: str) -> str:
        """The domain of a tenant."""
        return self.domains[name]

    def tenant(self, name: str) -> dict[str, Any]:
        """A tenant's state."""
        return dict(self.lab.everything["tenants"][self.domain(name)])

    def policy(self, name: str) -> list[str]:
        """A tenant's policies."""
        return list(self.tenant(name)["policies"])

    def set_policy(self, name: str) -> None:
        """Changes a tenant's policy manually."""
        self.lab.auth0_of(self.domain(name))("PUT", "guardian/policies", ["confidence-score"])

    def portals(self) -> dict[str, int]:
        """How many applications each tenant has that the fleet file names."""
        clients = {name: self.tenant(name)["clients"] for name in self.domains}
        return {name: sum(item["name"] == f"Portal {name.upper()}" for item in clients[name]) for name in self.domains}


def errors(result: Result) -> dict[str, str | None]:
    """The code of each tenant's error."""
    return {name: (found["error"] or {}).get("code") for name, found in result.document["tenants"].items()}
