"""Work in another process: items a little ahead of their use, or a half beside this one's.

Two threads of Python would pass the interpreter's lock to and fro for every call of NumPy, which
costs more than the second core gives (measured: 0.95 s for three minutes with threads or without,
0.55 s with a process). A forked process has the first half's objects without any copying; what
it makes comes back through a pipe, and large arrays through memory that both share.
"""

from __future__ import annotations

import contextlib
import mmap
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import accumulate, cycle
from multiprocessing.connection import Connection
from typing import Any, TypeVar

SLOTS = 4
MOST_SLOT_BYTES = 1 << 24
LEAST_BUFFER_BYTES = 1 << 14  # smaller ones travel in the pipe

Item = TypeVar("Item")


class WorkerLostError(Exception):
    """The other process ended before its work did."""


def can_work_ahead(slot_bytes: int) -> bool:
    """Whether there may be a free core, and this process can be forked without harm.

    Other threads would leave their locks held in the fork, and a process of a pool has its
    neighbours busy.
    """
    return (
        sys.platform == "linux"
        and slot_bytes <= MOST_SLOT_BYTES
        and len(os.sched_getaffinity(0)) > 1
        and threading.active_count() == 1
        and multiprocessing.parent_process() is None
    )


def work_ahead(items: Iterable[Item], slot_bytes: int) -> Iterator[Item]:
    """The same items in the same order, made in another process.

    Parameters
    ----------
    items : iterable
        Nothing of it is consumed in this process. Items must be picklable.
    slot_bytes : int
        Room for the arrays of one item; what does not fit takes the slower way.

    Raises
    ------
    WorkerLostError
        The other process was killed.
    Exception
        Whatever ``items`` raises.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    freed, free = context.Pipe(duplex=False)
    with mmap.mmap(-1, SLOTS * slot_bytes) as ring, memoryview(ring) as shared:
        slots = [shared[place : place + slot_bytes] for place in range(0, len(shared), slot_bytes)]

        def serve() -> None:
            receiver.close()
            free.close()
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # who waits is told, and ends this process
            _send_all(items, slots, sender, freed)

        process = context.Process(target=serve, daemon=True)
        process.start()
        sender.close()
        freed.close()
        try:
            yield from _received(slots, receiver, free)
        finally:
            process.terminate()
            process.join()
            receiver.close()
            free.close()
            for slot in slots:
                slot.release()


@contextmanager
def work_beside(work: Callable[[], Item]) -> Iterator[Callable[[], Item]]:
    """Do work in another process meanwhile; what is given waits for its result.

    Parameters
    ----------
    work : callable
        It must open for itself whatever it reads: a fork shares the places of open files. Its
        result must be picklable.

    Raises
    ------
    WorkerLostError
        The other process was killed.
    Exception
        Whatever ``work`` raises.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def serve() -> None:
        receiver.close()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            sender.send((work(), None))
        except Exception as error:
            sender.send((None, error))

    process = context.Process(target=serve, daemon=True)
    process.start()
    sender.close()

    def result() -> Item:
        try:
            done, error = receiver.recv()
        except EOFError:
            raise WorkerLostError from None
        if error is not None:
            raise error
        return done  # type: ignore[no-any-return]

    try:
        yield result
    finally:
        process.terminate()
        process.join()
        receiver.close()


def _received(slots: list[memoryview], receiver: Connection, free: Connection) -> Iterator[Any]:
    for slot in cycle(slots):
        try:
            message, sizes = receiver.recv()
        except EOFError:
            raise WorkerLostError from None
        if sizes is None:
            if message is None:
                return
            raise message
        ends = accumulate(sizes)
        buffers = [bytearray(slot[end - size : end]) for size, end in zip(sizes, ends, strict=True)]
        with contextlib.suppress(BrokenPipeError):  # it may have sent its last item and gone
            free.send_bytes(b"\0")
        yield pickle.loads(message, buffers=buffers)


def _send_all(
    items: Iterable[Any], slots: list[memoryview], sender: Connection, freed: Connection
) -> None:
    """Send each item as its pickle and the sizes of the buffers in its slot; no sizes: the end."""
    try:
        for number, item in enumerate(items):
            if number >= len(slots):
                freed.recv_bytes()
            sender.send(_packed(item, slots[number % len(slots)]))
        sender.send((None, None))
    except (EOFError, BrokenPipeError):
        pass  # nobody is listening any more
    except Exception as error:
        sender.send((error, None))


def _packed(item: Any, slot: memoryview) -> tuple[bytes, list[int]]:
    sizes: list[int] = []

    def stays_in_pickle(buffer: pickle.PickleBuffer) -> bool:
        with buffer.raw() as raw:
            start = sum(sizes)
            if not LEAST_BUFFER_BYTES <= raw.nbytes <= len(slot) - start:
                return True
            slot[start : start + raw.nbytes] = raw
            sizes.append(raw.nbytes)
            return False

    return pickle.dumps(item, 5, buffer_callback=stays_in_pickle), sizes
