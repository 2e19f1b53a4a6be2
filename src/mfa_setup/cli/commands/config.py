"""The commands about the tool's own files and documents: settings with their origins, and JSON Schemas."""

import json
from typing import Literal

from mfa_setup.cli.app import command
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call, argument

SchemaName = Literal["config", "output", "fleet"]
_SCHEMA = argument("schema", SchemaName, "mfa-setup.toml, the output of --json, or a fleet file.")


@command("schema", own=(_SCHEMA,))
def schema(call: Call, context: CommandContext) -> int:
    """Print a JSON Schema (draft 2020-12) for editors, linters and programs.

    config describes mfa-setup.toml, fleet describes a fleet file, and output describes every JSON document that
    commands print. The schemas refer to nothing on the network.

    \b
    Examples:
      mfa-setup schema config > .mfa-setup.schema.json
      mfa-setup schema output > output.schema.json
    """
    context.report.silent = True
    context.sink.json_line((schema_text(call.own["schema"]),))
    return 0


def schema_text(name: SchemaName) -> str:
    """Returns one of the JSON Schemas as text."""
    from mfa_setup.model.output_schema import output_schema  # noqa: PLC0415 not needed for help
    from mfa_setup.settings.file_schemas import config_schema, fleet_schema  # noqa: PLC0415

    schemas = {"config": config_schema, "output": output_schema, "fleet": fleet_schema}
    return json.dumps(schemas[name](), indent=2)
