"""Files that only their owner may read, replaced whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def replace(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Writes the file with mode 0600, its folder with 0700.

    Raises OSError, and what getting the pieces of the content raises.
    """
    pieces = (content,) if isinstance(content, bytes) else content
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Made with mode 0600.
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.writelines(pieces)
            file.close()
            Path(file.name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(file.name).unlink()
            raise
