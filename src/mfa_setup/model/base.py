"""What all values of the engine have in common."""

from pydantic import BaseModel, ConfigDict, JsonValue

__all__ = ["Frozen", "JsonValue"]


class Frozen(BaseModel):
    """A value that cannot change once made, and takes no field that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
