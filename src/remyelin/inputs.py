"""What a result depends on beside its study and settings: handed in from the top, never fetched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from remyelin.core.catalogue import Catalogue
from remyelin.core.digest import digest_of, provenance
from remyelin.parameters import ParameterTable
from remyelin.study.default_populations import default_population, default_populations
from remyelin.study.definition import Definition
from remyelin.study.definitions import definitions
from remyelin.study.population import DefaultPopulation
from remyelin.therapies import catalogue
from remyelin.therapies.protocol import Protocol


@dataclass(frozen=True)
class Inputs:
    """Parameters, definitions, protocols and default populations of a run.

    Attributes
    ----------
    parameters
        Numbers of the model.
    definitions
        What counts as an event, by name.
    protocols
        What can be given, by name, as each file writes it.
    populations
        Published populations that supply covariates which a study's own table lacks, by name.
    """

    parameters: ParameterTable
    definitions: Catalogue[Definition]
    protocols: Catalogue[Protocol]
    populations: Catalogue[DefaultPopulation]

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
            self.populations.digest,
        )


def _definition(name: str) -> Definition:
    return definitions()[name]


@cache
def _packaged() -> Inputs:
    study = provenance().parts["data of study"]
    return Inputs(
        ParameterTable.load(),
        Catalogue("definition", tuple(definitions()), _definition, study),
        catalogue.packaged(),
        Catalogue("default population", tuple(default_populations()), default_population, study),
    )
