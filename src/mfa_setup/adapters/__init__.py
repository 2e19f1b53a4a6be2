"""The only rooms that import an SDK: calls, timeouts, retries, and the services' errors as ours."""
