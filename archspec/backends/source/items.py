"""Lists of items, each with the steps that it made → the statements of a function."""

from __future__ import annotations

from typing import Any

from archspec.backends.source.calls import CallWriter
from archspec.backends.source.expressions import Known
from archspec.backends.source.facts import Varies, one, steps_in, within
from archspec.backends.source.layout import Brackets, Compound, Definition, Line, Piece, Statement, ended, has_table
from archspec.backends.source.repeats import header, rows_of
from archspec.backends.source.values import Bound, Scope
from archspec.backends.source.words import Code, Template, identifier, joined, quoted
from archspec.backends.source.writer import CHAIN, Loop, Place
from archspec.frontend import syntax
from archspec.frontend.formulas import Formula
from archspec.frontend.naming import snake_case
from archspec.frontend.recording import Step, Visit
from archspec.frontend.syntax import Item, Items, Path


class Unused(Exception):
    """The variable that counts a loop is not used."""


class ItemWriter(CallWriter):
    """Writes items."""

    def items(self, items: Items, visits: list[Visit], place: Place, cur: str) -> str:
        """A list of items in a chain: the variable that holds what its last one gives on."""
        for number, item in enumerate(items.items):
            if item.repeat is None:
                cur = self.once(item, [visit.steps[number][0] for visit in visits], place, cur)
            else:
                cur = self.repeated(item, visits, number, place, cur)
        return cur

    def once(self, item: Item, steps: list[Step], place: Place, cur: str) -> str:
        """One item, or one repetition of it."""
        present = [step for step in steps if step.present]
        if not present:
            self.fix(item.when, place, cur)
            return cur
        if item.when is None or item.when.constant:
            return self.operation(item, present, place, cur)
        raws = self.values.raws(item.when, [(step, step.environment) for step in steps])
        scope = self.seen(place, cur)
        if self.decided(item.when, scope):
            one(list(zip(steps, raws, strict=True)))
            return self.operation(item, present, place, cur)
        condition = self.values.code(item.when, raws, scope)
        if condition.text == "True":
            return self.operation(item, present, place, cur)
        return self.under(condition, place, cur, lambda: self.operation(item, present, place, cur))

    def decided(self, condition: Formula, scope: Scope) -> bool:
        """Whether nothing is left of a condition to decide when the code runs."""
        return self.values.is_foreign(condition.value.data) or self.values.is_known([mention.name for mention in condition.mentions], scope)

    def operation(self, item: Item, steps: list[Step], place: Place, cur: str) -> str:
        """What an item makes."""
        feeds = [cur] if item.sources is None else [self.source(item, number, steps, place, cur) for number in range(len(item.sources))]
        write = self.as_function if id(item) in self.facts.again and self.block_or_model_level() else self.written
        result = write(item, steps, place, cur, feeds)
        return self.finished(item, id(item), steps, place, cur, result)

    def written(self, item: Item, steps: list[Step], place: Place, cur: str, feeds: list[str]) -> str:
        """The statements of an item: the variable that holds what it gives on."""
        operation = item.operation
        if isinstance(operation, syntax.LayerCall | syntax.BlockCall):
            return self.called(item, steps, place, cur, feeds, self.target(item, place))
        if isinstance(operation, syntax.VariableCall):
            return self.variable_call(item, operation, steps, place, cur, feeds)
        if isinstance(operation, syntax.Reuse):
            return self.reuse(item, steps, place, feeds)
        inside = place if item.name is None else place.inside(self.item_name(item, steps, place, cur, ""))
        if isinstance(operation, syntax.Group):
            return self.items(operation.items, self.visits_of(steps, operation.items), inside, feeds[0])
        if isinstance(operation, syntax.SideOutput):
            return self.side_output(item, operation, steps, inside, cur, feeds[0])
        if isinstance(operation, syntax.Branches):
            return self.branches(item, operation, steps, inside, cur, feeds[0])
        assert isinstance(operation, syntax.Residual)
        return self.residual(item, operation, steps, inside, cur, feeds[0])

    def target(self, item: Item, place: Place) -> str:
        """The variable that an item's result goes into: its own where it is named again, else the chain's."""
        return self.own_variable(item) if id(item) in self.facts.held else place.target

    def own_variable(self, item: Item) -> str:
        """The variable of an item that is named again."""
        if id(item) not in self.held:
            assert item.name is not None
            base = item.name.text.replace("$", "").replace("(", "").replace(")", "")
            self.held[id(item)] = self.names.new(base, f"{base}_", f"{base}_out")
        return self.held[id(item)]

    def visits_of(self, steps: list[Step], items: Items) -> list[Visit]:
        """The visits of a list within some steps."""
        return [step.visits[id(items)] for step in steps]

    def variable_call(self, item: Item, call: syntax.VariableCall, steps: list[Step], place: Place, cur: str, feeds: list[str]) -> str:
        """A call of what a variable names: written as a call of that, where it is always the same."""
        found = self.peek(call.variable, self.seen(place, cur))
        if len({step.target for step in steps}) == 1:
            self.fix_sources(found.sources)
            return self.called(item, steps, place, cur, feeds, self.target(item, place))
        if isinstance(found.meaning, Known):
            raise Varies([(step, step.target) for step in steps])
        return self.several_targets(item, steps, place, cur, feeds, self.target(item, place))

    # --- names in `from`

    def source(self, item: Item, number: int, steps: list[Step], place: Place, cur: str) -> str:
        """The variable that holds the tensor that a name stands for."""
        kind = one([(step, step.taken[number].kind) for step in steps])
        if kind == "prev":
            return cur
        if kind == "input":
            path = one([(step, step.taken[number].path) for step in steps])
            return self.inputs_by_name()[path]
        part = self.facts.simple.get((id(item), number))
        if part is not None:
            return self.held[part]
        assert item.sources is not None
        level = one([(step, step.taken[number].level) for step in steps])
        self.flags.add("tensors")
        text = self.values.name(item.sources[number], steps, self.seen(place, cur))
        return f"tensors[{self.text_of(joined(place.prefixes[level], text))}]"

    def inputs_by_name(self) -> dict[str, str]:
        """The inputs of the block or the model, and their variables."""
        raise NotImplementedError

    def finished(self, item: Item | Path, part: int, steps: list[Step], place: Place, cur: str, result: str) -> str:
        """The result of an item, kept where it is named again."""
        if part in self.facts.held and isinstance(item, Item) and not isinstance(item.operation, syntax.SideOutput):
            result = self.kept(self.own_variable(item), result, place)
        if part in self.facts.tapped and isinstance(item, Item) and not isinstance(item.operation, syntax.SideOutput):
            template = self.item_name(item, steps, place, cur, "")
            self.tap(joined(place.prefixes[0], template), result)
        return result

    def kept(self, variable: str, result: str, place: Place) -> str:
        """A result in a variable of its own."""
        last = self.body[-1] if self.body else None
        if result == place.target and isinstance(last, Line) and last.target == result:
            last.target = variable
            return variable
        return self.assign(variable, result)

    def tap(self, path: Template, result: str) -> None:
        """Keep a tensor by its path."""
        self.flags.add("tensors")
        self.emit(Line(result, f"tensors[{self.text_of(path)}]"))

    # --- structure

    def path(self, path: Path, steps: list[Step], place: Place, cur: str, target: str) -> str:
        """A branch or a shortcut: the variable that holds its end."""
        visits = self.visits_of(steps, path.items)
        cut = [len(visit.step.visit.prefix) for visit in visits if visit.step is not None]
        del cut
        outer = [visit.visible[1] for visit in visits]
        names = [visit.prefix[len(prefix) + 1 :] if prefix else visit.prefix for visit, prefix in zip(visits, outer, strict=True)]
        name = self.step_name([self.step_of(visit) for visit in visits], names, path.label)
        inside = place.inside(name)._replace(target=target)
        end = self.items(path.items, visits, inside, cur)
        part = id(path.items)
        if part in self.facts.held:
            self.held[part] = self.names.new(path.label, f"{path.label}_")
            end = self.kept(self.held[part], end, inside)
        if part in self.facts.tapped:
            self.tap(inside.prefixes[0], end)
        return end

    def step_of(self, visit: Visit) -> Step:
        """The step that a visit is a part of."""
        assert visit.step is not None
        return visit.step

    def there(self, path: Path, steps: list[Step], place: Place, cur: str) -> bool:
        """Whether there is such a branch. Raises `Varies` where there is one only sometimes."""
        found: bool = one([(step, id(path.items) in step.visits) for step in steps])
        if path.when is not None:
            self.fix(path.when, place, cur)
        return found

    def branches(self, item: Item, operation: syntax.Branches, steps: list[Step], place: Place, cur: str, feed: str) -> str:
        """Branches and the layer that merges them."""
        ends, own = [], []
        for path in operation.paths:
            if self.there(path, steps, place, cur):
                own.append(self.names.new(path.label, f"{path.label}_branch"))
                ends.append(self.path(path, steps, place, feed, own[-1]))
        if len(ends) == 1:
            return ends[0]
        kind = one([(step, step.node.layer.kind() if step.node else "") for step in steps])
        if operation.merge.compute is not None:
            self.fix(operation.merge, place, cur)
        name = self.merge_name(steps, place, kind)
        result = self.layer(item, steps, place, cur, ends, operation.arguments, name, self.target(item, place))
        for variable in own:
            if variable not in self.held.values():
                self.names.free(variable)
        return result

    def merge_name(self, steps: list[Step], place: Place, kind: str) -> Template:
        """The automatic name of the layer that a merge or a residual adds."""
        names = []
        for step in steps:
            assert step.node is not None
            prefix = step.path if step.written else step.visit.prefix
            names.append(step.node.name[len(prefix) + 1 :] if prefix else step.node.name)
        return self.step_name(steps, names, snake_case(kind))

    def residual(self, item: Item, operation: syntax.Residual, steps: list[Step], place: Place, cur: str, feed: str) -> str:
        """A main path, and its sum with the way around."""
        shortcut = operation.shortcut
        present = steps if shortcut is None else [step for step in steps if id(shortcut.items) in step.visits]
        main = self.visits_of(steps, operation.items)
        taken = self.names.taken
        if not present:
            assert shortcut is not None
            self.fix(shortcut.when, place, cur)
            return self.items(operation.items, main, place, feed)
        condition = self.shortcut_condition(shortcut, steps, place, cur)
        later = condition is not None or (shortcut is not None and _looks_around(shortcut.items))
        saved = end = feed
        if feed == place.target and (shortcut is None or later or not shortcut.items.items):
            saved = end = self.assign(self.names.new("shortcut", "residual"), feed)
        if shortcut is not None and not later:
            end = self.path(shortcut, present, place, saved, self.names.new("shortcut", "residual"))
            end = self.assign(self.names.new("shortcut", "residual"), end) if end == place.target else end
        result = self.items(operation.items, main, place, feed)
        name = self.merge_name(present, place, "Add")

        def add() -> str:
            around = end
            if shortcut is not None and later:
                around = self.path(shortcut, present, place, saved, self.names.new("shortcut", "residual"))
            return self.layer(item, present, place, cur, [result, around], {}, name, self.target(item, place))

        total = add() if condition is None else self.under(condition, place._replace(target=self.target(item, place)), result, add)
        self.names.taken = self.names.taken - ({"shortcut", "residual"} - taken - {*self.held.values(), *self.fixed_tensors()})
        return total

    def shortcut_condition(self, shortcut: Path | None, steps: list[Step], place: Place, cur: str) -> Code | None:
        """When there is a way around, in words that mean the same before the main path and after it; ``None`` for always."""
        if shortcut is None or shortcut.when is None or shortcut.when.constant:
            return None
        raws = self.values.raws(shortcut.when, [(step, step.environment) for step in steps])
        scope = self.seen(place, cur)
        if self.decided(shortcut.when, scope):
            one(list(zip(steps, raws, strict=True)))
            return None
        code = self.values.code(shortcut.when, raws, scope)
        if code.text == "True":
            return None
        if code.text.isidentifier() or ".shape" not in code.text:
            return code
        return Code(self.assign(self.names.new("has_shortcut"), code.text))

    def side_output(self, item: Item, operation: syntax.SideOutput, steps: list[Step], place: Place, cur: str, feed: str) -> str:
        """A side path and its end, an output of the model; the main path goes on from before it."""
        number = self.module.outputs_begin(self)
        slot = self.slot(operation, steps)
        assert item.name is not None
        target = self.own_variable(item) if id(item) in self.facts.held else self.names.new(item.name.text.replace("$", ""), "side")
        inside = place._replace(target=target)
        end = self.items(operation.items, self.visits_of(steps, operation.items), inside, feed)
        if id(item) in self.facts.held or (end == feed and self.module.straight):
            end = self.assign(target, end)
        if id(item) in self.facts.tapped:
            self.tap(place.prefixes[0], end)
        self.module.outputs_end(self, number, end, target, slot)
        return cur

    def slot(self, operation: syntax.SideOutput, steps: list[Step]) -> str:
        """A variable for the place of an output that comes before those within it; nothing where there are none."""
        inner = (one for visit in self.visits_of(steps, operation.items) for one in steps_in(visit))
        if self.module.straight or not any(isinstance(one.item.operation, syntax.SideOutput) for one in inner):
            return ""
        return self.assign(self.names.new("slot"), "len(outputs)")

    # --- repetitions

    def repeated(self, item: Item, visits: list[Visit], number: int, place: Place, cur: str) -> str:
        """An item that repeats: a loop, or one repetition after the other where they differ in more than their variables."""
        steps = [visit.steps[number] for visit in visits]
        assert item.repeat is not None
        if not any(steps):
            self.fix(item.repeat, place, cur)
            return cur
        most = max(map(len, steps))
        if not (most == 1 and (item.repeat.constant or self.decided(item.repeat, place.scope))):
            state = self.state()
            for counts in (True, False):
                try:
                    return self.loop(item, visits, number, place, cur, counts=counts)
                except Unused:
                    self.restore(state)
                except Varies:
                    self.restore(state)
                    break
        self.fix(item.repeat, place, cur)
        one([(visit, len(several)) for visit, several in zip(visits, steps, strict=True)])
        for index in range(most):
            here = [several[index] for several in steps]
            rows = [rows_of(step) for step in here]
            row = one(list(zip(here, map(repr, rows), strict=True))) and rows[0]
            known = {name: Bound(Known(value)) for name, value in {**row, "i": index}.items()}
            cur = self.once(item, here, place._replace(scope={**place.scope, **known}), cur)
        return cur

    def state(self) -> Any:
        """What a loop that cannot be written must leave as it was."""
        sets = list(self.body), set(self.used), set(self.flags)
        kept = (*sets, dict(self.held), dict(self.variables), list(self.first), dict(self.local), dict(self.functions))
        return kept, self.names.taken, self.clobbered, self.depth, len(self.loops), self.module.outputs_state()

    def restore(self, state: Any) -> None:
        """Go back to a state."""
        kept, self.names.taken, self.clobbered, self.depth, loops, outputs = state
        body, self.used, self.flags, self.held, self.variables, self.first, self.local, self.functions = kept
        self.body[:] = body
        del self.loops[loops:]
        self.module.outputs_restore(outputs)

    def loop(self, item: Item, visits: list[Visit], number: int, place: Place, cur: str, *, counts: bool) -> str:
        """A loop. Raises `Varies` where it cannot be written, and `Unused` where it ``counts`` for nothing."""
        steps = [step for visit in visits for step in visit.steps[number]]
        assert item.repeat is not None
        raws = self.values.raws(item.repeat, [(visit, visit.repeats[number]) for visit in visits])
        scope = self.seen(place, cur)
        taken = self.names.taken
        head = header(self, item.repeat, raws, scope, visits)
        index = self.names.new("i", "j", "k", "n") if counts else "_"
        sources = self.sources(item.repeat, scope)
        bound = {name: Bound(Code(text), sources) for name, text in head.names.items()}
        bound["i"] = Bound(Code(index))
        inner = place._replace(scope={**place.scope, **bound})
        self.clobbered |= place.target == self.input
        self.loops.append(Loop(id(item), index))
        body: list[Statement] = []
        used, self.used = self.used, set()
        with self.nested(body):
            result = self.once(item, steps, inner, place.target)
            if result != place.target:
                self.assign(place.target, result)
        inside, self.used = self.used, used | self.used
        self.loops.pop()
        if counts and index not in inside:
            raise Unused
        self.names.taken = self.names.taken - ((set(head.variables) | {index}) - taken)
        if not body:
            return cur
        if cur != place.target:
            self.assign(place.target, cur)
        over = head.written(inside, index)
        if not isinstance(over, str) and over.open.endswith("enumerate(") and has_table(over):
            rows = self.names.new("rows")
            self.assign(rows, over.items[0])
            over = over._replace(items=(rows,))
            self.names.free(rows)
        self.emit(Compound(over, body))
        return place.target

    # --- layers used again

    def block_or_model_level(self) -> bool:
        """Whether what is written here runs once in its function, whatever happens."""
        return not self.depth

    def as_function(self, item: Item, steps: list[Step], place: Place, cur: str, feeds: list[str]) -> str:
        """An item that is used again: a function within the function, called now and later."""
        assert item.name is not None
        name = self.names.new(f"apply_{identifier(item.name.text)}")
        name = self.functions.setdefault(id(item), name)
        given = [CHAIN] if len(feeds) == 1 else [self.names.new("a", "b", "c") for _ in feeds]
        body: list[Statement] = []
        outer, self.body, self.clobbered = self.body, body, True
        result = self.written(item, steps, place._replace(target=CHAIN), given[0], given)
        self.body = outer
        self.emit(Definition(name, given, ended(body, result)))
        return self.assign(self.target(item, place), f"{name}({', '.join(feeds)})")

    def reuse(self, item: Item, steps: list[Step], place: Place, feeds: list[str]) -> str:
        """The layers of an item, once more: a call of its function, or all written out one after the other."""
        origins = {self.facts.origins.get(id(step), 0) for step in steps}
        if len(origins) == 1 and (function := self.functions.get(origins.pop())) is not None:
            return self.assign(self.target(item, place), f"{function}({', '.join(feeds)})")
        return self.written_out(steps, place, feeds)

    def written_out(self, steps: list[Step], place: Place, feeds: list[str]) -> str:
        """The layers of an item, once more, one after the other."""
        if len(steps) > 1:
            raise Varies([(step, step.path) for step in steps])
        step = steps[0]
        graph = self.facts.recording.graph
        made = [graph.nodes[number] for number in step.nodes]
        home = self.facts.activation(step.visit)
        variables = dict(zip(home.step.feeds if home.step else graph.inputs, self.given(), strict=False)) | dict(zip(step.feeds, feeds, strict=True))
        uses = [name for node in made for name in node.inputs]
        for number, node in enumerate(made):
            following = made[number + 1].inputs if number + 1 < len(made) else ()
            chained = number + 1 == len(made) or (uses.count(node.name) == 1 and node.name in following)
            chained = chained and node.name not in graph.outputs.values()
            later = {variables[name] for after in made[number + 1 :] for name in after.inputs if name in variables}
            target = place.target if chained and place.target not in later else self.names.new(node.name.rpartition(".")[2])
            inputs = [variables.get(name) or self.from_outside(name) for name in node.inputs]
            kind = node.layer.kind()
            again: Piece
            if node.weights_of is None:
                again = Brackets(f"{self.module.kind(kind)}(", (*self.module.plain(node.layer), f"name={quoted(node.name)}"), ")")
            else:
                self.flags.add("shared")
                again = f"shared[{quoted(node.weights_of)}]"
            variables[node.name] = self.assign(target, self.applied(kind, again, inputs, frozen=not node.layer.trainable))
            self.keep_paths(step, node.name, variables[node.name])
        end = step.result
        for path, name in self.facts.kept.items():
            inside = any(one is step for one in within(self.facts.recording.owners[path][0]))
            if inside and path != step.path and name in variables and not any(one.name == name for one in made):
                self.tap((path,), variables[name])
        self.outputs_of(step, variables)
        return variables[end] if end in variables else feeds[0]

    def outputs_of(self, step: Step, variables: dict[str, str]) -> None:
        """Further outputs of the model that an item used again ends in."""
        for path, name in self.facts.recording.graph.outputs.items():
            owner = self.facts.recording.owners.get(path)
            if owner is not None and any(one is step for one in within(owner[0])):
                number = self.module.outputs_begin(self)
                self.module.outputs_end(self, number, variables[name], "")

    def keep_paths(self, step: Step, node: str, variable: str) -> None:
        """Keep what a node gives under the names that are read elsewhere."""
        for path, name in self.facts.kept.items():
            if name == node and path != step.path and any(one.reused for one in within(self.facts.recording.owners[path][0])):
                self.tap((path,), variable)

    def from_outside(self, name: str) -> str:
        """A tensor that an item used again takes from outside."""
        self.flags.add("tensors")
        return f"tensors[{quoted(name)}]"

    def given(self) -> list[str]:
        """The variables that hold what the function is given."""
        return list(self.inputs_by_name().values()) or [self.input]


def _looks_around(items: Items) -> bool:
    """Whether a list may take tensors from outside, or give some, so that it must be written where it runs."""
    for item in items.items:
        if item.sources is not None or isinstance(item.operation, syntax.Reuse | syntax.SideOutput):
            return True
        inner = getattr(item.operation, "items", None)
        lists = [inner] if isinstance(inner, Items) else []
        if isinstance(item.operation, syntax.Branches):
            lists += [path.items for path in item.operation.paths]
        if isinstance(item.operation, syntax.Residual) and item.operation.shortcut is not None:
            lists.append(item.operation.shortcut.items)
        if any(map(_looks_around, lists)):
            return True
    return False
