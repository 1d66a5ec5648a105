"""Parquet: the table of the CSV report with types, for archives that are asked questions by column.

Rows are written in groups while the files come, so that memory does not depend on their number.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any

from mixcheck.audio import AudioFormat
from mixcheck.errors import UsageError
from mixcheck.meters import METERS
from mixcheck.report.document import unicode_path
from mixcheck.report.model import FileReport
from mixcheck.report.table import columns, row_of

GROUP_ROWS = 1024
TEXTS = ("path", "outcome", "error", "failed", "warned")


class ParquetFile:
    """A file that is being written.

    Parameters
    ----------
    path : str

    Raises
    ------
    UsageError
        pyarrow is not installed.
    OSError
        The file cannot be written.
    """

    def __init__(self, path: str) -> None:
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError:
            raise UsageError(
                f"{path}: Parquet needs pyarrow: pip install 'mixcheck[parquet]'"
            ) from None
        self._new_table = pyarrow.Table.from_pylist
        self._schema = pyarrow.schema(
            [(name, _arrow_type(hint, pyarrow)) for name, hint in _hints().items()]
        )
        self._writer = parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def add(self, report: FileReport) -> None:
        """Take the row of the next file."""
        error = None if report.error is None else unicode_path(report.error)
        self._rows.append({**row_of(report), "path": unicode_path(report.path), "error": error})
        if len(self._rows) == GROUP_ROWS:
            self._write()

    def close(self) -> None:
        """Write what is left."""
        self._write()
        self._writer.close()

    def _write(self) -> None:
        if self._rows:
            self._writer.write_table(self._new_table(self._rows, self._schema))
            self._rows.clear()


@cache
def _hints() -> Mapping[str, Any]:
    """Type of each column."""
    declared = {f"format.{name}": hint for name, hint in typing.get_type_hints(AudioFormat).items()}
    for meter in METERS:
        for name, hint in typing.get_type_hints(meter.reading).items():
            declared[f"{meter.name}.{name}"] = hint
    return {name: str if name in TEXTS else declared.get(name, int) for name in columns()}


def _arrow_type(hint: Any, pyarrow: Any) -> Any:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):  # every column may be null
        (hint,) = (one for one in typing.get_args(hint) if one is not types.NoneType)
    if typing.get_origin(hint) is tuple:
        return pyarrow.list_(_arrow_type(typing.get_args(hint)[0], pyarrow))
    return {
        float: pyarrow.float64(), int: pyarrow.int64(), bool: pyarrow.bool_(), str: pyarrow.string()
    }[hint]  # fmt: skip
