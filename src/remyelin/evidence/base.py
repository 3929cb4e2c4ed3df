"""The evidence base: published studies, arms and outcomes, with their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from remyelin.errors import InputError, UnknownNameError
from remyelin.evidence.records import PublishedArm, PublishedStudy
from remyelin.evidence.tables import read_arms, read_outcomes, read_studies
from remyelin.files import parse_csv, read_text
from remyelin.study.outcome import Outcome
from remyelin.study.schema import CONTRAST_SEPARATOR, split_contrast

TABLE_NAMES = ("studies", "arms", "outcomes")
"""The tables of the base, one CSV file each."""


@dataclass(frozen=True)
class EvidenceBase:
    """Published studies, arms and outcomes; checked when loaded, never simulated.

    Attributes
    ----------
    all_studies, all_arms, all_outcomes
        The three tables, in the order of their files.
    """

    all_studies: tuple[PublishedStudy, ...]
    all_arms: tuple[PublishedArm, ...]
    all_outcomes: tuple[Outcome, ...]

    @classmethod
    def load(cls, folder: Path | None = None) -> EvidenceBase:
        """Read the base.

        Parameters
        ----------
        folder
            Where studies.csv, arms.csv and outcomes.csv lie; without it the base of the package.

        Raises
        ------
        InputError
            A table is malformed; every bad row is named.
        """
        return _package_base() if folder is None else _from_texts(_texts_of(folder))

    def beside(self, own: EvidenceBase) -> EvidenceBase:
        """Give a base that holds the studies of both; neither of the two is changed.

        Parameters
        ----------
        own
            Studies of one's own, as `load` reads them from a folder.

        Raises
        ------
        InputError
            A study stands in both; every such study is named.
        """
        twice = [name for name in own.study_ids if name in set(self.study_ids)]
        if twice:
            problems = [f"the study {name} stands in the base already" for name in twice]
            raise InputError("own studies", problems, "Give your study another name.")
        return EvidenceBase(
            (*self.all_studies, *own.all_studies),
            (*self.all_arms, *own.all_arms),
            (*self.all_outcomes, *own.all_outcomes),
        )

    @property
    def study_ids(self) -> tuple[str, ...]:
        """Names of the studies, in order."""
        return tuple(study.study_id for study in self.all_studies)

    def study(self, study_id: str) -> PublishedStudy:
        """One study.

        Raises
        ------
        UnknownNameError
            The base holds no such study.
        """
        for study in self.all_studies:
            if study.study_id == study_id:
                return study
        raise UnknownNameError("study of the evidence base", study_id, self.study_ids)

    def arms(self, study_id: str) -> tuple[PublishedArm, ...]:
        """Arms of one study, in order.

        Raises
        ------
        UnknownNameError
            The base holds no such study.
        """
        self.study(study_id)
        return tuple(arm for arm in self.all_arms if arm.study_id == study_id)

    def outcomes(self, study_id: str) -> tuple[Outcome, ...]:
        """Outcomes of one study, in order.

        Raises
        ------
        UnknownNameError
            The base holds no such study.
        """
        self.study(study_id)
        return tuple(row for row in self.all_outcomes if row.key.study_id == study_id)


@cache
def _package_base() -> EvidenceBase:
    folder = resources.files("remyelin.evidence") / "data"
    return _from_texts(
        {name: (folder / f"{name}.csv").read_text(encoding="utf-8") for name in TABLE_NAMES}
    )


def _texts_of(folder: Path) -> Mapping[str, str]:
    return {name: read_text(folder / f"{name}.csv") for name in TABLE_NAMES}


def _from_texts(texts: Mapping[str, str]) -> EvidenceBase:
    files = {name: f"{name}.csv" for name in TABLE_NAMES}
    rows = {name: parse_csv(texts[name], where=files[name]) for name in TABLE_NAMES}
    base = EvidenceBase(
        read_studies(rows["studies"], where=files["studies"]),
        read_arms(rows["arms"], where=files["arms"]),
        read_outcomes(rows["outcomes"], where=files["outcomes"]),
    )
    problems = _dangling(base)
    if problems:
        raise InputError("evidence base", problems)
    return base


def _dangling(base: EvidenceBase) -> list[str]:
    studies = set(base.study_ids)
    arms = {(arm.study_id, arm.arm_id) for arm in base.all_arms}
    problems = [
        f"arms.csv: the arm {arm.arm_id} names the unknown study {arm.study_id}"
        for arm in base.all_arms
        if arm.study_id not in studies
    ]
    for line, outcome in enumerate(base.all_outcomes, start=2):
        key = outcome.key
        named = split_contrast(key.arm) if CONTRAST_SEPARATOR in key.arm else (key.arm,)
        problems += [
            f"outcomes.csv: line {line}: unknown arm {arm} of the study {key.study_id}"
            for arm in named
            if (key.study_id, arm) not in arms
        ]
    return problems
