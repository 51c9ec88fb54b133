from __future__ import annotations

import ctypes
from pathlib import Path

import llama_cpp
import pytest

from jupyter_llmchat.models.ggml import FILE_TYPES, TENSOR_TYPES, TensorType

FIX = "models/ggml.py does not fit the pinned llama.cpp; it should hold"


@pytest.fixture(scope="module")
def ggml() -> ctypes.CDLL:
    folder = Path(llama_cpp.__file__).parent / "lib"
    library = ctypes.CDLL(str(next(folder.glob("*ggml-base.*"))))
    library.ggml_type_name.restype = ctypes.c_char_p
    library.ggml_blck_size.restype = ctypes.c_int64
    library.ggml_type_size.restype = ctypes.c_size_t
    return library


def test_tensor_types_are_those_of_the_library(ggml: ctypes.CDLL) -> None:
    real = {
        number: TensorType(
            ggml.ggml_type_name(number).decode(),
            ggml.ggml_blck_size(number),
            ggml.ggml_type_size(number),
        )
        for number in range(llama_cpp.GGML_TYPE_COUNT)
    }
    real = {number: kind for number, kind in real.items() if kind.block}
    assert real == TENSOR_TYPES, f"{FIX} {real}"


def test_file_types_are_those_of_the_library() -> None:
    real = {
        number: name.removeprefix("LLAMA_FTYPE_").split("_", 1)[1]
        for name, number in vars(llama_cpp).items()
        if name.startswith("LLAMA_FTYPE_") and name != "LLAMA_FTYPE_GUESSED"
    }
    assert real == FILE_TYPES, f"{FIX} {real}"
