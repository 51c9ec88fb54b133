"""What can be wrong with a database, as far as it calls for different action.

StoreUnavailable
├── Invalidated   stopped by a fatal error, or for reopening: one more try is due
├── Locked        another process, or another store of this one, has the file
├── Unsupported   written by a newer version, or not by us; must stay untouched
└── Damaged       the file cannot be read
    └── DamagedLog   only the log of the latest writes cannot
"""

from __future__ import annotations

from jupyter_llmchat.errors import StoreUnavailable


class Invalidated(StoreUnavailable):
    pass


class Locked(StoreUnavailable):
    pass


class Unsupported(StoreUnavailable):
    pass


class Damaged(StoreUnavailable):
    pass


class DamagedLog(Damaged):
    pass
