"""Turns a workbook's first filled sheet into CSV on standard output, in a process of its own.

Run as a program with limits on memory and processor time that it sets itself before it looks at
the file; it knows neither Django nor the database. The first cell of each line is the row's number
in the sheet. Exit codes: 3 damaged or protected, 4 too large unpacked, 5 no table.
"""

import csv
import datetime as dt
import errno
import resource
import sys
import zipfile

BROKEN, TOO_LARGE, NO_SHEET = 3, 4, 5
MOST_MEMBERS = 5_000
CHUNK = 1 << 20


def main(path: str, most_unpacked: int, most_memory: int, most_seconds: int) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (most_memory, most_memory))
    resource.setrlimit(resource.RLIMIT_CPU, (most_seconds, most_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # One long text may be named by a million cells: what is written is limited too.
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_unpacked, most_unpacked))
    try:
        if not fits(path, most_unpacked):
            return TOO_LARGE
        return convert(path)
    except MemoryError:
        return TOO_LARGE
    except OSError as error:
        return TOO_LARGE if error.errno == errno.EFBIG else BROKEN
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        return BROKEN


def fits(path: str, most: int) -> bool:
    """Whether the members are few and small, as declared and as counted while unpacking."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > most:
            return False
        counted = 0
        for member in members:
            with archive.open(member) as stream:
                while chunk := stream.read(CHUNK):
                    counted += len(chunk)
                    if counted > most:
                        return False
    return True


def convert(path: str) -> int:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_path(path)
        for meta in workbook.sheets_metadata:
            if meta.visible != SheetVisibleEnum.Visible:
                continue
            sheet = workbook.get_sheet_by_name(meta.name)
            if sheet.start is not None:
                write(sheet)
                return 0
    except (CalamineError, PasswordError, ValueError):
        return BROKEN
    return NO_SHEET


def write(sheet) -> None:
    sys.stdout.reconfigure(encoding="utf-8", newline="")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    first = sheet.start[0] + 1
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        # iter_rows begins at the sheet's first row, filled or not.
        if number >= first:
            writer.writerow([number, *map(plain, cells)])


def plain(cell) -> str:
    """A cell as text that reads the same everywhere: ISO dates, a point before decimals."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        text = repr(cell)
        # Three decimals could be taken for thousands; a fourth digit leaves no doubt.
        decimals = text.partition(".")[2]
        return text + "0" if len(decimals) == 3 and decimals.isdigit() else text
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell).replace("\0", "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:5])))
