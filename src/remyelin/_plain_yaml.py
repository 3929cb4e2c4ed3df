"""A YAML loader that yields plain data only."""

from __future__ import annotations

from typing import Any

import yaml

from remyelin.files import YAML_DEPTH_LIMIT, YAML_NODE_LIMIT, shown


class PlainLoader(yaml.SafeLoader):
    """Safe loader without tags, anchors, aliases, dates and repeated keys."""

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
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
        if self._nodes > YAML_NODE_LIMIT:
            raise _refusal(f"more than {YAML_NODE_LIMIT:,} values are not allowed", event)
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
