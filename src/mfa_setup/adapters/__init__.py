"""The adapters of Auth0 and Twilio, the only packages that import an SDK: requests, retries, and errors."""

import sys

sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # stops httpx importing its command line
