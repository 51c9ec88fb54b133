"""Token bytes → whole characters, ending before a stop string."""

from __future__ import annotations

import codecs


class TextStream:
    """Decodes a generation piece by piece.

    What `feed` and `flush` return, joined, is the text up to the first stop string.
    A character split over tokens and a possible beginning of a stop string are held
    back until they are settled.
    """

    def __init__(self, stop: tuple[str, ...] = ()) -> None:
        self.stopped = False
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._stop = tuple(each for each in stop if each)
        self._held = ""

    def feed(self, data: bytes) -> str:
        """The text that is settled now; empty once a stop string was met."""
        return self._settle(self._decoder.decode(data))

    def flush(self) -> str:
        """The rest, at the end of the generation."""
        text = self._settle(self._decoder.decode(b"", final=True))
        rest, self._held = ("" if self.stopped else self._held), ""
        return text + rest

    def _settle(self, text: str) -> str:
        if self.stopped:
            return ""
        text = self._held + text
        ends = [at for at in map(text.find, self._stop) if at >= 0]
        if ends:
            self.stopped, self._held = True, ""
            return text[: min(ends)]
        keep = max((_overlap(text, each) for each in self._stop), default=0)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]


def _overlap(text: str, stop: str) -> int:
    """Length of the longest proper beginning of `stop` that `text` ends with."""
    for length in range(min(len(stop) - 1, len(text)), 0, -1):
        if text.endswith(stop[:length]):
            return length
    return 0
