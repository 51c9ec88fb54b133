"""Walks a cell's syntax tree as Python runs it: which names are read, set and changed.

Where it cannot know which way a program goes, a name counts as set, and what is read
afterwards still counts as read from before.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from .syntax import arguments, declared, names_set, root, strings

MUTATORS: Final = frozenset(
    (
        *("add", "append", "clear", "discard", "extend", "insert", "pop", "popitem"),
        *("remove", "reverse", "setdefault", "sort", "update"),
        *("backward", "compile", "fit", "load_state_dict", "partial_fit", "step"),
    )
)
"""Methods that change what they are called on; the names are those in common use."""

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True)
class _Scope:
    kind: Literal["function", "class", "comprehension"]
    local: set[str]
    outer: frozenset[str] = frozenset()
    """Names that it declares global."""


@dataclass
class Reader(ast.NodeVisitor):
    """Visit a module with it, then look at its sets."""

    uses: set[str] = field(default_factory=set)
    defines: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    deletes: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    """What is set within other things: `sales["margin"] =`, `self.size =`."""

    _bound: set[str] = field(default_factory=set)
    """Set at this point, whichever way the program went."""
    _later: set[str] = field(default_factory=set)
    """Read in functions, so when they are called."""
    _scopes: list[_Scope] = field(default_factory=list)
    _branches: int = 0

    def visit_Module(self, node: ast.Module) -> None:
        self._all(node.body)
        self.uses |= self._later - self.defines

    # -- names ------------------------------------------------------------------------

    def _read(self, name: str) -> None:
        innermost = len(self._scopes) - 1
        deferred = False
        for place in range(innermost, -1, -1):
            scope = self._scopes[place]
            deferred |= scope.kind == "function"
            if name in scope.outer:
                deferred |= self._in_function()
                break
            # Functions do not see the names of the class around them.
            if name in scope.local and (scope.kind != "class" or place == innermost):
                return
        if deferred:
            self._later.add(name)
        elif name not in self._bound:
            self.uses.add(name)

    def _write(self, name: str, past_loops: bool = False) -> None:
        scopes = self._scopes
        if past_loops:
            scopes = [each for each in scopes if each.kind != "comprehension"]
        if not scopes:
            self.defines.add(name)
            self.deletes.discard(name)
            self._bound.add(name)
        elif name in scopes[-1].outer:
            self.defines.add(name)
        elif scopes[-1].kind == "class":
            scopes[-1].local.add(name)

    def _delete(self, name: str) -> None:
        self._read(name)
        if self._scopes:
            return
        self._bound.discard(name)
        if not self._branches:
            self.defines.discard(name)
            self.deletes.add(name)

    def _in_function(self) -> bool:
        return any(each.kind == "function" for each in self._scopes)

    def _changed(self, node: ast.expr) -> None:
        name = root(node)
        if name and not self._scopes:
            self.changes.add(name)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._read(node.id)
        elif isinstance(node.ctx, ast.Store):
            self._write(node.id)
        else:
            self._delete(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._changed(node)
            self.keys.add(node.attr)
        self.visit(node.value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._changed(node)
            self.keys |= strings(node.slice)
        self.visit(node.value)
        self.visit(node.slice)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        called = node.func
        if isinstance(called, ast.Attribute) and (
            called.attr in MUTATORS or any(map(_in_place, node.keywords))
        ):
            self._changed(called)

    # -- statements -------------------------------------------------------------------

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        self._all(node.targets)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self._read(node.target.id)
        self.visit(node.value)
        self.visit(node.target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self.visit(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self._write(node.target.id, past_loops=True)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            if name != "*":
                self._write(name)
                if not self._scopes:
                    self.imports.add(name)

    visit_ImportFrom = visit_Import

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self._either(node.body, node.orelse)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self._either([node.target, *node.body], ())
        self._either(node.orelse, ())

    visit_AsyncFor = visit_For

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self._either(node.body, ())
        self._either(node.orelse, ())

    def visit_Try(self, node: ast.Try) -> None:
        before = set(self._bound)
        self._either([*node.body, *node.orelse], *([each] for each in node.handlers))
        after, self._bound = self._bound, before
        self._all(node.finalbody)
        self._bound |= after

    def visit_TryStar(self, node: Any) -> None:
        # It has the same parts.
        self.visit_Try(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.visit(node.type)
        if self._scopes or not node.name:
            return self._all(node.body)
        # The name is gone when the handler ends.
        self._bound.add(node.name)
        self._all(node.body)
        self._bound.discard(node.name)

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        self._either((), *([each] for each in node.cases))

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        self.generic_visit(node)
        if node.name:
            self._write(node.name)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.generic_visit(node)
        if node.rest:
            self._write(node.rest)

    def _all(self, nodes: Iterable[ast.AST]) -> None:
        for each in nodes:
            self.visit(each)

    def _either(self, *ways: Sequence[ast.AST]) -> None:
        """Afterwards only that is surely set which is set in each of the ways."""
        before = self._bound
        self._branches += 1
        ends = []
        for nodes in ways:
            self._bound = set(before)
            self._all(nodes)
            ends.append(self._bound)
        self._branches -= 1
        self._bound = set.intersection(*ends)

    # -- scopes -----------------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._all(node.decorator_list)
        self._signature(node.args)
        if node.returns is not None:
            self.visit(node.returns)
        self._write(node.name)
        self._function(node, node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._signature(node.args)
        self._function(node, [node.body])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._all((*node.decorator_list, *node.bases, *node.keywords))
        self._scopes.append(_Scope("class", set(), declared(node.body, ast.Global)))
        self._all(node.body)
        self._scopes.pop()
        self._write(node.name)

    def _signature(self, args: ast.arguments) -> None:
        self._all(args.defaults)
        self._all(each for each in args.kw_defaults if each is not None)
        for each in arguments(args):
            if each.annotation is not None:
                self.visit(each.annotation)

    def _function(self, node: FunctionNode, body: Sequence[ast.AST]) -> None:
        outer = declared(body, ast.Global)
        local = names_set(body) | {each.arg for each in arguments(node.args)}
        # Python 3.12's type parameters.
        local |= {each.name for each in getattr(node, "type_params", ())}
        local -= outer | declared(body, ast.Nonlocal)
        self._scopes.append(_Scope("function", local, outer))
        self._all(body)
        self._scopes.pop()

    def visit_ListComp(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    ) -> None:
        first = node.generators[0]
        self.visit(first.iter)
        targets = [each.target for each in node.generators]
        self._scopes.append(_Scope("comprehension", names_set(targets)))
        for each in node.generators:
            if each is not first:
                self.visit(each.iter)
            self._all(each.ifs)
        if isinstance(node, ast.DictComp):
            self._all((node.key, node.value))
        else:
            self.visit(node.elt)
        self._scopes.pop()

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp


def _in_place(keyword: ast.keyword) -> bool:
    value = keyword.value
    given = isinstance(value, ast.Constant) and value.value is True
    return keyword.arg == "inplace" and given
