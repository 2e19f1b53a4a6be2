"""The commands about the tool's own files and documents: settings with their origins, and JSON Schemas."""

from mfa_setup.cli.app import command, configs
from mfa_setup.cli.commands.setup import EVERYTHING
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call, argument
from mfa_setup.cli.schemas import SchemaName, schema_text
from mfa_setup.model.results import ConfigurationResult, WrittenConfigResult

_SCHEMA = argument("schema", SchemaName, "mfa-setup.toml, the output of --json, or a fleet file.")


_PATH = argument("path", str | None, "The file to write. (default mfa-setup.toml)", metavar="PATH", default=None)


@command("show", EVERYTHING, group=configs, shows=ConfigurationResult)
def show(call: Call, context: CommandContext) -> int:
    """Show every setting with its origin. Calls no service and asks nothing.

    The origin is an option, an environment variable, a profile, the settings file or the default. Of credentials,
    only the names are shown. Takes the options of `mfa-setup up`, so that you can see what a run would use.

    \b
    Examples:
      mfa-setup config show
      mfa-setup config show --profile acme-staging --json
    """
    from mfa_setup.cli import configuration  # noqa: PLC0415 the settings, which help does not need

    configuration.show(call, context)
    return 0


@command("init", EVERYTHING, own=(_PATH,), group=configs, shows=WrittenConfigResult)
def init(call: Call, context: CommandContext) -> int:
    """Write a settings file with every key, its explanation and its default. Replaces no file.

    Values that are given by options, environment variables or a profile are filled in; all other keys are commented
    out. Secrets and options that apply to a single run are never written. The JSON Schema .mfa-setup.schema.json is
    written next to the file, so that editors check and complete it.

    \b
    Examples:
      mfa-setup config init
      mfa-setup config init --domain acme.eu.auth0.com --url https://app.example.com
    """
    from mfa_setup.cli import configuration  # noqa: PLC0415 the settings, which help does not need

    configuration.write(call, context)
    return 0


@command("schema", own=(_SCHEMA,))
def schema(call: Call, context: CommandContext) -> int:
    """Print a JSON Schema for editors and programs.

    config describes mfa-setup.toml, fleet describes a fleet file, and output describes every JSON document that
    commands print. The dialect is draft 2020-12. The schemas refer to nothing on the network.

    \b
    Examples:
      mfa-setup schema config > .mfa-setup.schema.json
      mfa-setup schema output > output.schema.json
    """
    context.report.silent = True
    context.sink.json_line((schema_text(call.own["schema"], on_one_line=call.common.format == "json"),))
    return 0
