"""The picture of a protocol: its steps as bars on days, as SVG or PNG."""

from __future__ import annotations

import io
from typing import Final

from remyelin.reports.protocols import dose_of, horizon, spells
from remyelin.therapies.protocol import Protocol, StepKind

_COLOURS: Final = {
    StepKind.MOBILISATION: "#4c78a8",
    StepKind.COLLECTION: "#72b7b2",
    StepKind.CONDITIONING: "#e45756",
    StepKind.SEROTHERAPY: "#f58518",
    StepKind.INFUSION: "#54a24b",
    StepKind.SUPPORT: "#9d9da1",
    StepKind.DRUG: "#4c78a8",
}
_OTHER: Final = "#b279a2"
FORMATS = ("svg", "png")
"""Kinds of pictures."""


def picture(protocol: Protocol, kind: str) -> bytes:
    """Draw a protocol.

    Parameters
    ----------
    protocol
        The protocol, a sequence written out.
    kind
        One of `FORMATS`.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    steps = [step for step in protocol.steps if step.day is not None]
    until = horizon(protocol)
    figure = Figure(figsize=(8.0, 1.4 + 0.34 * max(len(steps), 1)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for row, step in enumerate(steps):
        bars = [(first, max(end - first, until / 200)) for first, end in spells(step, until)]
        axes.broken_barh(
            bars, (row - 0.35, 0.7), facecolors=_COLOURS.get(step.kind, _OTHER), linewidth=0
        )
    names = [f"{step.agent}\n{dose_of(step)}" for step in steps]
    axes.set_yticks(range(len(steps)), names, fontsize=7)
    axes.set_ylim(len(steps) - 0.4, -0.6)
    axes.set_xlim(0, until)
    axes.set_xlabel("day of the protocol")
    if protocol.day_zero:
        axes.axvline(protocol.day_zero, color="black", linewidth=0.8, linestyle=":")
        axes.text(protocol.day_zero, -0.6, " day 0", fontsize=7, va="bottom")
    axes.set_title(protocol.label, fontsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    stream = io.BytesIO()
    dates = {"Date": None} if kind == "svg" else {}
    figure.savefig(stream, format=kind, dpi=150, metadata=dates)
    return stream.getvalue()
