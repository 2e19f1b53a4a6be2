"""The command that exports the present setup for other tools."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mfa_setup.cli.app import command
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call, argument, option
from mfa_setup.engine.task import Task
from mfa_setup.errors import ExportExistsError, InvalidValueError, ValueNeededError
from mfa_setup.model.results import ExportResult

if TYPE_CHECKING:
    from mfa_setup.export.document import File

Target = Literal["terraform", "deploy-cli", "curl"]
_TARGET = argument("target", Target, "The tool that the export is for.")
_OUT = option("out", str, "Write the files into this folder, which must be new or empty.", "-o", metavar="DIR")


@command("export", ("tenant", "identity", "account"), own=(_TARGET, _OUT), shows=ExportResult)
def export(call: Call, context: CommandContext) -> int:
    """Export the setup for Terraform, the Deploy CLI or curl.

    Writes the present setup as Terraform JSON with import blocks, as a folder of the Auth0 Deploy CLI, or as a shell
    script. Reads only. The export contains no secrets: the Twilio auth token is a variable in it. Without --out,
    Terraform JSON and the script are written to standard output; the Deploy CLI needs a folder.

    \b
    Examples:
      mfa-setup export terraform --out terraform
      mfa-setup export deploy-cli --out tenant
      mfa-setup export curl > setup.sh
    """
    from mfa_setup.cli.session import open_run  # noqa: PLC0415 the engine, which help does not need
    from mfa_setup.export.collect import collect  # noqa: PLC0415

    folder = _folder(call)
    with open_run(call, Task("export", (), read_only=True, twilio_if_known=True), context) as run:
        context.terminal.doing("Reading the tenant and the account")
        files = collect(run, call.own["target"], context.sink.secrets)
    if folder is None:
        context.sink.document_text(files[0].text)
    else:
        written = _write(folder, files)
        context.report.outputs = context.report.outputs.model_copy(update={"files": tuple(map(str, written))})
    return 0


def _folder(call: Call) -> Path | None:
    """Returns the folder of --out.

    Raises:
        ValueNeededError: The export needs a folder, and none is given.
        InvalidValueError: The folder is not a path.
    """
    from mfa_setup.cli.values import judged  # noqa: PLC0415
    from mfa_setup.settings import parsers  # noqa: PLC0415

    out = call.own["out"]
    if out is not None:
        return judged("--out is ", parsers.path, out)
    hint = "Pass --out DIR with a folder that is new or empty."
    if call.own["target"] == "deploy-cli":
        raise ValueNeededError("A Deploy CLI export is a folder, and no folder is given.", hint=hint)
    if call.common.format == "json":
        raise ValueNeededError("With --json, the export needs a folder.", hint=hint)
    return None


def _write(folder: Path, files: "tuple[File, ...]") -> tuple[Path, ...]:
    """Writes the files into a new folder.

    Raises:
        ExportExistsError: The folder is not free.
        InvalidValueError: The folder cannot be created.
    """
    from mfa_setup.store.new_folder import OccupiedError, create_folder  # noqa: PLC0415

    try:
        return create_folder(folder, ((file.name, file.text, file.runs) for file in files))
    except OccupiedError:
        raise ExportExistsError(f"{folder} exists and is not an empty folder. Nothing was written.") from None
    except OSError as failed:
        hint = "Create the folder above it, or pass another one with --out."
        raise InvalidValueError(f"{folder} cannot be created: {failed.strerror}.", hint=hint) from None
