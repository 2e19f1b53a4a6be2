"""The journals of a tenant without any request: the one on this machine, an exported one, and the export."""

import os
from pathlib import Path

from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call
from mfa_setup.cli.session import tenant_of
from mfa_setup.cli.values import journal_file_of
from mfa_setup.cli.written_file import WrittenFile
from mfa_setup.engine.undo import listed
from mfa_setup.errors import InvalidValueError
from mfa_setup.model.outcome import JournalExport, Notice
from mfa_setup.settings import credentials
from mfa_setup.store.files import OWNER_ONLY
from mfa_setup.store.folders import Folders
from mfa_setup.store.journal import Header, Journal, open_journal
from mfa_setup.store.journal_export import MARK, export_of
from mfa_setup.store.journal_import import ImportedJournal, import_journal, read_export


def list_runs(call: Call, context: CommandContext) -> None:
    """Adds the runs that changed something to the report, together with those of `--journal`; needs no credentials.

    Raises:
        InvalidValueError: A value is malformed, or the exported journal cannot be used.
        ValueNeededError: The domain is not known.
        JournalNewerError, JournalUnusableError: A journal cannot be used.
    """
    path = journal_file_of(call)
    exported = read_export(path) if path else None
    source, domain = tenant_of(call, context)
    given = credentials.Auth0Credentials(
        audience=credentials.tenant_key(source, domain),
        client_secret=source.find("client_secret"),
        private_key=source.find("private_key"),
        token=source.find("api_token"),
    )
    key, secret = given.audience, given.lasting_secret
    imported = import_journal(exported, key, domain, secret, context.sink.secrets) if exported else None
    journal = _open(call, context, given.audience, imported)
    if imported and not imported.is_sealed:
        context.report.warn((_UNSEALED,))
    if not journal.runs and not imported:
        context.report.warn((_NO_RUNS,))
    context.report.runs = listed(journal.runs)


def export(call: Call, context: CommandContext) -> None:
    """Writes the journal of the tenant on this machine to the file of `--export`, sealed with the credentials.

    Raises:
        InvalidValueError: A value is malformed, or the file cannot be written.
        ValueNeededError: The domain or the credentials are not known.
        JournalNewerError, JournalUnusableError: The journal cannot be used.
    """
    path = _target(call)
    context.sink.free_texts.append(str(path))  # the result shows it, even if it is a misplaced secret
    source, domain = tenant_of(call, context)
    auth0 = credentials.auth0_credentials(source, domain, source.text("AUTH0_CLIENT_ID"))
    context.sink.secrets += [secret for secret in (auth0.client_secret,) if secret]
    journal = _open(call, context, auth0.audience, None)
    exported = export_of(journal.runs, auth0.audience, domain, auth0.lasting_secret)
    _FILE.write(path, exported.text)
    if exported.seal is None:
        context.report.warn((_NO_SEAL,))
    if not exported.runs:
        context.report.warn((_NOTHING_TO_EXPORT,))
    context.report.runs = listed(journal.runs)
    context.report.exported = JournalExport(file=str(path), runs=len(exported.runs), sealed=exported.seal is not None)


def _open(call: Call, context: CommandContext, tenant_key: str, imported: ImportedJournal | None) -> Journal:
    domain = context.report.tenant.domain if context.report.tenant else ""
    header = Header(run_id=context.report.run_id, command=call.command, domain=domain)
    journal = open_journal(Folders.of(os.environ), tenant_key, header, imported)
    context.report.warn(journal.notices)
    return journal


def _target(call: Call) -> Path:
    """Returns the file of `--export`; standard output has the result of the command.

    Raises:
        InvalidValueError: The path cannot be written, or another option contradicts an export.
    """
    unfit = [name for name in _UNFIT if call.own[name]]
    if unfit:
        flags = " and ".join(f"--{name.replace('_', '-')}" for name in unfit)
        raise InvalidValueError(
            f"--export writes the whole journal of the tenant, so it cannot be combined with {flags}.",
            hint="Run `mfa-setup undo --export FILE` alone.",
        )
    if call.own["export"] == "-":
        raise InvalidValueError("--export needs the name of a file.", hint="For example --export journal.json.")
    return _FILE.checked(call.own["export"])


_FILE = WrittenFile("--export", "The exported journal", "`mfa-setup undo --export`", MARK, OWNER_ONLY)
_UNFIT = ("run", "list", "journal", "release_number", "delete_application", "override")
_NO_RUNS = Notice(
    code="no_journal",
    message="This machine has no journal of the tenant.",
    hint="If another machine set the tenant up, export its journal there (`mfa-setup undo --export FILE`) and pass it "
    "with --journal FILE.",
)
_UNSEALED = Notice(
    code="journal_unsealed",
    message="The exported journal has no seal that the credentials of this run can verify.",
    hint="`mfa-setup undo` refuses it unless you pass --override journal_seal.",
)
_NO_SEAL = Notice(
    code="journal_unsealed",
    message="The journal was exported without a seal, because the run has only an access token.",
    hint="Set AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET to seal it. `mfa-setup undo --journal FILE` refuses a journal "
    "without a seal, unless you pass --override journal_seal.",
)
_NOTHING_TO_EXPORT = Notice(
    code="nothing_to_export",
    message="No run of this machine has changed anything in this tenant, so the exported journal has no runs.",
)
