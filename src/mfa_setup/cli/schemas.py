"""The JSON Schemas that `mfa-setup schema` prints and `config init` writes."""

import json
from typing import Literal

SchemaName = Literal["config", "output", "fleet"]


def schema_text(name: SchemaName, *, on_one_line: bool = False) -> str:
    """Returns one of the JSON Schemas as text: on one line, as every document of `--json`, or indented for people."""
    from mfa_setup.model.output_schema import output_schema  # noqa: PLC0415 not needed for help
    from mfa_setup.settings.file_schemas import config_schema, fleet_schema  # noqa: PLC0415

    schemas = {"config": config_schema, "output": output_schema, "fleet": fleet_schema}
    return json.dumps(schemas[name](), indent=None if on_one_line else 2)
