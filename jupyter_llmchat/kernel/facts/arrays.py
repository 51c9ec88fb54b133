"""Facts about numpy's arrays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from jupyter_llmchat.kernel.known_types import library_of, name_of
from jupyter_llmchat.kernel.shown_value import shown
from jupyter_llmchat.redaction import names_a_secret

from .columns import figures
from .inquiry import Inquiry
from .phrasing import date, listed, several, value_text

SMALL: Final = 12
"""Values of an array that are all told."""


def array_facts(name: str, array: Any, inquiry: Inquiry) -> Iterator[str]:
    """Of a value that is exactly an ndarray."""
    dtype = array.dtype
    kind = str(dtype) if library_of(type(dtype)) == "numpy" else name_of(type(dtype))
    is_secret = names_a_secret(name)
    summary = None if is_secret else inquiry.statistics.of(array)
    known = ""
    if summary is not None and dtype.kind in "iuf":
        known = figures(summary)
    elif summary is not None and dtype.kind == "M" and summary.minimum is not None:
        known = f", from {date(summary.minimum)} to {date(summary.maximum)}"
    shape = shown(array.shape)
    yield f"{name} is an ndarray with shape {shape} and dtype {kind}{known}."
    if summary is not None and summary.missing:
        yield f"{name} has {several(summary.missing, 'missing value')}."
    if is_secret or not (array.ndim == 1 and dtype.kind in "iufbUM" and array.size):
        return
    texts = [value_text(each) for each in array[:SMALL].tolist()]
    which = "values" if array.size <= SMALL else "first values"
    yield f"The {which} of {name} are {listed(texts)}."
