"""What is handed in for a course: patient and settings, checked together."""

from __future__ import annotations

import os
from collections.abc import Mapping

from remyelin.errors import InputError
from remyelin.files import shown
from remyelin.inputs import Inputs
from remyelin.patients.description import (
    ADVICE,
    Description,
    default_patient,
    described,
    read_description,
)
from remyelin.patients.judging import findings
from remyelin.patients.settings import Settings
from remyelin.therapies.findings import errors

Patient = str | os.PathLike[str] | Mapping[str, object] | Description | None
"""A patient file, its content, a checked description, or nothing for the default patient."""


def accept(patient: Patient, settings: Settings, inputs: Inputs) -> Description:
    """Check patient and settings, and give the description.

    Raises
    ------
    InputError
        Anything is wrong with either; one message lists every problem.
    """
    problems = settings.problems()
    where = "patient"
    try:
        if isinstance(patient, str | os.PathLike):
            where = shown(os.fspath(patient))
            found = read_description(patient)
        elif isinstance(patient, Description):
            found = patient
        elif patient is None:
            found = default_patient()
        else:
            content: object = patient
            found = described(
                dict(content) if isinstance(content, Mapping) else content, where=where
            )
    except InputError as error:
        if not problems:
            raise
        raise InputError(where, [*error.problems, *problems], error.advice or ADVICE) from None
    if not problems:
        told = errors(findings(found, settings, inputs))
        problems = [f"therapy: {text}" for text in told]
    if problems:
        raise InputError("settings" if patient is None else where, problems)
    return found
