"""Small XLSX files for tests, written by hand: no library of ours writes them."""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"

PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SHEET}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{SHEET}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1"'
        f' Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="Table" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    # Style 1 is a date.
    "xl/styles.xml": (
        f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
    ),
}


def write_workbook(path: Path, rows: dict[int, list]) -> None:
    """Row number -> cells. A text may be `date:SERIAL`, `formula:RESULT` or `far:COLUMN`."""
    body = "".join(
        f'<row r="{number}">{"".join(_cell(number, at, cell) for at, cell in enumerate(cells))}'
        "</row>"
        for number, cells in rows.items()
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, text)
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>',
        )


def _cell(row: int, column: int, cell) -> str:
    at = f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[column]}{row}"
    if cell == "":
        return ""
    if not isinstance(cell, str):
        return f'<c r="{at}"><v>{cell}</v></c>'
    kind, colon, rest = cell.partition(":")
    kind = kind if colon else ""
    if kind == "date":
        return f'<c r="{at}" s="1"><v>{rest}</v></c>'
    if kind == "formula":
        return f'<c r="{at}"><f>1+1</f><v>{rest}</v></c>'
    if kind == "far":
        return f'<c r="{rest}{row}"><v>1</v></c>'
    return f'<c r="{at}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
