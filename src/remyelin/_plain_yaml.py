"""A YAML loader that yields plain data only."""

from __future__ import annotations

from typing import Any

import yaml

from remyelin._limits import variable
from remyelin.files import YAML_DEPTH_LIMIT, shown

_MOST_DIGITS = 400
"""Longest number; the largest real number in full has 309 digits."""


class PlainLoader(yaml.SafeLoader):
    """Safe loader without tags, anchors, aliases, dates, numbers to base 60 and repeated keys."""

    def __init__(self, stream: Any, *, most_values: int) -> None:
        super().__init__(stream)
        self._most = most_values
        self._depth = 0
        self._nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Next node, after a look at its event."""
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        self._nodes += 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _refusal("anchors (&) and aliases (*) are not allowed", event)
        if getattr(event, "tag", None) is not None:
            raise _refusal("tags (!) are not allowed", event)
        if self._nodes > self._most:
            allowed = f"{self._most:,} values are not allowed (see {variable('yaml_values')})"
            raise _refusal(f"more than {allowed}", event)
        if self._depth >= YAML_DEPTH_LIMIT:
            raise _refusal(f"nesting deeper than {YAML_DEPTH_LIMIT} is not allowed", event)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Build the mapping of a node; a key may stand once."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str | int | float | bool | None):
                raise _refusal("a key must be text or a number", key_node)
            if key in seen:
                raise _refusal(f"the key {shown(key)} stands twice", key_node)
            seen.add(key)
        return dict(super().construct_mapping(node, deep=deep))

    def construct_yaml_int(self, node: yaml.ScalarNode) -> Any:
        """Whole number; ``1:30`` is text, and very long ones are refused."""
        return super().construct_yaml_int(node) if _is_short(node) else node.value

    def construct_yaml_float(self, node: yaml.ScalarNode) -> Any:
        """Real number; ``1:30.5`` is text, and very long ones are refused."""
        return super().construct_yaml_float(node) if _is_short(node) else node.value


def _is_short(node: yaml.ScalarNode) -> bool:
    """Whether a number is one, and no clock time; takes no time however long the text is."""
    if len(node.value) > _MOST_DIGITS:
        raise _refusal(f"a number of more than {_MOST_DIGITS} characters is not allowed", node)
    return ":" not in node.value


PlainLoader.add_constructor("tag:yaml.org,2002:int", PlainLoader.construct_yaml_int)
PlainLoader.add_constructor("tag:yaml.org,2002:float", PlainLoader.construct_yaml_float)


def _refusal(problem: str, at: Any) -> yaml.MarkedYAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, at.start_mark)


PlainLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:merge")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
