"""Where the app's config file is, and whether it can be written there: judged before a run writes anything."""

from pathlib import Path

from mfa_setup.appconfig.file import ConfigFile, leads_elsewhere
from mfa_setup.errors import InvalidValueError
from mfa_setup.store.safe_write import obstacle, within

_VITE_CONFIGS = tuple(f"vite.config.{ending}" for ending in ("js", "mjs", "ts", "cjs", "mts", "cts"))
"""By name, because the app's folder may be one that cannot be listed."""


def locate(app_dir: Path | None, write_config: Path | None, base: Path = Path()) -> ConfigFile | None:
    """The config file that `--app-dir` or `--write-config` names; None where neither is given.

    `base` is what a relative path counts from: the working folder, or that of the settings file.

    Raises:
        InvalidValueError: Its folder does not exist or cannot be written to, its form is unknown, or what it holds
            cannot be kept.
    """
    if app_dir is None and write_config is None:
        return None
    try:
        path = base / write_config if write_config is not None else _of_app(app_dir or Path())
        _require_a_file(path)
        root = _root(app_dir, write_config, base)
        if not within(path, root):
            raise leads_elsewhere(path)
        if problem := obstacle(path):
            raise InvalidValueError(problem, hint="Fix that, or correct --write-config or --app-dir.")
    except OSError as unusable:
        raise InvalidValueError(
            f"The path of the app's config file cannot be used: {unusable.strerror}.",
            hint="Correct --write-config or --app-dir.",
        ) from None
    config = ConfigFile(path, root=root)
    config.rendered("")  # a file that cannot be read or parsed is found here
    return config


def _root(app_dir: Path | None, write_config: Path | None, base: Path) -> Path | None:
    """The folder that the config file must really be in: the app's, or `base` for a path below it.

    None for a path that leads out of that folder by its own words.
    """
    if write_config is None:
        return app_dir
    return None if write_config.is_absolute() or ".." in write_config.parts else base


def _require_a_file(path: Path) -> None:
    if not path.parent.is_dir():
        raise InvalidValueError(
            f"The folder of {path} does not exist.", hint="Make it first, or correct --write-config."
        )
    if path.is_dir():
        raise InvalidValueError(f"{path} is a folder.", hint="Name the file: --write-config FOLDER/auth_config.json.")
    if not (path.suffix == ".json" or path.name.startswith(".env")):
        raise InvalidValueError(
            f"{path.name} is neither JSON nor a .env file.",
            hint="For example --write-config src/auth_config.json or --write-config .env.local.",
        )


def _of_app(folder: Path) -> Path:
    """Which file the app in a folder reads."""
    if not folder.is_dir():
        raise InvalidValueError(f"There is no folder {folder}.", hint="Correct --app-dir.")
    sample, env, plain = folder / "src" / "auth_config.json", folder / ".env.local", folder / "auth_config.json"
    if _is_read(sample):
        return sample
    if env.exists() or any((folder / name).exists() for name in _VITE_CONFIGS):
        return env
    if _is_read(plain):
        return plain
    raise InvalidValueError(
        f"The app in {folder} is of no kind that is known here (the React sample, Vite, auth_config.json).",
        hint="Name the file that it reads: --write-config PATH.",
    )


def _is_read(path: Path) -> bool:
    """Whether an app has this config file, or a template of it."""
    return path.exists() or path.with_name(f"{path.name}.example").exists()
