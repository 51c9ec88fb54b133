"""Text held to a JSON schema: which tokens may come next, from llguidance's parser.

The mask of a step takes tens of microseconds, because the parser walks a trie of the
vocabulary instead of trying every token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from jupyter_llmchat.errors import BadRequest, GenerationFailed

from . import schema as json_schema

if TYPE_CHECKING:
    from llguidance import LLMatcher, LLTokenizer
    from numpy import bool_
    from numpy.typing import NDArray

SIMPLER = "Simplify the schema: fewer alternatives, patterns and properties."


class Words(Protocol):
    """What has to be known of a vocabulary; LlamaModel does."""

    n_vocab: int

    def tokenize(self, text: str, *, special: bool) -> list[int]: ...

    def piece(self, token: int, *, special: bool = False) -> bytes: ...

    def is_end(self, token: int) -> bool: ...

    def is_control(self, token: int) -> bool: ...


def lltokenizer(words: Words) -> LLTokenizer:
    """The vocabulary as llguidance wants it: half a second and 20 MB, once a model.

    Raises BadRequest for a model that has no token to end a text with.
    """
    from llguidance import LLTokenizer, TokenizerWrapper

    ends = [token for token in range(words.n_vocab) if words.is_end(token)]
    if not ends:
        raise BadRequest(
            "This model never says that a text ends, so it cannot be held to a schema.",
            "Ask without a schema, or use another model.",
        )
    wrapper = TokenizerWrapper(_Tokens(words, ends))
    slices = LLTokenizer.json_slices()
    return LLTokenizer(wrapper, words.n_vocab, eos_token=ends, slices=slices)


class _Tokens:
    """The names under which llguidance looks for a vocabulary."""

    def __init__(self, words: Words, ends: list[int]) -> None:
        every = range(words.n_vocab)
        self.eos_token_id = ends[0]
        self.bos_token_id = None
        self.tokens = [words.piece(token, special=True) for token in every]
        self.special_token_ids = [token for token in every if words.is_control(token)]
        self._words = words

    def __call__(self, text: str) -> list[int]:
        return self._words.tokenize(text, special=False)


class ConstraintFactory:
    """Makes the constraints of one model; `tokenizer` is of its vocabulary.

    It belongs to the engine's thread and must not outlive the model.
    """

    def __init__(self, tokenizer: LLTokenizer) -> None:
        self._tokenizer = tokenizer

    def make(self, schema: str) -> Constraint:
        """A constraint at its start. Raises BadRequest (or TooLarge) naming what in
        the schema is wrong or cannot be held to."""
        from llguidance import LLMatcher, LLParserLimits

        json_schema.check(schema)
        limits = LLParserLimits(verbose_errors=False)
        grammar = _grammar(schema)
        wrong, problems = LLMatcher.validate_grammar_with_warnings(
            grammar, self._tokenizer, limits=limits
        )
        if wrong or problems:
            raise _refused("; ".join(problems))
        matcher = LLMatcher(self._tokenizer, grammar, log_level=0, limits=limits)
        constraint = Constraint(matcher, self._tokenizer.vocab_size)
        try:
            constraint.allowed()
        except GenerationFailed as error:
            raise _refused(matcher.get_error()) from error
        return constraint


class Constraint:
    """Where one text is within its schema.

    The text is compact JSON: `", "` and `": "` between items and no other blanks, so
    that a model cannot spend its tokens on white space.
    """

    def __init__(self, matcher: LLMatcher, n_vocab: int) -> None:
        self._matcher = matcher
        self._n_vocab = n_vocab
        self._mask: NDArray[bool_] | None = None

    @property
    def is_complete(self) -> bool:
        """Whether the text is whole and nothing may follow it."""
        return self._matcher.is_stopped() and not self._matcher.is_error()

    def allowed(self) -> NDArray[bool_]:
        """Which tokens may come next, shape (n_vocab,); not to be written to.

        Tokens that end the text are allowed where it is whole. Raises
        GenerationFailed when the schema has become too complex to follow.
        """
        import numpy as np

        if self._mask is None:
            bits = np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8)
            self._raise_error()
            flags = np.unpackbits(bits, count=self._n_vocab, bitorder="little")
            self._mask = flags.view(np.bool_)
        return self._mask

    def accept(self, token: int) -> None:
        """The token has been said. Raises GenerationFailed if it was not allowed."""
        self._mask = None
        self._matcher.consume_token(token)
        self._raise_error()

    def forced(self) -> list[int]:
        """Tokens that have to come next, without asking the model; often none.

        They are not accepted yet.
        """
        return self._matcher.compute_ff_tokens()

    def _raise_error(self) -> None:
        if self._matcher.is_error():
            reason = _first_line(self._matcher.get_error())
            raise GenerationFailed(
                f"The text could not be held to its JSON schema ({reason}).", SIMPLER
            )


def _grammar(schema: str) -> str:
    """The overrides win over whatever options the schema brings along."""
    from llguidance import LLMatcher

    try:
        return LLMatcher.grammar_from_json_schema(
            schema,
            overrides={
                "item_separator": ", ",
                "key_separator": ": ",
                "whitespace_flexible": False,
                "coerce_one_of": False,
                "lenient": False,
            },
        )
    except ValueError as error:
        raise _refused(str(error)) from error


def _refused(reason: str) -> BadRequest:
    return BadRequest(
        f"The JSON schema cannot be used: {_in_words(reason)}.", _next_step(reason)
    )


def _in_words(reason: str) -> str:
    if reason.startswith("NoExtension"):
        return "no text satisfies it"
    if reason.startswith("Unable to determine"):
        return "its patterns are too complex together"
    lines = [line.strip() for line in reason.splitlines() if line.strip()]
    if reason.startswith("regex parse error"):
        return lines[-1].replace("error:", "bad pattern:")
    return lines[0].split(". Enable")[0]


def _next_step(reason: str) -> str:
    if "oneOf" in reason:
        return "Use anyOf, or options that exclude one another."
    if "retrieving" in reason:
        return "Put what $ref names into $defs of the same schema."
    if any(word in reason for word in ("fuel", "large", "complex", "determine")):
        return SIMPLER
    return "Correct the schema and ask again."


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0] or "no reason given"
