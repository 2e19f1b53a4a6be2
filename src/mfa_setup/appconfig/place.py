"""Locates the app's config file and checks whether it can be written, before a run changes anything."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from mfa_setup.appconfig import env_lines, framework
from mfa_setup.appconfig.file import VITE, ConfigFile, Rival, leads_elsewhere, read_text
from mfa_setup.appconfig.formats import JsonForm, is_env
from mfa_setup.appconfig.framework import ANGULAR, NEXT, App, Framework
from mfa_setup.appconfig.names import FIELDS, Name, bare, counterpart, is_foreign, name_of
from mfa_setup.errors import ConfigUnreadableError, InvalidValueError
from mfa_setup.settings import parsers
from mfa_setup.store.safe_write import obstacle, within

_TEMPLATES = (".example", ".sample")
_MODES = ("development", "production")
_ENDINGS = ("", ".local", *(f".{mode}" for mode in _MODES), *(f".{mode}.local" for mode in _MODES))
"""The possible endings of the names of `.env` files."""
_SAMPLES = ("src/auth_config.json", "auth_config.json", "public/auth_config.json")


def locate(
    app_dir: Path | None,
    write_config: Path | None,
    base: Path = Path(),
    *,
    agreed: bool = False,
    environment: Mapping[str, str] | None = None,
) -> ConfigFile | None:
    """Locates the config file that `--app-dir` or `--write-config` names; returns None if neither is given.

    Args:
        app_dir: The app's folder.
        write_config: The config file itself.
        base: The folder that a relative `write_config` counts from: the working folder, or the settings file's folder.
        agreed: Whether to accept a file named by `write_config` that has no Auth0 domain or client ID (`--yes`).
        environment: The environment variables, which build tools read before any file.

    Raises:
        InvalidValueError: The folder of the file does not exist or cannot be written to, the format of the file is
            unknown, the app logs users in on the server, or the content of the file is not Auth0's.
        ConfigUnreadableError: The file cannot be edited without losing content.
    """
    if app_dir is None and write_config is None:
        return None
    try:
        if write_config is not None:
            _require_a_file(base / write_config)
        config, app = _named(base / write_config) if write_config is not None else _of_app(app_dir or Path())
        _require_a_file(config.path)
        config = replace(config, root=_root(app_dir, write_config, base))
        if not within(config.path, config.root):
            raise leads_elsewhere(config.path)
        if problem := obstacle(config.path):
            raise InvalidValueError(problem, hint="Fix this problem, or correct --write-config or --app-dir.")
        if not config.form.is_known and not (agreed and write_config is not None):
            raise _foreign(config.path)
    except OSError as unusable:
        raise InvalidValueError(
            f"The path of the app's config file cannot be used: {unusable.strerror}.",
            hint="Correct --write-config or --app-dir.",
        ) from None
    rivals = tuple(_rivals(config, app, environment or {}))
    return replace(config, url=_url(config, app), rivals=rivals, below=tuple(_below(config)))


def _root(app_dir: Path | None, write_config: Path | None, base: Path) -> Path | None:
    """Returns the folder that must contain the config file: the app's folder, or `base` for a path below it.

    The result is None for an absolute path or a path with `..`, which explicitly names a place outside that folder.
    """
    if write_config is None:
        return app_dir
    return None if write_config.is_absolute() or ".." in write_config.parts else base


def _require_a_file(path: Path) -> None:
    if not path.parent.is_dir():
        raise InvalidValueError(
            f"The folder of {path} does not exist.", hint="Create the folder first, or correct --write-config."
        )
    if path.is_dir():
        raise InvalidValueError(
            f"{path} is a folder.", hint="Pass a file, such as --write-config FOLDER/auth_config.json."
        )
    if not (path.suffix == ".json" or is_env(path)):
        raise InvalidValueError(
            f"{path.name} is neither a JSON nor a .env file.",
            hint="For example --write-config src/auth_config.json or --write-config .env.local.",
        )


def _foreign(path: Path) -> InvalidValueError:
    return InvalidValueError(
        f"{path} contains neither an Auth0 domain nor a client ID, so it does not seem to be the app's config file.",
        hint=(
            "Name the file that the app reads with --write-config. If it is this file, pass --write-config "
            f"{path} --yes."
        ),
    )


# --- which file the app reads ----------------------------------------------------------------------------------------


def _named(path: Path) -> tuple[ConfigFile, App]:
    """Returns the config file that the user named, with the app in the file's folder or in a folder above it."""
    folders = (path.parent, *path.parent.parents) if path.parent != Path() else (Path(),)
    folder = next((one for one in folders[:3] if (one / "package.json").exists()), path.parent)
    app = framework.look(folder)
    names = _names(path, app)
    if is_env(path) and app.framework is None and "express" in app.packages and not _is_there(path, names):
        raise framework.logs_in_on_the_server(folder, "Express")
    return ConfigFile(path, names=names, template=_template(path)), app


def _of_app(folder: Path) -> tuple[ConfigFile, App]:
    """Returns the config file that the app in a folder reads, and the app.

    Raises:
        InvalidValueError: The folder does not exist, the file cannot be determined, or the app logs users in on the
            server.
    """
    if not folder.is_dir():
        raise InvalidValueError(f"The folder {folder} does not exist.", hint="Correct --app-dir.")
    app = framework.look(folder)
    if sample := _sample(folder):
        return ConfigFile(sample, template=_template(sample)), app
    if app.framework is ANGULAR:
        raise _angular(folder)
    path = _env_file(folder, app)
    names, is_alone = _names(path, app), not (folder / "package.json").exists()
    if app.framework is NEXT and not _is_there(path, names):
        raise framework.logs_in_on_the_server(folder, NEXT.name)
    if app.prefixes or _is_there(path, names) or (is_alone and path.exists()):
        fresh = not any(path.with_name(f".env{ending}").exists() for ending in _ENDINGS)
        template = _template(path) or _template(path.with_name(".env")) if fresh else None
        return ConfigFile(path, names=names, template=template), app
    if "express" in app.packages:
        raise framework.logs_in_on_the_server(folder, "Express")
    raise InvalidValueError(
        (
            f"No app config file was found in {folder}: the folder has no auth_config.json, and the app uses no "
            "framework that mfa-setup knows."
        ),
        hint="Name the file that the app reads: --write-config PATH.",
    )


def _sample(folder: Path) -> Path | None:
    """Returns the path of the app's `auth_config.json`: an existing file, else one whose template exists, else None."""
    places = [folder / name for name in _SAMPLES]
    there = [path for path in places if path.exists()]
    return next((path for path in (*there, *filter(_template, places))), None)


def _env_file(folder: Path, app: App) -> Path:
    """Returns the path of the `.env` file for settings of this machine.

    Raises:
        InvalidValueError: Vite reads the variables from a folder outside the app's.
    """
    where = app.env_folder
    if not where.resolve().is_relative_to(folder.resolve()):
        raise InvalidValueError(
            f"The app in {folder} reads its variables from {where}.",
            hint=f"Pass the file itself: --write-config {where.resolve() / '.env.local'}",
        )
    return where / (app.framework.file if app.framework else ".env.local")


def _angular(folder: Path) -> InvalidValueError:
    return InvalidValueError(
        f"The Angular app in {folder} has no auth_config.json, and mfa-setup does not edit TypeScript "
        "environment files.",
        hint="Run the command without --app-dir, then paste these two lines into "
        "src/environments/environment.ts, with the domain and the client ID that it prints: `domain: "
        "'DOMAIN',` and `clientId: 'CLIENT_ID',`.",
    )


def _template(path: Path) -> Path | None:
    """Returns the template whose text a new config file starts from; None if the path has none."""
    named = (path.with_name(f"{path.name}{ending}") for ending in _TEMPLATES)
    inside = (path.with_name(f"{path.stem}{ending}{path.suffix}") for ending in _TEMPLATES if not is_env(path))
    return next((one for one in (*named, *inside) if one.exists()), None)


# --- which variable names the app uses -------------------------------------------------------------------------------


def _names(path: Path, app: App) -> tuple[str, str]:
    """Returns the names of the two variables, spelled as in the file itself or in a `.env` file next to it."""
    if not is_env(path):
        return VITE
    found = [(name, item) for near in _near(path) for item in _variables(near) if (name := name_of(item.name))]
    begins = [bare(prefix) for prefix in app.prefixes]
    if not begins:  # names without a prefix belong to a server, so they count only if there are no others
        begins = sorted({name.stem.removesuffix("AUTH0") for name, _ in found if name.stem.endswith("AUTH0")})[::-1]
    for begin in begins:
        if spelled := _spelled(found, begin, ("AUTH0", "AUTH", "") if app.prefixes else ("AUTH0",)):
            return spelled
    prefix = app.prefixes[0] if app.prefixes else "VITE_"
    return f"{prefix}AUTH0_DOMAIN", f"{prefix}AUTH0_CLIENT_ID"


def _spelled(
    found: list[tuple[Name, env_lines.Variable]], begin: str, endings: tuple[str, ...]
) -> tuple[str, str] | None:
    """Returns the names of the pair that have this prefix; if several files have them, the nearest file counts.

    Names without `AUTH0`, such as `VITE_DOMAIN`, are accepted only if both names of the pair exist and neither value
    belongs to another service.
    """
    held: dict[str, str] = {}
    for ending in endings:
        for name, item in found:
            if name.stem == f"{begin}{ending}" and not (ending != "AUTH0" and is_foreign(item.text)):
                held.setdefault(name.field, item.name)
    if len(held) == len(FIELDS):
        return held["domain"], held["client_id"]
    if "domain" in held and bare(held["domain"]).startswith(f"{begin}AUTH0"):
        return held["domain"], counterpart(held["domain"])
    if "client_id" in held and bare(held["client_id"]).startswith(f"{begin}AUTH0"):
        return counterpart(held["client_id"]), held["client_id"]
    return None


def _near(path: Path) -> Iterator[Path]:
    """Yields the path of a `.env` file, then the paths of those next to it that may contain the same names."""
    endings = (*_ENDINGS, *_TEMPLATES, *(f".local{one}" for one in _TEMPLATES))
    yield from dict.fromkeys((path, *(path.with_name(f".env{ending}") for ending in endings)))


def _variables(path: Path) -> Iterable[env_lines.Variable]:
    try:
        return tuple(env_lines.variables(read_text(path)))
    except (OSError, ConfigUnreadableError):
        return ()


def _is_there(path: Path, names: tuple[str, str]) -> bool:
    return any(variable.name in names for near in _near(path) for variable in _variables(near))


# --- the app's URL, and values in other places -----------------------------------------------------------------------


def _url(config: ConfigFile, app: App) -> str | None:
    """Returns the URL of the app: the one in its config file, else the URL of its development server."""
    if isinstance(config.form, JsonForm):
        for name in ("appUri", "appOrigin"):
            with suppress(parsers.MalformedError):
                return parsers.url(config.form.text_of(name) or "")
    return app.url


def _below(config: ConfigFile) -> Iterator[Rival]:
    """Yields the values in `.env`, which the build tool reads if another `.env` file, the config file, lacks them."""
    if is_env(config.path) and config.path.name != ".env":
        yield from _set_in(config.path.with_name(".env"), config.names)


def _set_in(path: Path, names: Collection[str]) -> Iterator[Rival]:
    return (Rival(str(path), item.name, item.text) for item in _variables(path) if item.name in names)


def _rivals(config: ConfigFile, app: App, environment: Mapping[str, str]) -> Iterator[Rival]:
    """Yields the values of other `.env` files and of the environment that override the config file.

    The order of precedence follows the tools (sources: env-vite, env-cra).
    """
    if not is_env(config.path) or not app.framework:
        return
    for name in _before(config.path.name, app.framework):
        yield from _set_in(config.path.with_name(name), config.names)
    for name in config.names:
        if name in environment:
            yield Rival("the environment", name, environment[name])


def _before(name: str, kind: Framework) -> tuple[str, ...]:
    """Returns the names of the `.env` files that take precedence over this one; files of another mode do not count."""
    modes, of_mode = [f".env.{mode}" for mode in _MODES], [f".env.{mode}.local" for mode in _MODES]
    middle = [".env.local", *modes] if kind.modes_first else [*modes, ".env.local"]
    order = [".env", *middle, *of_mode] if kind.file == ".env.local" else []
    if name not in order:
        return ()
    own = next((mode for mode in modes if name.startswith(mode)), "")
    later = order[order.index(name) + 1 :]
    return tuple(one for one in later if not own or one == ".env.local" or one.startswith(own))
