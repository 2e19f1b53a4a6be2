"""Detects an app's framework from its packages and config files, and from that its settings files and its port."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from mfa_setup.appconfig.file import read_text
from mfa_setup.errors import ConfigUnreadableError, InvalidValueError

_ENDINGS = ("js", "mjs", "ts", "cjs", "mts", "cts")
_ON_THE_SERVER = frozenset({
    "@auth0/nextjs-auth0", "@auth0/auth0-nuxt", "@auth0/auth0-fastify", "@auth0/auth0-express", "@auth0/auth0-hono",
    "express-openid-connect", "passport-auth0",
})  # fmt: skip
"""Packages that log users in on the server."""
_IN_THE_BROWSER = frozenset({
    "@auth0/auth0-react", "@auth0/auth0-spa-js", "@auth0/auth0-vue", "@auth0/auth0-angular", "auth0-js",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework, and how its apps read their settings.

    Attributes:
        name: The name of the framework.
        prefixes: The prefixes of the variables that reach the browser; new variables get the first one.
        file: The name of the `.env` file for settings of this machine.
        port: The default port of the development server.
        command: A pattern that matches the command that starts the development server.
        modes_first: Whether a file for one mode, such as `.env.development`, takes precedence over `.env.local`.
        port_in_env: Whether the development server reads `PORT` from the `.env` files.
    """

    name: str
    prefixes: tuple[str, ...] = ()
    file: str = ".env.local"
    port: int = 3000
    command: str = ""
    modes_first: bool = True
    port_in_env: bool = False


_VITE_COMMAND = r"\bvite\b(?! +(?:build|preview|optimize))"
VITE = Framework("Vite", ("VITE_",), port=5173, command=_VITE_COMMAND)
NEXT = Framework("Next.js", ("NEXT_PUBLIC_",), command=r"\bnext +dev\b", modes_first=False)
ANGULAR = Framework("Angular", port=4200, command=r"\bng +s(?:erve)?\b")
_SIGNS: tuple[tuple[Framework, str, str], ...] = (
    (Framework("SvelteKit", ("PUBLIC_", "VITE_"), port=5173, command=_VITE_COMMAND), "@sveltejs/kit", ""),
    (
        Framework("Nuxt", ("NUXT_PUBLIC_", "VITE_"), ".env", command=r"\bnux[ti] +dev\b", port_in_env=True),
        "nuxt",
        "nuxt.config",
    ),
    (NEXT, "next", "next.config"),
    (Framework("Gatsby", ("GATSBY_",), ".env.development", 8000, r"\bgatsby +develop\b"), "gatsby", "gatsby-config"),
    (ANGULAR, "@angular/core", "angular.json"),
    (VITE, "", "vite.config"),
    (
        Framework("Vue CLI", ("VUE_APP_",), port=8080, command=r"\bvue-cli-service +serve\b", port_in_env=True),
        "@vue/cli-service",
        "vue.config",
    ),
    (
        Framework(
            "Create React App",
            ("REACT_APP_",),
            command=r"\b(?:react-scripts|craco|react-app-rewired) +start\b",
            modes_first=False,
            port_in_env=True,
        ),
        "react-scripts",
        "",
    ),
    (VITE, "vite", ""),
)
"""Each framework with the package and the config file that identify it; the first match counts."""


@dataclass(frozen=True, slots=True)
class App:
    """The properties of an app that its files reveal.

    Attributes:
        folder: The folder of the app.
        packages: The names of the packages that the app depends on.
        scripts: The commands of the scripts in `package.json`, by name.
        framework: The framework of the app; None if it is not recognized.
        config: The text of the framework's config file.
    """

    folder: Path
    packages: frozenset[str] = frozenset()
    scripts: dict[str, str] = field(default_factory=dict)
    framework: Framework | None = None
    config: str = ""

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The prefixes of the variables that reach the browser, which Vite's `envPrefix` can change."""
        own = re.search(r"\benvPrefix\s*:\s*(\[[^\]]*\]|['\"]\w+['\"])", self.config)
        named = tuple(re.findall(r"['\"](\w+)['\"]", own[1])) if own else ()
        return named or (self.framework.prefixes if self.framework else ())

    @property
    def env_folder(self) -> Path:
        """The folder of the `.env` files: the app's folder, or the one that Vite's `envDir` or `root` names."""
        own = re.search(r"\benvDir\s*:\s*['\"]([^'\"]+)['\"]", self.config) or re.search(
            r"(?<![\w.])root\s*:\s*['\"]([^'\"]+)['\"]", self.config
        )
        return self.folder / own[1] if own and self.framework is VITE else self.folder

    @property
    def url(self) -> str | None:
        """The URL of the development server; None if neither a port is configured nor the framework is known."""
        configured = self._configured_port()
        port = configured if configured and configured < 2**16 else self.framework.port if self.framework else None
        secure = re.search(r"\bhttps\"?\s*:\s*(?!false|undefined|null)", self._server)
        return f"{'https' if secure else 'http'}://localhost:{port}" if port else None

    def _configured_port(self) -> int | None:
        """Returns the port that the app's scripts, its config file or its `.env` files name; None if none does."""
        match = (
            re.search(r"(?:\bPORT=|\s--port[= ]|\s-p[= ]?)(\d{1,5})\b", self._command())
            or re.search(r"\bport\"?\s*:[^,}\n]*?\b(\d{2,5})\b", self._server)
            or re.search(r"^[ \t]*PORT[ \t]*=[ \t]*['\"]?(\d{1,5})\b", self._env, re.MULTILINE)
        )
        if match:
            return int(match[1])
        return _angular_port(self.config) if self.framework is ANGULAR else None

    def _command(self) -> str:
        """Returns the part of a script that starts the development server; the script may start other programs too."""
        pattern = self.framework.command if self.framework else r"\bPORT="
        parts = (
            part
            for name in ("dev", "start", "serve", "develop")
            for part in re.split(r"[;&|\"']+", self.scripts.get(name, ""))
        )
        return next((part for part in parts if re.search(pattern, part)), "")

    @property
    def _server(self) -> str:
        """The part of the config file about the development server."""
        return "".join(_section(self.config, name) for name in ("server", "devServer"))

    @property
    def _env(self) -> str:
        """The text of the `.env` files, if the development server may read its port from them; otherwise empty."""
        takes = self.framework and (self.framework.port_in_env or "loadEnv" in self.config)
        return "\n".join(_text(self.env_folder / name) for name in (".env.local", ".env")) if takes else ""


def look(folder: Path) -> App:
    """Detects the app in a folder.

    Raises:
        InvalidValueError: The app logs users in on the server.
    """
    package = _package(folder)
    packages = frozenset(name for part in ("dependencies", "devDependencies") for name in _strings(package.get(part)))
    for name in sorted(packages & _ON_THE_SERVER):
        if not packages & _IN_THE_BROWSER:
            raise logs_in_on_the_server(folder, name)
    for framework, needed, begin in _SIGNS:
        configs = list(_configs(folder, begin)) if begin else []
        if configs or (needed and needed in packages):
            text = _without_comments(_text(configs[0])) if configs else ""
            return App(folder, packages, _strings(package.get("scripts")), framework, text)
    return App(folder, packages, _strings(package.get("scripts")))


def logs_in_on_the_server(folder: Path, what: str) -> InvalidValueError:
    """Returns the error for an app that logs users in on the server and so cannot use a single-page application."""
    return InvalidValueError(
        f"The app in {folder} uses {what}, which logs users in on the server. It needs a Regular Web "
        "Application, but mfa-setup sets up only single-page applications.",
        hint="Create a Regular Web Application in the Auth0 dashboard (Applications > Create Application), then "
        "run mfa-setup with --no-app: MFA by SMS works for that application too.",
    )


def _without_comments(config: str) -> str:
    """Returns a JavaScript file without its comments; text in quotation marks is kept."""
    strings = r"('[^'\n]*'|\"[^\"\n]*\"|`[^`]*`)"
    return re.sub(rf"{strings}|//[^\n]*|/\*.*?\*/", lambda found: found[1] or "", config, flags=re.DOTALL)


def _section(config: str, name: str) -> str:
    """Returns the text between the braces of the outermost section with this name, without nested braces."""
    starts = [found.end() for found in re.finditer(rf"\b{name}\s*:\s*\{{", config)]
    if not starts:
        return ""
    outermost = min(starts, key=lambda at: config.count("{", 0, at) - config.count("}", 0, at))
    depth, kept = 1, list[str]()
    for character in config[outermost:]:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth == 0:
            break
        kept.append(character if depth == 1 else "")
    return "".join(kept)


def _angular_port(config: str) -> int | None:
    """Returns the port in the options of a project's `serve` target in `angular.json`."""
    with suppress(ValueError, RecursionError, AttributeError):
        for project in json.loads(config).get("projects", {}).values():
            serve = (project.get("architect") or project.get("targets") or {}).get("serve") or {}
            port = (serve.get("options") or {}).get("port")
            if isinstance(port, int):
                return port
    return None


def _configs(folder: Path, begin: str) -> Iterator[Path]:
    """Yields the framework's existing config files, by probing each name: the app's folder may not be listable."""
    names = (begin,) if "." in begin and begin.endswith("json") else tuple(f"{begin}.{ending}" for ending in _ENDINGS)
    return (folder / name for name in names if (folder / name).exists())


def _package(folder: Path) -> dict[str, object]:
    with suppress(ValueError, RecursionError):
        held = json.loads(_text(folder / "package.json"))
        return held if isinstance(held, dict) else {}
    return {}


def _text(path: Path) -> str:
    """Returns the text of a file, or an empty text if the file cannot be read."""
    try:
        return read_text(path).removeprefix("\ufeff")
    except (OSError, ConfigUnreadableError):
        return ""


def _strings(held: object) -> dict[str, str]:
    return {name: text for name, text in held.items() if isinstance(text, str)} if isinstance(held, dict) else {}
