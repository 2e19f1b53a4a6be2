"""JSON values as bytes, for digests and seals."""

import json


def canonical(content: object) -> bytes:
    """Returns JSON values as bytes that do not depend on the order of their keys or on spaces.

    Raises:
        ValueError: A number is not finite.
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
