"""Why a file as a whole can't be imported, in words for the person."""

from django.utils.translation import gettext_lazy as _

TEXTS = {
    "absent": _("The file can't be found or read."),
    "empty": _("The file is empty."),
    "header_only": _("The file has a header but no rows."),
    "too_large": _("The file is larger than the %(most)s MB that this installation takes."),
    "unpacks_too_large": _("Unpacked, the file is larger than %(most)s MB: it is not read."),
    "not_text": _("This is neither a text table (CSV) nor an Excel workbook (XLSX)."),
    "broken_gzip": _("The packed file is damaged."),
    "old_excel": _("This is an old Excel workbook: save it as XLSX or CSV."),
    "protected": _("The workbook has a password: save it without one."),
    "encoding": _("The text's encoding is unknown: save the file as UTF-8."),
    "control_character": _("Line %(line)s has a zero byte: this is no text table."),
    "long_line": _("Line %(line)s is too long for a table."),
    "open_quote": _("After line %(line)s a quotation mark is opened and never closed."),
    "not_a_table": _("No columns found: a table has a header line and columns between , ; or tab."),
    "broken_workbook": _("The workbook is damaged or protected and can't be read."),
    "workbook_too_large": _("The workbook is too large unpacked: save it as CSV."),
    "no_sheet": _("The workbook has no sheet with a table."),
    "unknown_kind": _("There is no import of “%(kind)s”."),
    "unknown_source": _("“%(source)s” is no name of a source: use letters, digits, - and _."),
    "unknown_field": _("There is no field “%(field)s”; there are: %(fields)s."),
    "unknown_column": _("The file has no column “%(column)s”."),
    "column_twice": _("The file has more than one column “%(column)s”."),
    "column_shared": _("Column “%(column)s” is matched to more than one field."),
    "missing_column": _("No column for “%(field)s”, which is needed."),
    "missing_amount": _("A column for the amount is needed, or those for quantity and unit price."),
    "dates_doubtful": _(
        "“%(example)s” in column “%(column)s” can be read as different dates and no other value"
        " shows the order: say which it is (--dates dmy, mdy or ymd)."
    ),
    "dates_mixed": _(
        "Column “%(column)s” has dates in different orders, so “%(example)s” is doubtful:"
        " say which order holds (--dates dmy, mdy or ymd)."
    ),
    "numbers_doubtful": _(
        "“%(example)s” in column “%(column)s” can be a thousand or a fraction, and no number of"
        " the file shows which: write decimals with two or four digits, or no thousands mark."
    ),
    "disk_full": _("The file could not be stored: tell an administrator to look at the disk."),
    "busy": _("The customers changed while the import ran: start it again."),
}


class Refused(Exception):  # noqa: N818 -- an outcome for the person, no fault
    """The file can't be imported; nothing was written. `params` are texts and numbers only."""

    def __init__(self, code: str, **params):
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return describe(self.code, self.params)


def describe(code: str, params: dict) -> str:
    """The refusal in the active language."""
    return TEXTS[code] % params
