"""Hooks of `mkdocs` for the documentation site.

Pages under `docs/` are read in the repository as well, where a link such as `../examples/fleet.toml` leaves the folder.
The site has no such neighbours, so the files that pages link to become part of it, under the same path.
"""

import re
import subprocess
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
OUTSIDE = (
    "examples/",
    "pytest-mfa-setup/README.md",
    "benchmarks/README.md",
    "CONTRIBUTING.md",
    "action.yml",
    "tests/live/",
)
LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)\s#]+)(?=[)#])")
VERSION = re.compile(r'__version__ = "(.+)"')


def on_config(config: Any) -> Any:
    """Shows the version in the footer of every page."""
    found = VERSION.search((ROOT / "src/mfa_setup/__init__.py").read_text(encoding="utf-8"))
    config.copyright = f"mfa-setup {found[1] if found else ''}"
    return config


def on_files(files: Files, config: Any) -> Files:
    """Adds the tracked files outside `docs/` that pages may link to."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = [name for name in listed.stdout.split() if name.startswith(OUTSIDE) and (ROOT / name).is_file()]
    for name in names:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    for folder in {str(PurePosixPath(name).parent) for name in names} - {"."}:
        if f"{folder}/README.md" not in names:
            inside = (name.removeprefix(f"{folder}/") for name in names if name.startswith(f"{folder}/"))
            listing = "".join(f"- [{name}]({name})\n" for name in inside if "/" not in name and name[0] != ".")
            files.append(File.generated(config, f"{folder}/README.md", content=f"# {folder}\n\n{listing}"))
    for file in files.documentation_pages():
        if file.generated_by is not None:
            file.inclusion = file.inclusion.NOT_IN_NAV
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:  # noqa: ARG001 mkdocs' signature
    """Turns links that are right in the repository into links that are right on the site."""
    generated = page.file.generated_by is not None
    folder = PurePosixPath(page.file.src_uri if generated else f"docs/{page.file.src_uri}").parent

    def on_site(match: re.Match[str]) -> str:
        target = normpath(str(folder / match[1]))
        if files.get_file_from_path(f"{target}/README.md"):
            target = f"{target}/README.md"
        place = target.removeprefix("docs/")
        if target == "README.md" or not files.get_file_from_path(place):
            return match[1]
        return "../" * page.file.src_uri.count("/") + place

    return LINK.sub(on_site, markdown)
