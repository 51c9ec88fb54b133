"""What a GGUF file says about itself, read without llama.cpp.

A damaged or hostile file must be told apart here: llama.cpp's own parser has had
memory errors, and it does not say why it refuses a file. Only the header is read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from jupyter_llmchat.errors import ModelUnavailable

from .ggml import FILE_TYPES, TENSOR_TYPES
from .header import Header, Unsound
from .model_file import DOWNLOAD_AGAIN, damaged, opened, shown

VERSIONS = (2, 3)
MAX_SETTINGS = 1 << 12
MAX_TENSORS = 1 << 16
MAX_DIMENSIONS = 4

_MISTAKEN = {b"<": "a web page", b"vers": "a Git LFS pointer", b"PK": "a ZIP archive"}
_LARGEST_SIZE = 1 << 24
_ALIGNMENTS = [1 << n for n in range(17)]


@dataclass(frozen=True, kw_only=True)
class GgufInfo:
    """A file whose header is sound and whose weights are all there."""

    name: str
    architecture: str
    quantization: str | None
    parameters: int
    """Weights in all tensors."""
    context_length: int | None
    """Tokens the model was trained for."""
    size_bytes: int
    n_tensors: int
    cell_values: int | None = None
    """Numbers that one token takes in the KV cache; None if the header does not say."""


class _NotAModel(Exception):
    """The file is something else; the text continues its name."""


def check(path: Path) -> GgufInfo:
    """Reads the header; raises ModelUnavailable for what llama.cpp could not load."""
    with opened(path) as file:
        try:
            return _info(Header(file), path.stem)
        except Unsound as error:
            raise damaged(path, str(error)) from error
        except _NotAModel as error:
            raise ModelUnavailable(f"{shown(path)} {error}.", DOWNLOAD_AGAIN) from error


def _info(header: Header, file_name: str) -> GgufInfo:
    _check_start(header)
    n_tensors = header.count("tensors", MAX_TENSORS)
    n_settings = header.count("settings", MAX_SETTINGS)
    settings = {header.text(): header.value() for _ in range(n_settings)}
    architecture = settings.get("general.architecture")
    if not architecture:
        raise Unsound("it names no architecture")
    if (kind := settings.get("general.type", "model")) != "model":
        raise _NotAModel(f"is not a language model but of type {kind!r}")
    context = settings.get(f"{architecture}.context_length")
    file_type = settings.get("general.file_type")
    return GgufInfo(
        name=str(settings.get("general.name") or file_name),
        architecture=str(architecture),
        quantization=FILE_TYPES.get(file_type) if isinstance(file_type, int) else None,
        parameters=_parameters(header, n_tensors, _alignment(settings)),
        context_length=context if isinstance(context, int) else None,
        size_bytes=header.size,
        n_tensors=n_tensors,
        cell_values=_cell_values(str(architecture), settings),
    )


def _cell_values(
    architecture: str, settings: dict[str, str | int | float | None]
) -> int | None:
    """At most what llama.cpp takes: a layer that keeps less counts like the others."""

    def number(name: str) -> int:
        value = settings.get(f"{architecture}.{name}")
        return value if isinstance(value, int) and 0 < value < _LARGEST_SIZE else 0

    layers, heads = number("block_count"), number("attention.head_count")
    # Where layers differ this is a list, which is not read.
    kept = number("attention.head_count_kv") or heads
    usual = number("embedding_length") // heads if heads else 0
    key = number("attention.key_length") or usual
    value = number("attention.value_length") or usual
    return layers * kept * (key + value) or None


def _check_start(header: Header) -> None:
    if header.size == 0:
        raise _NotAModel("is empty")
    magic = header.read(min(4, header.size))
    if magic != b"GGUF":
        what = (name for start, name in _MISTAKEN.items() if magic.startswith(start))
        raise _NotAModel(f"is not a GGUF model but {next(what, 'something else')}")
    version = header.u32()
    if version not in VERSIONS:
        raise _NotAModel(f"has GGUF version {version}; versions 2 and 3 can be read")


def _alignment(settings: dict[str, str | int | float | None]) -> int:
    alignment = settings.get("general.alignment", 32)
    if not isinstance(alignment, int) or alignment not in _ALIGNMENTS:
        raise Unsound(f"its alignment is {alignment!r}")
    return alignment


def _parameters(header: Header, n_tensors: int, alignment: int) -> int:
    """Weights in all tensors; raises when the file ends before the last of them."""
    parameters = end = 0
    for _ in range(n_tensors):
        tensor = _tensor(header, alignment)
        parameters += tensor.weights
        end = max(end, tensor.end)
    if not parameters:
        raise Unsound("it holds no weights")
    end += math.ceil(header.at / alignment) * alignment
    if end > header.size:
        raise Unsound(f"{end - header.size} of its {end} bytes are missing")
    return parameters


@dataclass(frozen=True, kw_only=True)
class _Tensor:
    weights: int
    end: int
    """The byte after the last, counted from where the weights start."""


def _tensor(header: Header, alignment: int) -> _Tensor:
    name = header.text()
    n_dimensions = header.count("dimensions", MAX_DIMENSIONS, wide=False)
    shape = [header.u64() for _ in range(n_dimensions)]
    kind = TENSOR_TYPES.get(number := header.u32())
    offset = header.u64()
    if kind is None:
        raise Unsound(f"{name!r} is of the unknown type {number}")
    if not shape or shape[0] % kind.block or offset % alignment:
        raise Unsound(f"{name!r} does not fit its type {kind.name}")
    weights = math.prod(shape)
    return _Tensor(
        weights=weights, end=offset + weights // kind.block * kind.size_bytes
    )
