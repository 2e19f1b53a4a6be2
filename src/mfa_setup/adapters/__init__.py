"""The only rooms that import an SDK: calls, timeouts, retries, and the services' errors as ours."""

import sys

sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # httpx then does without its command line
