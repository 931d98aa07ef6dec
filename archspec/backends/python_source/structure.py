"""Branches, residuals and side paths → statements."""

from __future__ import annotations

from archspec.backends.python_source.facts import one, steps_in
from archspec.backends.python_source.tensors import NameWriter
from archspec.backends.python_source.values import Scope
from archspec.backends.python_source.words import Code, Template
from archspec.backends.python_source.writer import Place
from archspec.frontend.elaborate.recording import Step, Visit
from archspec.frontend.program.formulas import Formula
from archspec.frontend.program.program import (
    Branches,
    Item,
    Items,
    Path,
    Residual,
    Reuse,
    SideOutput,
)
from archspec.spelling import snake_case


class StructureWriter(NameWriter):
    """Writes the operations that hold items."""

    def items(self, items: Items, visits: list[Visit], place: Place, cur: str) -> str:
        """A list of items in a chain: the variable that holds what its last one gives on."""
        raise NotImplementedError

    def visits_of(self, steps: list[Step], items: Items) -> list[Visit]:
        """The visits of a list within some steps."""
        return [step.visits[id(items)] for step in steps]

    def decided(self, condition: Formula, scope: Scope) -> bool:
        """Whether nothing is left of a condition to decide when the code runs."""
        return self.values.is_foreign(condition.value.data) or self.values.is_known(
            [mention.name for mention in condition.mentions], scope
        )

    # --- branches

    def path(self, path: Path, steps: list[Step], place: Place, cur: str, target: str) -> str:
        """A branch or a shortcut: the variable that holds its end."""
        visits = self.visits_of(steps, path.items)
        outer = [visit.visible[1] for visit in visits]
        names = [
            visit.prefix[len(prefix) + 1 :] if prefix else visit.prefix
            for visit, prefix in zip(visits, outer, strict=True)
        ]
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

    def branches(
        self, item: Item, operation: Branches, steps: list[Step], place: Place, cur: str, feed: str
    ) -> str:
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
        result = self.layer(
            item, steps, place, cur, ends, operation.arguments, name, self.target(item, place)
        )
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

    # --- residuals

    def residual(
        self, item: Item, operation: Residual, steps: list[Step], place: Place, cur: str, feed: str
    ) -> str:
        """A main path, and its sum with the way around."""
        shortcut = operation.shortcut
        present = (
            steps
            if shortcut is None
            else [step for step in steps if id(shortcut.items) in step.visits]
        )
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
            end = (
                self.assign(self.names.new("shortcut", "residual"), end)
                if end == place.target
                else end
            )
        result = self.items(operation.items, main, place, feed)
        name = self.merge_name(present, place, "Add")

        def add() -> str:
            around = end
            if shortcut is not None and later:
                around = self.path(
                    shortcut, present, place, saved, self.names.new("shortcut", "residual")
                )
            return self.layer(
                item, present, place, cur, [result, around], {}, name, self.target(item, place)
            )

        total = (
            add()
            if condition is None
            else self.under(condition, place._replace(target=self.target(item, place)), result, add)
        )
        self.names.taken = self.names.taken - (
            {"shortcut", "residual"} - taken - {*self.held.values(), *self.fixed_tensors()}
        )
        return total

    def shortcut_condition(
        self, shortcut: Path | None, steps: list[Step], place: Place, cur: str
    ) -> Code | None:
        """When there is a way around, in words that mean the same before the main path and
        after it; ``None`` for always.
        """
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

    # --- outputs

    def side_output(
        self,
        item: Item,
        operation: SideOutput,
        steps: list[Step],
        place: Place,
        cur: str,
        feed: str,
    ) -> str:
        """A side path and its end, an output of the model; the main path goes on from before it."""
        number = self.module.outputs_begin(self)
        slot = self.slot(operation, steps)
        assert item.name is not None
        target = (
            self.own_variable(item)
            if id(item) in self.facts.held
            else self.names.new(item.name.text.replace("$", ""), "side")
        )
        inside = place._replace(target=target)
        end = self.items(operation.items, self.visits_of(steps, operation.items), inside, feed)
        if id(item) in self.facts.held or (end == feed and self.module.straight):
            end = self.assign(target, end)
        if id(item) in self.facts.tapped:
            self.tap(place.prefixes[0], end)
        self.module.outputs_end(self, number, end, target, slot)
        return cur

    def slot(self, operation: SideOutput, steps: list[Step]) -> str:
        """A variable for the place of an output that comes before those within it; nothing
        where there are none.
        """
        inner = (one for visit in self.visits_of(steps, operation.items) for one in steps_in(visit))
        if self.module.straight or not any(
            isinstance(one.item.operation, SideOutput) for one in inner
        ):
            return ""
        return self.assign(self.names.new("slot"), "len(outputs)")


def _looks_around(items: Items) -> bool:
    """Whether a list may take tensors from outside, or give some, so that it must be written
    where it runs.
    """
    for item in items.items:
        if item.sources is not None or isinstance(item.operation, Reuse | SideOutput):
            return True
        inner = getattr(item.operation, "items", None)
        lists = [inner] if isinstance(inner, Items) else []
        if isinstance(item.operation, Branches):
            lists += [path.items for path in item.operation.paths]
        if isinstance(item.operation, Residual) and item.operation.shortcut is not None:
            lists.append(item.operation.shortcut.items)
        if any(map(_looks_around, lists)):
            return True
    return False
