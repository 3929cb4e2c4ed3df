"""The design: simulator runs at many places, kept line by line so that they can be resumed."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, qmc

from remyelin.calibration.coordinates import Coordinate, values_of
from remyelin.calibration.simulator import Size, simulate
from remyelin.core.digest import provenance
from remyelin.credibility.running import Entry
from remyelin.errors import OutputError, ParameterError
from remyelin.inputs import Inputs
from remyelin.trials.worker import prepare_worker


@dataclass(frozen=True, kw_only=True)
class DesignSettings:
    """What all runs of a design have in common.

    Attributes
    ----------
    runs
        Studies and cohorts that are simulated.
    coordinates
        What is moved.
    size, seed
        Size of the simulation, and seed of its random numbers.
    """

    runs: tuple[str, ...]
    coordinates: tuple[Coordinate, ...]
    size: Size
    seed: int

    def about(self) -> dict[str, object]:
        """Say what the runs of a file have in common; another value is another design."""
        return {
            "format": 1,
            "runs": list(self.runs),
            "coordinates": [f"{c.name}: {' '.join(c.keys)}" for c in self.coordinates],
            "size": asdict(self.size),
            "seed": self.seed,
            "code": provenance().digest(),
        }


@dataclass(frozen=True, kw_only=True)
class Point:
    """A place of the design: its wave, its number there, its coordinates and its replicate."""

    wave: str
    number: int
    x: tuple[float, ...]
    replicate: int


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the simulator gave at a place.

    Attributes
    ----------
    point
        The place.
    values
        Run, name of the figure, and its natural value; None where it could not be estimated.
    units
        Patients or events behind each measure, and patients of each run under the name ``""``.
    """

    point: Point
    values: Mapping[str, Mapping[str, float | None]]
    units: Mapping[str, Mapping[str, float]]


def latin_hypercube(
    coordinates: int, points: int, *, seed: int, wave: str, spread: float = 1.0
) -> tuple[Point, ...]:
    """Spread places over the prior, one replicate of its own for each.

    Parameters
    ----------
    coordinates, points
        Number of coordinates and of places.
    seed
        Seed of the design.
    wave
        Name of the wave.
    spread
        Standard deviation of the places; 1 is the prior itself.
    """
    drawn = qmc.LatinHypercube(coordinates, seed=seed).random(points)
    places = spread * norm.ppf(drawn)
    return tuple(
        Point(wave=wave, number=k, x=tuple(map(float, row)), replicate=k)
        for k, row in enumerate(places)
    )


def read(path: Path, settings: DesignSettings) -> tuple[Outcome, ...]:
    """Read the runs that are there; none where the file does not exist.

    Raises
    ------
    OutputError
        The file holds the runs of another design.
    """
    if not path.exists():
        return ()
    lines = path.read_text(encoding="utf-8").splitlines()
    about = _loaded(lines[0]) if lines else None
    if about != settings.about():
        raise OutputError(
            f"{path} holds runs of another design, or of another version of the program.\n"
            "Name another folder, or remove the file to begin anew."
        )
    return tuple(_outcome(found) for line in lines[1:] if (found := _loaded(line)) is not None)


def _loaded(line: str) -> dict[str, object] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None  # the last line of a run that was killed
    return found if isinstance(found, dict) else None


def _outcome(found: Mapping[str, object]) -> Outcome:
    point = found["point"]
    assert isinstance(point, dict)
    return Outcome(
        point=Point(**{**point, "x": tuple(point["x"])}),
        values=found["values"],  # type: ignore[arg-type]
        units=found["units"],  # type: ignore[arg-type]
    )


def run(
    points: Sequence[Point],
    settings: DesignSettings,
    path: Path,
    *,
    entries: Sequence[Entry],
    inputs: Inputs,
    workers: int,
    tell: Callable[[int, int], None] | None = None,
) -> tuple[Outcome, ...]:
    """Simulate the places that are not in the file yet, and give all of them.

    Parameters
    ----------
    points
        Places of one or several waves.
    settings
        What they have in common.
    path
        File to which each run is added as soon as it is done.
    entries
        Studies and cohorts of the settings' runs.
    inputs
        Parameters with their priors, definitions and protocols.
    workers
        Processes.
    tell
        Told how many are done, of how many.

    Raises
    ------
    OutputError
        The file holds the runs of another design.
    """
    done = {(o.point.wave, o.point.number): o for o in read(path, settings)}
    left = [p for p in points if (p.wave, p.number) not in done]
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings.about()) + "\n", encoding="utf-8")
    _mend(path)
    with path.open("a", encoding="utf-8") as stream:
        for count, outcome in enumerate(
            _simulated(left, _Given(settings, tuple(entries), inputs), workers), 1
        ):
            stream.write(json.dumps(asdict(outcome)) + "\n")
            stream.flush()
            done[outcome.point.wave, outcome.point.number] = outcome
            if tell:
                tell(len(points) - len(left) + count, len(points))
    return tuple(done[p.wave, p.number] for p in points if (p.wave, p.number) in done)


def _mend(path: Path) -> None:
    """End a line that a killed run left half written."""
    content = path.read_bytes()
    if content and not content.endswith(b"\n"):
        path.write_bytes(content[: content.rfind(b"\n") + 1])


@dataclass(frozen=True)
class _Given:
    """What every simulation of a design is handed."""

    settings: DesignSettings
    entries: tuple[Entry, ...]
    inputs: Inputs


def _simulated(points: Sequence[Point], given: _Given, workers: int) -> Iterator[Outcome]:
    if workers == 1 or len(points) < 2:
        for point in points:
            yield _simulate(point, given)
        return
    context = multiprocessing.get_context("spawn")
    with context.Pool(min(workers, len(points)), _prepare, (given,)) as pool:
        yield from pool.imap_unordered(_one, points)


_given: _Given | None = None
"""In a worker process: what it was handed."""


def _prepare(given: _Given) -> None:
    global _given  # noqa: PLW0603
    prepare_worker()
    _given = given


def _one(point: Point) -> Outcome:
    assert _given is not None
    return _simulate(point, _given)


def _simulate(point: Point, given: _Given) -> Outcome:
    settings, table = given.settings, given.inputs.parameters
    try:
        drawn = table.with_values(values_of(settings.coordinates, point.x, table))
    except ParameterError:
        return Outcome(point=point, values={}, units={})
    found = simulate(
        given.entries,
        given.inputs.with_parameters(drawn),
        seed=settings.seed,
        replicate=point.replicate,
        size=settings.size,
    )
    values = {
        name: {
            **{key: _told(figures[0]) for key, figures in done.endpoints.items()},
            **{key: _told(seen[0]) for key, (seen, _) in done.measures.items()},
        }
        for name, done in found.items()
    }
    units = {
        name: {"": float(done.patients), **{k: float(n[0]) for k, (_, n) in done.measures.items()}}
        for name, done in found.items()
    }
    return Outcome(point=point, values=values, units=units)


def _told(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def places(outcomes: Sequence[Outcome]) -> NDArray[np.float64]:
    """Give the coordinates of all runs, shape (runs, coordinates)."""
    return np.array([o.point.x for o in outcomes], dtype=np.float64)
