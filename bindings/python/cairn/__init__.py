"""Cairn from Python: step rewards, outcome and group become token advantages. Pure ctypes, lists in and lists out."""

from ._credit import credit, credit_rows, explain
from ._library import CairnError
from ._surrogate import surrogate

__all__ = ["CairnError", "credit", "credit_rows", "explain", "surrogate"]
