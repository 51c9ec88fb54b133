"""Who holds which cells of the KV cache: a radix tree over tokens.

Each node is a run of cells; its holders are the sequences that contain them. A fork
adds a holder to the cells it shares, so the tree counts every cell once, as llama.cpp
does. Two sequences that have each processed the same tokens hold different cells: such
runs stand beside each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(eq=False)
class Node:
    """A run of cells from position `start` on; the root holds none."""

    start: int
    tokens: list[int]
    parent: Node | None
    holders: set[int] = field(default_factory=set)
    children: list[Node] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.start + len(self.tokens)


@dataclass(frozen=True)
class Match:
    """The longest beginning of some tokens that is in the cache."""

    length: int
    sequence: int | None
    """One that holds it; None for a length of 0."""


class CellTree:
    """All cells in use, by the tokens they were computed from."""

    def __init__(self) -> None:
        self._root = Node(0, [], None)
        self._tails: dict[int, Node] = {}
        """The last node of each sequence that has cells."""
        self.used = 0
        """Cells held by any sequence."""

    def length(self, sequence: int) -> int:
        """Cells of a sequence, shared ones included."""
        tail = self._tails.get(sequence)
        return 0 if tail is None else tail.end

    def tokens(self, sequence: int) -> list[int]:
        """What a sequence's cells were computed from."""
        found: list[int] = []
        for node in reversed([*self._path(sequence)]):
            found += node.tokens
        return found

    def held_by(self, sequences: set[int]) -> int:
        """Cells that any of these holds."""
        nodes = (node for node in self._nodes() if node.holders & sequences)
        return sum(len(node.tokens) for node in nodes)

    def match(self, tokens: Sequence[int]) -> Match:
        """Looks into the middle of runs too; changes nothing."""
        best = Match(0, None)
        todo = [self._root]
        while todo:
            for child in todo.pop().children:
                same = shared(child.tokens, tokens, child.start)
                if child.start + same > best.length:
                    best = Match(child.start + same, min(child.holders))
                if same == len(child.tokens):
                    todo.append(child)
        return best

    def fork(self, source: int, target: int, length: int) -> None:
        """The empty `target` holds the first `length` cells of `source` too."""
        for node in [*self._path(source)]:
            if node.start >= length:
                continue
            if node.end > length:
                self._split(node, length)
            node.holders.add(target)
            if node.end == length:
                self._tails[target] = node

    def extend(self, sequence: int, tokens: Sequence[int]) -> None:
        """New cells behind those that the sequence has."""
        tail = self._tails.get(sequence, self._root)
        if tail is self._root or tail.holders != {sequence} or tail.children:
            node = Node(tail.end, list(tokens), tail, {sequence})
            tail.children.append(node)
            self._tails[sequence] = node
        else:
            tail.tokens += tokens
        self.used += len(tokens)

    def trim(self, sequence: int, length: int) -> None:
        """The sequence gives up its cells from `length` on; unheld ones are free."""
        for node in [*self._path(sequence)]:
            if node.end <= length:
                self._tails[sequence] = node
                return
            if node.start < length:
                self._split(node, length)
                self._let_go(node.children[-1], sequence)
                self._tails[sequence] = node
                return
            self._let_go(node, sequence)
        self._tails.pop(sequence, None)

    def check(self) -> None:
        """Raises RuntimeError when the accounts do not add up."""
        nodes = [*self._nodes()]
        if self.used != sum(len(node.tokens) for node in nodes):
            raise RuntimeError(f"{self.used} cells counted, others in the tree")
        for node in nodes:
            above = node.parent
            fits = above is self._root or (above and node.holders <= above.holders)
            if not (node.tokens and node.holders and fits):
                raise RuntimeError(f"a run at {node.start} is held by nobody above")

    def _path(self, sequence: int) -> Iterator[Node]:
        """From the sequence's last node up."""
        node = self._tails.get(sequence)
        while node is not None and node.parent is not None:
            yield node
            node = node.parent

    def _nodes(self) -> Iterator[Node]:
        todo = [*self._root.children]
        while todo:
            node = todo.pop()
            yield node
            todo += node.children

    def _split(self, node: Node, position: int) -> None:
        """Makes the run end at `position`; the rest becomes its only child."""
        at = position - node.start
        rest = Node(position, node.tokens[at:], node, {*node.holders}, node.children)
        for child in rest.children:
            child.parent = rest
        node.tokens, node.children = node.tokens[:at], [rest]
        for sequence in rest.holders:
            if self._tails[sequence] is node:
                self._tails[sequence] = rest

    def _let_go(self, node: Node, sequence: int) -> None:
        node.holders.discard(sequence)
        if not node.holders and node.parent is not None:
            node.parent.children.remove(node)
            self.used -= len(node.tokens)


def shared(run: Sequence[int], tokens: Sequence[int], start: int = 0) -> int:
    """How many tokens of `run` are those of `tokens` from `start` on."""
    length = min(len(run), len(tokens) - start)
    if length <= 0:
        return 0
    # Lists compare at C speed: mostly all is the same, or the first is not.
    if run[:length] == tokens[start : start + length]:
        return length
    for index in range(length):
        if run[index] != tokens[start + index]:
            return index
    return length
