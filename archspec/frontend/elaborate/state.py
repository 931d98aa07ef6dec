"""What grows as a network is elaborated: its nodes, scopes, names and complaints, and what it has
cost.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from archspec import limits
from archspec.diagnostics import Complaints, Diagnostic, Span, at_line
from archspec.frontend.elaborate.block_cache import BlockCache
from archspec.frontend.elaborate.budget import Budget, Exceeded
from archspec.frontend.elaborate.names import Names
from archspec.frontend.elaborate.observer import Observer
from archspec.frontend.elaborate.scope import (
    FAILED,
    Context,
    Environment,
    Feed,
    Home,
    Site,
    has_unknown,
)
from archspec.frontend.elaborate.words import where_called
from archspec.frontend.expressions.values import show
from archspec.frontend.program.formulas import Formula, Located, Silenced
from archspec.frontend.program.program import Item, Program
from archspec.graph import Bindings, Node, Scope
from archspec.layers import Layer
from archspec.layers.base import Inferred

CarryOut = Callable[["State", Any, Site], Feed | None]
"""Carries out an operation at a site: what it gives on, ``None`` where the chain goes on from
before it.
"""


class ArgumentPlan(NamedTuple):
    """The arguments of a layer of the text: constant ones, computed ones with the ``defaults``
    they come from, the names of those that are layers themselves, and the layers made so far.
    """

    constants: dict[str, Any]
    computed: tuple[tuple[str, Callable[[Any], Any], int | None], ...]
    inner: tuple[str, ...]
    layers: dict[str, Layer]


class LayerCache:
    """The layers made so far, each once, and what they make of inputs: shared by the networks of
    one compiler.

    ``plans`` go by the identity of arguments, so the ``programs`` that these belong to must live.
    """

    def __init__(self) -> None:
        self.layers: dict[tuple[str, str], Layer] = {}
        self.called: dict[tuple[int, str], Layer] = {}
        self.inferred: dict[tuple[Any, ...], Inferred] = {}
        self.plans: dict[tuple[Any, ...], ArgumentPlan] = {}
        self.programs: list[Program] = []


class State:
    """A network as it is elaborated.

    ``left_out`` are the items that a ``when`` has left out, each time. ``bypasses`` maps what an
    item gives to the next item, where that takes other tensors. ``needed`` are the tensors that the
    model ends in or that something with a mistake would have taken, and ``unseen`` says that it may
    have taken any that has a name. ``twins`` are the nodes by name where the program reuses items.
    ``operations`` says what carries out each kind of them. ``homes`` are the specs whose text is
    carried out, by their keys, and ``ends`` the paths that those which are blocks end in.
    """

    def __init__(
        self,
        program: Program,
        cache: LayerCache,
        problems: Iterable[Diagnostic],
        observer: Observer,
        operations: Mapping[type, CarryOut],
        budget: Budget,
    ) -> None:
        self.program = program
        self.observer = observer
        self.operations = operations
        self.cache = cache
        cache.programs.append(program)
        self.problems = Complaints(problems)
        self.complained = {(problem.code, problem.span) for problem in self.problems}
        self.nodes: list[Node] = []
        self.twins: dict[str, Node] = {}
        self.scopes: list[Scope] = []
        self.names = Names()
        self.outputs: dict[str, Feed] = {}
        self.inputs: Mapping[str, Feed] = {}
        self.optional: frozenset[str] = frozenset()
        self.bypasses: dict[str, Item] = {}
        self.left_out: list[Item] = []
        self.unseen = False
        self.needed: set[str] = set()
        self.budget = budget
        self.blocks = BlockCache(self.nodes, self.scopes, self.names, self.needed)
        self.variables = Environment(None, {}, self.budget, [])
        self.homes = {"": Home(program, self.variables)}
        self._add_parts(program, "")
        self.reuses = any(home.program.reuses for home in self.homes.values())
        self.ends: list[str] = []

    def _add_parts(self, program: Program, key: str) -> None:
        for name, part in program.parts.items():
            inner = f"{key}{name}/"
            variables = Environment(None, {}, self.budget, [])
            self.homes[inner] = Home(part.program, variables, part)
            self._add_parts(part.program, inner)

    def home(self, context: Context) -> Home:
        """The spec whose text is carried out in a context."""
        return self.homes[context.home]

    def lost(self, *feeds: Feed, unseen: bool = False) -> Feed:
        """What something with a mistake gives: a broken feed. What it takes is no dead end;
        ``unseen`` where that is not known.
        """
        self.needed.update(feed.name for feed in feeds)
        self.unseen |= unseen
        return Feed("", None)

    # --- complaints

    def complain(self, problem: Diagnostic, context: Context | None = None) -> None:
        """Gather a complaint, with the calls that lead to a context; each line's only once."""
        key = (problem.code, problem.span)
        self.budget.mistaken()
        if key not in self.complained:
            self.complained.add(key)
            notes = (*problem.notes, *where_called(context.frame if context else None))
            self.problems.append(problem._replace(notes=notes))

    def guarded(
        self, compute: Callable[[Any], Any], scope: Any, context: Context | None = None
    ) -> Any:
        """A computed value; `FAILED` where it is wrong, with a complaint, or where it depends on
        something that is wrong.
        """
        try:
            return compute(scope)
        except (Located, Silenced) as error:
            return self.failed(error, scope, context)

    def foreseen(self, name: str, environment: Environment, context: Context | None = None) -> Any:
        """The value of a variable that nothing uses yet, `FAILED` where it is wrong, with a
        complaint; ``None`` where it computes with ``null``, which is a mistake of whatever uses it.
        """
        try:
            return environment.lookup(name)
        except (Located, Silenced) as error:
            if isinstance(error, Located) and error.of_null:
                return None
            return self.failed(error, environment, context)

    def failed(self, error: Located | Silenced, scope: Any, context: Context | None) -> Any:
        """`FAILED`, with a complaint about its cause if it has none."""
        if isinstance(error, Located):
            problem = error.diagnostic
            about = (
                error.about
                and isinstance(scope, Environment)
                and self.variable_in_words(error.about, scope, problem.span)
            )
            notes = (*problem.notes, about) if about else problem.notes
            self.complain(problem._replace(notes=notes), context)
        return FAILED

    def variable_in_words(self, name: str, environment: Environment, seen_from: Span) -> str | None:
        """The value of a variable and where that is written; ``None`` if it is not one of the
        spec's, seen from there.
        """
        formula = self.own_variable(name, environment)
        if formula is None:
            return None
        shown = f"is {show(formula.data)}" if formula.constant else "is computed"
        return f"`${name}` {shown} {at_line(formula.value.span, seen_from)}"

    def own_variable(self, name: str, environment: Environment) -> Formula | None:
        """The formula of a variable of the spec; ``None`` if there is none, or a nearer name
        hides it.
        """
        formula = self.program.variables.get(name)
        outer: Environment | None = environment
        while outer is not None and outer is not self.variables:
            outer = outer.parent
        hidden = (
            formula is None
            or outer is None
            or formula.value.data is None
            or self.variables.values[name] is not environment.nearest(name)
        )
        return None if hidden else formula

    def condition(self, when: Formula, site: Site) -> Any:
        """Whether a ``when`` holds, or `FAILED`."""
        value = self.guarded(when.evaluate, site.environment, site.context)
        if value is True or value is False or value is FAILED:
            return value
        code = "unknown-size" if has_unknown(value) else "wrong-value"
        message, label = "`when` must be true or false", f"this gives {show(value)}"
        help = "compare: `$x > 0`, `$x == 'text'`"
        self.complain(Diagnostic(code, message, when.value.span, label, (), help), site.context)
        return FAILED

    # --- nodes and scopes

    def add(self, node: Node, site: Site) -> Feed:
        """Add a layer: what it gives."""
        self.nodes.append(node)
        if self.reuses:
            self.twins[node.name] = node
        self.observer.node_added(node, site)
        if len(self.nodes) > limits.LAYERS:
            self.check_size(node.span)
        return Feed(node.name, node.output)

    def check_size(self, place: Span, more: int = 0) -> None:
        """Raise `Exceeded` where the network, with ``more`` layers, is too large."""
        if len(self.nodes) + more > limits.LAYERS:
            message = f"this network has more than {limits.LAYERS:,} layers"
            raise Exceeded(message, place, "look for a `repeat` in a `repeat`")
        self.budget.check(place)

    def enter(
        self, kind: str, label: str, site: Site, place: Span, arguments: Bindings = ()
    ) -> Context:
        """The context inside a piece of structure; its names get the prefix of ``site.name``, if
        there is one.
        """
        context, named = site.context, site.name
        if context.depth >= limits.CALL_DEPTH:
            message = (
                f"groups, branches and blocks are more than {limits.CALL_DEPTH} deep in one another"
                " here"
            )
            repeats = len(set(context.blocks)) < len(context.blocks)
            help = "look for blocks that call one another in a long row"
            if repeats:
                help = f"`{context.blocks[-1]}` calls itself: end it earlier, by a `when`"
            raise Exceeded(message, place, help)
        path = named.path if named else context.prefix
        if len(path) > limits.NAME_LENGTH:
            message = f"the path of this item has more than {limits.NAME_LENGTH:,} characters"
            raise Exceeded(message, place, "choose shorter names")
        scope = len(self.scopes)
        self.scopes.append(Scope(path, kind, label, context.scope, place, arguments=arguments))
        if named is None:
            return context._replace(scope=scope, depth=context.depth + 1)
        automatic = context.automatic if named.written else path
        return context.inside(scope, path, automatic)

    def only_feed(self, what: str, site: Site, place: Span) -> Feed:
        """The one tensor that a piece of structure takes."""
        if site.sources:
            role = site.sources[0].role
            message = f"{what} has no roles, and `from` names `{role}`"
            help = "name the tensor alone, `from: x`; the items inside can name others by role"
            self.complain(Diagnostic("wrong-inputs", message, place, help=help), site.context)
            return self.lost(*site.feeds, site.previous)
        if len(site.feeds) == 1:
            return site.feeds[0]
        message = f"{what} takes one tensor, and gets {len(site.feeds)}"
        help = "name one in `from`; the items inside can name others"
        self.complain(Diagnostic("wrong-inputs", message, place, help=help), site.context)
        return self.lost(*site.feeds)
