"""Files as tables: packed or not, text in several encodings, or a workbook."""

import contextlib
import csv
import gzip
import io
import itertools
import mmap
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from customers.imports import encodings, xlsx_child
from customers.imports.refusals import Refused

DELIMITERS = (",", ";", "\t")
LONGEST_LINE = 1_000_000
LONGEST_CELL = 100_000
SAMPLE_LINES = 100
MEGABYTE = 1 << 20
# A workbook is held in memory as a whole by the child that reads it.
WORKBOOK_UNPACKED = 1_000 * MEGABYTE
WORKBOOK_MEMORY = 2_500 * MEGABYTE
WORKBOOK_SECONDS = 300

GZIP, ZIP, OLD_EXCEL = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# In which Excel wraps a workbook with a password, in the same container as old ones.
PROTECTED = "EncryptedPackage".encode("utf-16-le")
# What programs leave in texts and nobody sees: two keys that look the same are the same.
INVISIBLE = re.compile("[\u200b\u2060\ufeff]")
# Follows the last line: where it comes back inside a cell, a quotation mark was never closed.
END = "\0"
# DOS ended its texts with it.
OLD_END = "\x1a"


@dataclass
class Table:
    """A table in a text file; its rows can be read again and again.

    In the text made from a workbook the first cell of each line is the row's number there.
    """

    path: Path
    packed: bool
    most_bytes: int | None
    from_workbook: bool = False
    encoding: str = "utf-8"
    delimiter: str = ","
    size: int = 0
    headers: list[str] = field(default_factory=list)
    bytes_read: int = 0

    def open_binary(self) -> BinaryIO:
        opened = gzip.open if self.packed else io.FileIO
        return io.BufferedReader(_Counted(opened(self.path), self), MEGABYTE)

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """(number of its first line, cells) of each record that is not blank."""
        with translated_faults(), self.open_binary() as binary:
            text = io.TextIOWrapper(binary, encoding=self.encoding, newline="")
            lines = itertools.chain(_lines(text), [END])
            reader = csv.reader(lines, delimiter=self.delimiter)
            first = 1
            try:
                for cells in reader:
                    if cells and cells[-1].endswith(END):
                        if cells != [END]:
                            raise Refused("open_quote", line=first)
                        return
                    if self.from_workbook:
                        first = int(cells.pop(0))
                    if any(cell and not cell.isspace() for cell in cells):
                        yield first, cells
                    first = reader.line_num + 1
            except csv.Error:
                # A cell without end: of one line, or of all that follow an open quotation mark.
                code = "long_line" if reader.line_num == first else "open_quote"
                raise Refused(code, line=first) from None

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The records below the header."""
        records = self.records()
        for _, cells in records:
            if not _names_delimiter(cells, self.delimiter):
                break
        yield from records

    def preview(self, most: int) -> list[list[str]]:
        """The first rows, as wide as the header."""
        width, found = len(self.headers), []
        for _, cells in self.rows():
            found.append((cells + [""] * width)[:width])
            if len(found) == most:
                break
        return found


class _Counted(io.RawIOBase):
    """Counts what is read, for progress and against files that unpack without end."""

    def __init__(self, stream, table: Table):
        self._stream, self._table = stream, table
        table.bytes_read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        count = self._stream.readinto(buffer)
        table = self._table
        table.bytes_read += count
        if table.most_bytes is not None and table.bytes_read > table.most_bytes:
            raise Refused("unpacks_too_large", most=table.most_bytes // MEGABYTE)
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


@contextlib.contextmanager
def translated_faults():
    """What a damaged file raises, as a refusal."""
    try:
        yield
    except UnicodeError:
        raise Refused("encoding") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise Refused("broken_gzip") from None


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    for number, line in enumerate(iter(lambda: text.readline(LONGEST_LINE), ""), start=1):
        if len(line) == LONGEST_LINE:
            raise Refused("long_line", line=number)
        if "\0" in line:
            raise Refused("control_character", line=number)
        if not line.isascii():
            line = INVISIBLE.sub("", line)
        yield "\n" if OLD_END in line and line.strip() == OLD_END else line


def _names_delimiter(cells: list[str], delimiter: str) -> bool:
    """A line `sep=;` above the header, as Excel likes it."""
    return cells[0].lower() in ("sep=", f"sep={delimiter}") and not any(cells[2:])


@contextlib.contextmanager
def open_table(
    path: Path, folder: Path, *, most_bytes: int | None = None, most_unpacked: int | None = None
) -> Iterator[Table]:
    """The file as a table, or a refusal. `folder` takes what has to be unpacked meanwhile."""
    csv.field_size_limit(LONGEST_CELL)
    try:
        size = path.stat().st_size
        magic = _magic(path)
    except OSError:
        raise Refused("absent") from None
    if not size:
        raise Refused("empty")
    if most_bytes is not None and size > most_bytes:
        raise Refused("too_large", most=most_bytes // MEGABYTE)
    with tempfile.TemporaryDirectory(dir=folder, prefix="reading-") as place, translated_faults():
        table = Table(path, magic.startswith(GZIP), most_unpacked)
        if table.packed:
            with table.open_binary() as stream:
                magic = stream.read(4)
            if magic.startswith(ZIP):
                table = Table(_unpack(table, Path(place)), False, most_unpacked)
        if magic.startswith(OLD_EXCEL):
            raise Refused("protected" if _is_protected(path) else "old_excel")
        if magic.startswith(ZIP):
            table = Table(_from_workbook(table.path, Path(place)), False, None, from_workbook=True)
            table.size = table.path.stat().st_size
        else:
            table.encoding, table.size = encodings.detect(table.open_binary)
            table.delimiter = _delimiter(table)
        table.headers = _headers(table)
        yield table


def _magic(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(4)


def _is_protected(path: Path) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(PROTECTED) >= 0


def _unpack(table: Table, place: Path) -> Path:
    target = place / "workbook.xlsx"
    with table.open_binary() as stream, target.open("wb") as file:
        shutil.copyfileobj(stream, file, MEGABYTE)
    return target


def _from_workbook(path: Path, place: Path) -> Path:
    """The workbook's table as text, made by a child process that can do no harm."""
    target = place / "sheet.csv"
    limits = (WORKBOOK_UNPACKED, WORKBOOK_MEMORY, WORKBOOK_SECONDS)
    command = [sys.executable, "-I", xlsx_child.__file__, str(path.resolve()), *map(str, limits)]
    with target.open("wb") as output:
        code = subprocess.run(  # noqa: S603 -- our own program; the file is only data
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8"},
            cwd="/",
            timeout=2 * WORKBOOK_SECONDS,
            check=False,
        ).returncode
    if code == xlsx_child.NO_SHEET:
        raise Refused("no_sheet")
    if code == xlsx_child.TOO_LARGE or code < 0:  # ended by a limit of its own
        raise Refused("workbook_too_large")
    if code:
        raise Refused("broken_workbook")
    return target


def _delimiter(table: Table) -> str:
    """The mark that cuts the first lines into the most and the most even columns."""
    with table.open_binary() as binary:
        text = io.TextIOWrapper(binary, encoding=table.encoding, newline="")
        lines = [line for _, line in zip(range(SAMPLE_LINES), _lines(text), strict=False)]
    if lines and lines[0].lower().startswith("sep=") and lines[0][4:5] in DELIMITERS:
        return lines[0][4]
    best, best_score = "", (0.0, 0)
    for delimiter in DELIMITERS:
        reader = csv.reader(lines, delimiter=delimiter)
        try:
            widths = [len(cells) for cells in reader if cells]
        except csv.Error:
            raise Refused("long_line", line=reader.line_num) from None
        # The last record may be cut off by the end of the sample.
        even = sum(width == widths[0] for width in widths) / len(widths) if widths else 0
        if widths and widths[0] > 1 and (even, widths[0]) > best_score:
            best, best_score = delimiter, (even, widths[0])
    if not best:
        raise Refused("not_a_table")
    return best


def _headers(table: Table) -> list[str]:
    for _, cells in table.records():
        if _names_delimiter(cells, table.delimiter):
            continue
        headers = [cell.strip() for cell in cells]
        while headers and not headers[-1]:
            headers.pop()
        if len(headers) < 2:
            break
        return headers
    raise Refused("not_a_table")
