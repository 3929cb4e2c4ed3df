"""What a result depends on beside its study and settings: handed in from the top, never fetched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from remyelin.core.catalogue import Catalogue
from remyelin.core.digest import digest_of, provenance
from remyelin.parameters import ParameterTable
from remyelin.study.definition import Definition
from remyelin.study.definitions import definitions
from remyelin.therapies import catalogue
from remyelin.therapies.protocol import Protocol


@dataclass(frozen=True)
class Inputs:
    """Parameters, definitions and protocols of a run.

    Attributes
    ----------
    parameters
        Numbers of the model.
    definitions
        What counts as an event, by name.
    protocols
        What can be given, by name, as each file writes it.
    """

    parameters: ParameterTable
    definitions: Catalogue[Definition]
    protocols: Catalogue[Protocol]

    @classmethod
    def packaged(cls) -> Inputs:
        """Give what ships with the package: the one loader, for whoever stands at the top."""
        return _packaged()

    def with_parameters(self, parameters: ParameterTable) -> Inputs:
        """Give the same with other parameters."""
        return replace(self, parameters=parameters)

    def digest(self) -> str:
        """Give one hash of all that simulated figures depend on beside study and settings.

        Manifest, record, kept populations and scoreboard use this one. Code and data of the
        package are in it.
        """
        return digest_of(
            provenance().digest(),
            self.parameters.digest(),
            self.definitions.digest,
            self.protocols.digest,
        )


def _definition(name: str) -> Definition:
    return definitions()[name]


@cache
def _packaged() -> Inputs:
    parts = provenance().parts
    return Inputs(
        ParameterTable.load(),
        Catalogue("definition", tuple(definitions()), _definition, parts["data of study"]),
        catalogue.packaged(),
    )
