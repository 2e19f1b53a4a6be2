"""Runs requests concurrently."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from mfa_setup.errors import InterruptedRunError


@contextmanager
def together(workers: int) -> Iterator[ThreadPoolExecutor]:
    """Provides a thread pool for requests; an interrupt does not wait for requests that are running."""
    pool = ThreadPoolExecutor(workers)
    try:
        yield pool
    except (KeyboardInterrupt, InterruptedRunError):
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()
