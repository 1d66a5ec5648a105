"""Workers on other machines, by Dask; the only place that knows of it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from mixcheck import UsageError

LOCAL = "local:"
CONNECT_S = 5
RETRIES = 2  # a worker may be lost twice under the same file before the file is to blame


@contextmanager
def cluster_executor(address: str) -> Iterator[Executor]:
    """An executor that runs on a cluster, for as long as the context lasts.

    Parameters
    ----------
    address : str
        Of a scheduler, such as ``tcp://host:8786``; or ``local:4`` for a cluster of four
        processes on this machine, which ends with the context.

    Raises
    ------
    UsageError
        Dask is not installed, the address is none, or nobody answers there.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise UsageError("--cluster needs Dask: pip install 'mixcheck[cluster]'") from None
    try:
        if address.startswith(LOCAL):
            workers = _count(address)
            options = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None}
            cluster = LocalCluster(**options)  # type: ignore[no-untyped-call]
            with cluster, Client(cluster, timeout=CONNECT_S) as client:  # type: ignore[no-untyped-call]
                yield client.get_executor(pure=False, retries=RETRIES)
        else:
            with Client(address, timeout=CONNECT_S) as client:  # type: ignore[no-untyped-call]
                yield client.get_executor(pure=False, retries=RETRIES)
    except (OSError, ValueError) as error:
        raise UsageError(f"--cluster {address}: {error}") from None


def _count(address: str) -> int:
    number = address.removeprefix(LOCAL)
    if not number.isdecimal() or not int(number):
        raise UsageError(f"--cluster {address}: say how many processes, such as local:4")
    return int(number)
