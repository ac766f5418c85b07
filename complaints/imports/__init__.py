"""Complaints and service requests that come by a file, with what became of them.

They are history: no mail, survey, task or alert comes of them, no clock runs, nothing warns and
nothing is late. Only what is open and came in within a day is as if somebody had logged it here,
in silence. The rules are in docs/import.md.
"""

from complaints.imports.kind import ComplaintsKind

__all__ = ["ComplaintsKind"]
