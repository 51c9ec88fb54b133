"""llama.cpp behind one file: a model, its vocabulary and one context.

Facts that this file stands on (llama-cpp-python 0.3.36): `kv_unified` must be on for
cells to be shared between sequences; misuse aborts the process, which is why it runs
in one of its own; a context belongs to one thread, only `abort` may be called from
another; a compute is aborted by a C callback, so no Python runs inside it.
"""

from __future__ import annotations

import ctypes
import os
from collections import deque
from collections.abc import Sequence
from typing import Any

import llama_cpp
import numpy as np
from numpy.typing import NDArray

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.errors import GenerationFailed, ModelUnavailable
from jupyter_llmchat.language_model import SamplingParams

from .model import Aborted, NoRoom, Row

KNOWN_VERSION = "0.3.36"
ASK_AGAIN = "Ask again; if it stays, run `jupyter llmchat doctor`."
PENALTY_WINDOW = 64
"""Tokens back that the repetition penalty looks."""
LONGEST_TEXT = 1 << 15
"""Tokens back that the other penalties look at most."""

_KV_TYPES = {
    "f16": llama_cpp.GGML_TYPE_F16,
    "q8_0": llama_cpp.GGML_TYPE_Q8_0,
    "q4_0": llama_cpp.GGML_TYPE_Q4_0,
}


class LlamaLog:
    """llama.cpp's log, kept in memory instead of printed.

    One for the process: it has to outlive everything that llama.cpp does.
    """

    def __init__(self, lines: int = 200) -> None:
        self.lines: deque[str] = deque(maxlen=lines)
        # Kept as an attribute: llama.cpp holds only a bare pointer to it.
        self._callback = llama_cpp.llama_log_callback(self._take)
        llama_cpp.llama_log_set(self._callback, None)

    def last_problem(self) -> str:
        """The newest line that tells of a failure; empty without one."""
        words = ("error", "failed", "unable", "invalid", "unsupported", "unknown")
        for line in reversed(self.lines):
            if any(word in line.lower() for word in words):
                return line
        return ""

    def _take(self, _level: int, text: bytes, _data: Any) -> None:
        line = text.decode("utf-8", errors="replace").strip()
        if line:
            self.lines.append(line)


class LlamaModel:
    """A loaded model with its context; implements Model.

    Raises ModelUnavailable when it cannot be loaded. All methods but `abort` belong to
    the thread that runs the engine.
    """

    def __init__(self, config: EngineConfig, log: LlamaLog) -> None:
        self._log = log
        _check_binding()
        llama_cpp.llama_backend_init()
        self._model = self._load(config)
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self.n_vocab = llama_cpp.llama_vocab_n_tokens(self._vocab)
        cores = physical_cores()
        # A step waits for its slowest thread at every barrier: a thread that has to
        # share its core holds up all. One core is left to everybody else.
        self.n_threads = config.n_threads or max(1, cores - 1)
        self._n_prefill_threads = config.n_threads or cores
        self._context = self._open(config)
        self._memory = llama_cpp.llama_get_memory(self._context)
        self.n_ctx: int = llama_cpp.llama_n_ctx(self._context)
        self.n_sequences = config.n_sequences
        self.n_batch: int = llama_cpp.llama_n_batch(self._context)
        self._batch = llama_cpp.llama_batch_init(self.n_batch, 0, 1)
        self._flag = _arm_abort(self._context)

    def _load(self, config: EngineConfig) -> Any:
        params = llama_cpp.llama_model_default_params()
        params.n_gpu_layers = config.n_gpu_layers
        params.load_mode = int(config.use_mmap) + 2 * int(config.use_mlock)
        model = llama_cpp.llama_model_load_from_file(
            os.fsencode(config.model_path), params
        )
        if not model:
            raise ModelUnavailable(
                f"The model file {config.model_path} cannot be loaded"
                f" ({self._log.last_problem() or 'no reason given'}).",
                "Download it again, or set another file with --LLMChatApp.model_path.",
            )
        if llama_cpp.llama_model_is_recurrent(model) or llama_cpp.llama_model_is_hybrid(
            model
        ):
            raise ModelUnavailable(
                "This model is recurrent or a hybrid: its memory cannot be cut back to"
                " a shared beginning, which this engine relies on.",
                "Use a transformer model, such as Llama, Qwen2.5, Qwen3 or SmolLM.",
            )
        return model

    def _open(self, config: EngineConfig) -> Any:
        params = llama_cpp.llama_context_default_params()
        trained = llama_cpp.llama_model_n_ctx_train(self._model)
        params.n_ctx = min(config.n_ctx, trained) or trained
        # A chunk of prompt, a token for every text, and one draft.
        params.n_batch = config.prefill_chunk + config.n_sequences + 8
        params.n_ubatch = params.n_batch
        params.n_seq_max = config.n_sequences
        params.n_threads = self.n_threads
        params.n_threads_batch = self._n_prefill_threads
        params.kv_unified = True
        params.flash_attn_type = int(config.flash_attention)
        params.type_k = params.type_v = _KV_TYPES[config.kv_type]
        context = llama_cpp.llama_init_from_model(self._model, params)
        if not context:
            raise ModelUnavailable(
                f"No context of {params.n_ctx} tokens could be made"
                f" ({self._log.last_problem() or 'no reason given'}).",
                "Set a smaller n_ctx, or close other programs.",
            )
        return context

    def in_force(self) -> dict[str, int | str]:
        """What has become of the settings, read back from the library."""
        context = self._context
        return {
            "n_ctx": llama_cpp.llama_n_ctx(context),
            "n_batch": llama_cpp.llama_n_batch(context),
            "n_ubatch": llama_cpp.llama_n_ubatch(context),
            "n_sequences": llama_cpp.llama_n_seq_max(context),
            "n_threads": self.n_threads,
            "n_ctx_trained": llama_cpp.llama_model_n_ctx_train(self._model),
            "model_mb": llama_cpp.llama_model_size(self._model) >> 20,
            "gpu": "possible" if llama_cpp.llama_supports_gpu_offload() else "no",
            "llama.cpp": llama_cpp.llama_version().decode(),
        }

    # -- vocabulary ---------------------------------------------------------------

    @property
    def bos(self) -> int | None:
        wanted = llama_cpp.llama_vocab_get_add_bos(self._vocab)
        return llama_cpp.llama_vocab_bos(self._vocab) if wanted else None

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        data = text.encode("utf-8", errors="replace")
        room = len(data) + 8
        tokens = (llama_cpp.llama_token * room)()
        count = llama_cpp.llama_tokenize(
            self._vocab, data, len(data), tokens, room, False, special
        )
        return list(tokens[: max(count, 0)])

    def piece(self, token: int, *, special: bool = False) -> bytes:
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            count = llama_cpp.llama_token_to_piece(
                self._vocab, token, buffer, size, 0, special
            )
            if count >= 0:
                return buffer.raw[:count]
            size = -count

    def is_end(self, token: int) -> bool:
        return bool(llama_cpp.llama_vocab_is_eog(self._vocab, token))

    def is_control(self, token: int) -> bool:
        attributes = llama_cpp.llama_vocab_get_attr(self._vocab, token)
        return bool(attributes & llama_cpp.LLAMA_TOKEN_ATTR_CONTROL)

    def token_text(self, name: str) -> str:
        token = getattr(llama_cpp, f"llama_vocab_{name}")(self._vocab)
        return "" if token < 0 else self.piece(token, special=True).decode()

    def chat_template(self) -> str | None:
        source = llama_cpp.llama_model_chat_template(self._model, None)
        return source.decode("utf-8", errors="replace") if source else None

    # -- context ------------------------------------------------------------------

    def decode(self, rows: Sequence[Row]) -> None:
        batch = self._batch
        batch.n_tokens = len(rows)
        for index, row in enumerate(rows):
            batch.token[index] = row.token
            batch.pos[index] = row.position
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = row.sequence
            batch.logits[index] = row.output
        code = llama_cpp.llama_decode(self._context, batch)
        if code == 1:
            raise NoRoom
        if code == 2:
            raise Aborted
        if code != 0:
            raise GenerationFailed(
                f"llama.cpp could not process the batch (code {code}:"
                f" {self._log.last_problem() or 'no reason given'}).",
                ASK_AGAIN,
            )

    def _logits(self, row: int) -> NDArray[np.float32]:
        """A view of llama.cpp's own memory, good until the next decode."""
        pointer = llama_cpp.llama_get_logits_ith(self._context, row)
        return np.ctypeslib.as_array(pointer, (self.n_vocab,))

    def mask(self, row: int, allowed: NDArray[np.bool_]) -> None:
        self._logits(row)[~allowed] = -np.inf

    def logprobs(self, row: int, tokens: Sequence[int]) -> list[float]:
        logits = self._logits(row)
        peak = logits.max()
        total = float(peak) + float(np.log(np.exp(logits - peak).sum()))
        return [float(logits[token]) - total for token in tokens]

    def likeliest(self, row: int, count: int) -> list[int]:
        logits = self._logits(row)
        count = min(count, int(np.isfinite(logits).sum()))
        if not count:
            return []
        best = np.argpartition(logits, -count)[-count:]
        return [int(each) for each in best[np.argsort(-logits[best])]]

    def trim(self, sequence: int, start: int) -> None:
        llama_cpp.llama_memory_seq_rm(self._memory, sequence, start, -1)

    def copy(self, source: int, target: int, length: int) -> None:
        llama_cpp.llama_memory_seq_cp(self._memory, source, target, 0, length)

    def save(self, sequence: int) -> bytes:
        size = llama_cpp.llama_state_seq_get_size(self._context, sequence)
        buffer = (ctypes.c_uint8 * size)()
        written = llama_cpp.llama_state_seq_get_data(
            self._context, buffer, size, sequence
        )
        return bytes(memoryview(buffer)[:written])

    def restore(self, sequence: int, data: bytes) -> None:
        buffer = (ctypes.c_uint8 * len(data)).from_buffer_copy(data)
        read = llama_cpp.llama_state_seq_set_data(
            self._context, buffer, len(data), sequence
        )
        if read != len(data):
            raise RuntimeError("a saved state does not fit: the cache is not known")

    def clear(self) -> None:
        llama_cpp.llama_memory_clear(self._memory, False)

    def set_threads(self, decode: int, prefill: int) -> None:
        self.n_threads = decode
        llama_cpp.llama_set_n_threads(self._context, decode, prefill)

    def sampler(self, params: SamplingParams) -> LlamaSampler:
        return LlamaSampler(self._context, self.n_vocab, params)

    # -- abort --------------------------------------------------------------------

    def abort(self) -> None:
        self._flag[0] = b"\x01"

    def arm(self) -> None:
        self._flag[0] = b"\x00"

    def close(self) -> None:
        llama_cpp.llama_batch_free(self._batch)
        llama_cpp.llama_free(self._context)
        llama_cpp.llama_model_free(self._model)


class LlamaSampler:
    """Draws tokens for one request; remembers what it drew for the penalty."""

    def __init__(self, context: Any, n_vocab: int, params: SamplingParams) -> None:
        self._context = context
        self._chain = llama_cpp.llama_sampler_chain_init(
            llama_cpp.llama_sampler_chain_default_params()
        )
        for stage in _sampler_stages(n_vocab, params):
            llama_cpp.llama_sampler_chain_add(self._chain, stage)

    def sample(self, row: int) -> int:
        return int(llama_cpp.llama_sampler_sample(self._chain, self._context, row))

    def close(self) -> None:
        llama_cpp.llama_sampler_free(self._chain)


def _sampler_stages(n_vocab: int, params: SamplingParams) -> list[Any]:
    penalties = _penalties(n_vocab, params)
    if params.temperature == 0:
        return [*penalties, llama_cpp.llama_sampler_init_greedy()]
    seed = llama_cpp.LLAMA_DEFAULT_SEED if params.seed is None else params.seed
    return [
        *penalties,
        llama_cpp.llama_sampler_init_top_k(params.top_k),
        llama_cpp.llama_sampler_init_top_p(params.top_p, 1),
        llama_cpp.llama_sampler_init_min_p(params.min_p, 1),
        llama_cpp.llama_sampler_init_temp(params.temperature),
        llama_cpp.llama_sampler_init_dist(seed & 0xFFFFFFFF),
    ]


def _penalties(n_vocab: int, params: SamplingParams) -> list[Any]:
    """Those for saying something again at all count over the whole text."""
    new = llama_cpp.llama_sampler_init_penalties
    found = [new(n_vocab, PENALTY_WINDOW, params.repeat_penalty, 0.0, 0.0)]
    counted = (params.frequency_penalty, params.presence_penalty)
    if any(counted):
        whole = min(params.max_tokens, LONGEST_TEXT)
        found.append(new(n_vocab, whole, 1.0, *counted))
    return found


def _check_binding() -> None:
    if llama_cpp.__version__ != KNOWN_VERSION:
        raise ModelUnavailable(
            f"llama-cpp-python is {llama_cpp.__version__}, this needs {KNOWN_VERSION}.",
            f"Run `pip install llama-cpp-python=={KNOWN_VERSION}`.",
        )


def physical_cores() -> int:
    """Those that can compute at once without sharing their units; at least 1."""
    import psutil

    return psutil.cpu_count(logical=False) or os.cpu_count() or 1


def _arm_abort(context: Any) -> Any:
    """Makes C's `strlen` of a one-character buffer the abort callback: it is true once
    the character is set, and no Python runs for it. Returns the buffer."""
    library = ctypes.cdll.msvcrt if os.name == "nt" else ctypes.CDLL(None)
    callback = ctypes.cast(library.strlen, llama_cpp.ggml_abort_callback)
    flag = ctypes.create_string_buffer(2)
    llama_cpp.llama_set_abort_callback(
        context, callback, ctypes.cast(flag, ctypes.c_void_p)
    )
    return flag
