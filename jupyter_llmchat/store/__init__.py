"""Conversations in DuckDB. SQL lives in the module that owns the table."""

from .records import BegunTurn, EndedTurn, NewTurn
from .store import Store

__all__ = ["BegunTurn", "EndedTurn", "NewTurn", "Store"]
