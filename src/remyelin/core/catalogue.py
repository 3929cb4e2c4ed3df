"""A catalogue: entries by name, read when they are asked for, with a hash of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from remyelin.core.digest import digest_of
from remyelin.errors import UnknownNameError

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Catalogue(Mapping[str, Entry], Generic[Entry]):
    """Entries of one kind by name. It travels to worker processes.

    Attributes
    ----------
    kind
        What an entry is, for messages.
    names
        Names of the entries, in order.
    read
        Gives an entry by its name; a function of a module that remembers what it has read.
    digest
        Hash of all entries.
    own
        Entries that were put in place of those that are read, or beside them.
    """

    kind: str
    names: tuple[str, ...]
    read: Callable[[str], Entry]
    digest: str
    own: Mapping[str, Entry] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Entry:
        """Give an entry.

        Raises
        ------
        UnknownNameError
            There is no such entry; the nearest names are offered.
        """
        if name in self.own:
            return self.own[name]
        if name not in self.names:
            raise UnknownNameError(self.kind, name, self.names)
        return self.read(name)

    def __iter__(self) -> Iterator[str]:
        """Go through the names in order."""
        return iter(self.names)

    def __len__(self) -> int:
        """Count the entries."""
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        """Say whether there is an entry of this name."""
        return name in self.names

    def with_entries(self, entries: Mapping[str, Entry]) -> Catalogue[Entry]:
        """Give a catalogue in which some entries are others; its hash is another too.

        Parameters
        ----------
        entries
            Entries whose ``repr`` says all that they hold.
        """
        if not entries:
            return self
        told = (f"{name} {entry!r}" for name, entry in sorted(entries.items()))
        return replace(
            self,
            names=tuple(dict.fromkeys((*self.names, *entries))),
            digest=digest_of(self.digest, *told),
            own={**self.own, **entries},
        )
