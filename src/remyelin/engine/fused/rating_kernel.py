"""The kernel that rates blocks of patients on the day on which they stand."""

from __future__ import annotations

from remyelin.engine.fused import elementary, words
from remyelin.engine.fused.expressions import Expressions
from remyelin.engine.fused.layout import IDENTITY, LEAVES, PARTS
from remyelin.engine.fused.pieces import ATTRIBUTES, Kernel, Locals, declarations, loop
from remyelin.engine.fused.shared import Shared
from remyelin.engine.fused.text import Form, Writer
from remyelin.engine.graph import Graph
from remyelin.engine.tracer import TracedNumeric, node_of, parameters_of, values_of, word, words_of
from remyelin.model.assessment import RATING_BLOCKS, AssessmentParameters, assess
from remyelin.model.edss import Rating
from remyelin.model.stage import Purpose

NAME = "rate"

READS = ("deficit", "fluctuation", "tissue", "disease", "offsets")
"""Parts of a patient that a rating reads."""

_HEAD = (
    f"define void @{NAME}(ptr noalias %leaves, ptr noalias readonly %shared, i64 %blocks) "
    f"{ATTRIBUTES} {{"
)


def trace() -> tuple[Graph, dict[str, int]]:
    """Run the assessment once on symbols; gives the graph and the node of each score."""
    graph = Graph()
    rating = assess(
        TracedNumeric(graph),
        parameters_of(graph, AssessmentParameters),
        **{part: values_of(graph, PARTS[part], part) for part in READS},
        u=words_of(graph, Purpose.RATING, RATING_BLOCKS),
    )
    return graph, {name: node_of(graph, value) for name, value in rating._asdict().items()}


def write(form: Form) -> Kernel:
    """Write the kernel; results go to the arrays after the identities, in the order of `Rating`."""
    graph, scores = trace()
    shared, w = Shared(), Writer(form)
    needed = {graph.nodes[k].label for k in graph.needed(scores.values())}
    local = Locals(w, [leaf for leaf in LEAVES if leaf in needed])
    w.begin("entry")
    local.declare()
    w.line("br label %blocks_head")
    with loop(w, "blocks", "i64", ("0", "%blocks"), "entry") as block:
        offset = w.set(f"mul i64 {block}, {form.lanes}")
        local.load(offset)
        who = [local.column(len(LEAVES) + k, offset) for k in range(len(IDENTITY))]
        drawn = words.stream(w, who, who[-1], Purpose.RATING, RATING_BLOCKS)
        known = {word(Purpose.RATING, k): name for k, name in enumerate(drawn)}
        expressions = Expressions(
            w, graph, 0, shared, lambda label: known.get(label) or local.get(label)
        )
        results = expressions.write(scores[name] for name in Rating._fields)
        for k, value in enumerate(results):
            local.write(len(LEAVES) + len(IDENTITY) + k, offset, value)
    w.line("ret void")
    parts = (
        declarations(form),
        elementary.functions(form),
        words.functions(form),
        "\n".join([_HEAD, *w.lines, "}"]),
    )
    return Kernel("\n".join(parts), (graph,), shared)
