"""The container image: what the `Dockerfile` says, and, where Docker is, the image itself."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TAG = "mfa-setup:tested"


def docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [shutil.which("docker") or "docker", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    """The image, built for this test."""
    if shutil.which("docker") is None or docker("info").returncode:
        pytest.skip("Docker is not running")
    built = docker("build", "--quiet", "--tag", TAG, ".")
    assert built.returncode == 0, built.stderr
    yield TAG
    docker("rmi", TAG)


def test_the_image_has_no_secret_and_no_root_and_only_the_sources_of_the_package() -> None:
    lines = [line.split() for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines() if line.strip()]
    words = {line[0] for line in lines}
    assert not words & {"ARG", "ADD"}
    users = [line[1] for line in lines if line[0] == "USER"]
    assert users == ["10001:10001"]
    assert all(line[1].startswith("python:3.") for line in lines if line[0] == "FROM")
    copied = {source for line in lines if line[0] == "COPY" for source in line[1:-1] if not source.startswith("--from")}
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert copied - {"/opt/mfa-setup"} == {line[1:] for line in allowed if line.startswith("!")}
    assert "*" in allowed


@pytest.mark.image
def test_the_image_starts_the_command_as_a_user_without_rights(image: str) -> None:
    assert docker("run", "--rm", image, "--version").stdout.startswith("mfa-setup ")
    assert docker("run", "--rm", "--entrypoint", "id", image, "-u").stdout.strip() == "10001"
    mode = docker("run", "--rm", "--entrypoint", "stat", image, "--format=%a %u", "/state", "/cache")
    assert mode.stdout.split() == ["700", "10001", "700", "10001"]
    assert docker("run", "--rm", "--read-only", "--network", "none", image, "plan", "--no-input").returncode == 6
