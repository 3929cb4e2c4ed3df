"""The mean field of the model as SBML Level 3 Version 2, for other simulators.

States are parameters with rate rules; what several equations use has an assignment rule of its own.
Times are days.
"""

from __future__ import annotations

import html
import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from remyelin.engine.graph import CONDITIONS, LEAVES, Op
from remyelin.engine.mean_field import MeanField, mean_field
from remyelin.errors import SimulationError
from remyelin.model.mean import DISCRETE_RULES, HELD
from remyelin.parameters import ParameterTable
from remyelin.standards.mathml import Writer, shared
from remyelin.standards.typical import typical_patient

NAMESPACE = "http://www.sbml.org/sbml/level3/version2/core"
XHTML = "http://www.w3.org/1999/xhtml"


BLIND = "where it asks whether today brought an event: in the mean no day does"


def identifier(leaf: str) -> str:
    """Give the identifier of a leaf ``part.field``."""
    return leaf.replace(".", "_")


def sbml(table: ParameterTable) -> str:
    """Write the mean field of the typical untreated patient from disease onset.

    Parameters
    ----------
    table
        Parameters.

    Raises
    ------
    SimulationError
        Two quantities would have one identifier.
    """
    return _Document(table, mean_field(table)).text()


class _Document:
    def __init__(self, table: ParameterTable, field: MeanField) -> None:
        self.table = table
        self.field = field
        self.graph = field.graph
        self.state, self.others = typical_patient(table)
        self.fixed = self._fixed()
        self.helpers = self._helpers()
        self.names = {node: f"x{k}" for k, node in enumerate(self.helpers, 1)}
        self.root = Element("sbml", xmlns=NAMESPACE, level="3", version="2")
        self.model = SubElement(
            self.root, "model", id="remyelin_mean_field", name="remyelin, mean field"
        )
        self.writer = Writer(self.graph, self._name)

    def text(self) -> str:
        """Give the whole file."""
        self._notes()
        self._quantities()
        self._initial()
        self._rules()
        indent(self.root)
        body = tostring(self.root, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'

    def _fixed(self) -> set[int]:
        """Nodes that depend on parameters and traits alone."""
        found = set[int]()
        for node in self.graph.needed(self.field.nodes):
            what = self.graph.nodes[node]
            own = what.op is not Op.VALUE or self._is_trait(what.label)
            if own and found.issuperset(what.inputs):
                found.add(node)
        return found

    def _helpers(self) -> list[int]:
        """Nodes with names of their own: what is shared, and what stays the same throughout."""
        found = set(shared(self.graph, self.field.nodes))
        for node in self.graph.needed(self.field.nodes):
            if node not in self.fixed:
                for k in self.graph.nodes[node].inputs:
                    if k in self.fixed and self.graph.nodes[k].op not in LEAVES | CONDITIONS:
                        found.add(k)
        return sorted(found)

    def _is_trait(self, leaf: str) -> bool:
        return leaf in self.others and not leaf.startswith("levels.")

    def _name(self, node: int) -> str:
        what = self.graph.nodes[node]
        if node in self.names:
            return self.names[node]
        return identifier(what.label) if what.op in LEAVES and what.op is not Op.CONSTANT else ""

    def _read(self) -> set[str]:
        nodes = (self.graph.nodes[n] for n in self.graph.needed(self.field.nodes))
        return {node.label for node in nodes if node.op in {Op.PARAMETER, Op.VALUE}}

    def _notes(self) -> None:
        def paragraph(body: Element, text: str) -> None:
            SubElement(body, "p").text = text

        body = SubElement(SubElement(self.model, "notes"), "body", xmlns=XHTML)
        paragraph(
            body,
            "Mean field of the remyelin model of multiple sclerosis: draws replaced by their "
            "means, counts by their rates, guarded stages by what they do in the limit of short "
            "steps. One typical untreated patient from disease onset; time in days. Research "
            "software: not for decisions about any person.",
        )
        paragraph(body, f"Hash of the parameter table: {self.table.digest()}")
        paragraph(body, "Discrete rules that are left out:")
        rules = SubElement(body, "ul")
        for text in (*DISCRETE_RULES, *(why for _, why in HELD.values())):
            SubElement(rules, "li").text = text
        paragraph(body, "Stages that are left out:")
        stages = SubElement(body, "ul")
        for stage, why in self.field.left_out.items():
            SubElement(stages, "li").text = f"{stage}: {why}"
        for stage in self.field.blind:
            SubElement(stages, "li").text = f"{stage}, {BLIND}"

    def _quantities(self) -> None:
        listing = SubElement(self.model, "listOfParameters")
        taken = set[str]()

        def add(name: str, value: float | None, label: str, *, constant: bool) -> None:
            if name in taken or not re.fullmatch(r"[A-Za-z_]\w*", name):
                raise SimulationError(f"SBML cannot take the identifier {name!r} twice or at all")
            taken.add(name)
            entry = SubElement(
                listing, "parameter", id=name, constant="true" if constant else "false"
            )
            if value is not None:
                entry.set("value", repr(float(value)))
            if label:
                entry.set("name", html.unescape(label))

        read = self._read()
        for key in sorted(read & set(self.field.parameters)):
            parameter = self.table[key]
            label = f"{parameter.meaning} ({parameter.value:g} {parameter.unit}; {parameter.mark})"
            add(key, self.field.parameters[key], label, constant=True)
        for leaf in sorted(read & set(self.others)):
            add(identifier(leaf), self.others[leaf], leaf, constant=self._is_trait(leaf))
        for leaf in self.field.slopes:
            add(identifier(leaf), self.state[leaf], leaf, constant=False)
        for leaf in (*self.field.settled, *self.field.rates):
            more = " (expected per day)" if leaf in self.field.rates else ""
            add(identifier(leaf), None, f"{leaf}{more}", constant=False)
        for node in self.helpers:
            add(self.names[node], None, "", constant=node in self.fixed)

    def _initial(self) -> None:
        listing = SubElement(self.model, "listOfInitialAssignments")
        for node in self.helpers:
            if node in self.fixed:
                entry = SubElement(listing, "initialAssignment", symbol=self.names[node])
                self.writer.math(entry, node, whole=True)

    def _rules(self) -> None:
        listing = SubElement(self.model, "listOfRules")

        def add(kind: str, name: str, node: int, *, whole: bool = False) -> None:
            entry = SubElement(listing, kind, variable=name)
            self.writer.math(entry, node, whole=whole)

        for node in self.helpers:
            if node not in self.fixed:
                add("assignmentRule", self.names[node], node, whole=True)
        for leaf, node in (*self.field.settled.items(), *self.field.rates.items()):
            add("assignmentRule", identifier(leaf), node)
        for leaf, node in self.field.slopes.items():
            add("rateRule", identifier(leaf), node)
