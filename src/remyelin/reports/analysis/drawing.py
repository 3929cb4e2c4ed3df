"""What the pictures of an analysis share: style, frame, and files of them."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl

from remyelin.reports.figures import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS: Final = ("svg", "png")
"""Formats in which pictures are written."""

FOOT: Final = "remyelin, research software"
"""Text at the foot of every picture."""

_DOTS_PER_INCH: Final = 200
_SETTINGS: Final[dict[Any, Any]] = {
    "svg.hashsalt": "remyelin",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "axes.unicode_minus": False,
}
_METADATA: Final[dict[str, dict[str, Any]]] = {
    "png": {"Software": None},
    "svg": dict.fromkeys(("Creator", "Date", "Format", "Type")),
}
TEXT: Final[dict[str, Any]] = {"color": INK, "parse_math": False}
"""Style of all text; no name is read as a formula."""


def written(figure: Figure, kind: str) -> bytes:
    """Give the bytes of a picture file; the same figures give the same bytes.

    Parameters
    ----------
    figure
        A picture of an analysis.
    kind
        One of `FORMATS`.
    """
    sink = io.BytesIO()
    with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        # A name may hold signs that no installed font has.
        warnings.simplefilter("ignore", UserWarning)
        figure.savefig(sink, format=kind, dpi=_DOTS_PER_INCH, metadata=_METADATA[kind])
    return sink.getvalue()


def bare(axes: Axes, sides: Sequence[str]) -> None:
    """Leave only some sides of the frame.

    Parameters
    ----------
    axes
        What is drawn on.
    sides
        ``left``, ``bottom``, ``top``, ``right``.
    """
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(side in sides)
        axes.spines[side].set_color(INK)
    axes.tick_params(colors=INK, labelsize=10)
    axes.set_axisbelow(True)
