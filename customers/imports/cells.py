"""Cells that a spreadsheet would take for a formula: the rule is the platform's."""

from crm.platform.cells import as_written, harmless, starts_formula

__all__ = ["as_written", "harmless", "starts_formula"]
