"""Names that people use for protocols: their own, or that of a drug with one standard protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remyelin.errors import InputError, UnknownNameError, nearest
from remyelin.files import shown
from remyelin.therapies.drug_names import by_plain_name, plain
from remyelin.therapies.drugs import Drug, agents_of, drugs, find
from remyelin.therapies.protocol import Protocol, StepKind

INERT = "placebo"
_OTHER_DISEASE = "oncology"
_BESIDE = frozenset({StepKind.PREMEDICATION, StepKind.SUPPORT, StepKind.PROPHYLAXIS})


def standard_protocol(name: str, catalogue: Mapping[str, Protocol]) -> str | None:
    """Give the protocol that a name of a drug stands for; None where it names no drug.

    Parameters
    ----------
    name
        A brand or another name of a drug.
    catalogue
        Protocols by name.

    Raises
    ------
    InputError
        It names a drug with several protocols, with none, or in another form; they are listed.
    """
    drug = find(name)
    if drug is None or drug.agent == INERT:
        return None
    form = _form(name)
    alone = [n for n, p in catalogue.items() if p.acts and _only(p) == drug.agent]
    lasting = "disease_modifying" in drug.groups
    if lasting and len(alone) == 1 and _fits(form, catalogue[alone[0]]):
        return alone[0]
    raise InputError(f"therapy {shown(name)}", [_choice(name, drug, form, alone, catalogue)])


def _choice(
    name: str, drug: Drug, form: str, alone: Sequence[str], catalogue: Mapping[str, Protocol]
) -> str:
    holding = [n for n, p in catalogue.items() if p.acts and drug.substance in _substances(p)]
    told = "; ".join(f"{n} ({catalogue[n].label})" for n in (*alone, *holding) if n in catalogue)
    what = drug.agent if plain(name) == plain(drug.agent) else f"{shown(name)} is {drug.agent}"
    kind = f" ({form})" if form and len(alone) == 1 else ""
    if not told:
        return (
            f"{what}{kind}: no protocol of the catalogue gives it; write one "
            "(`remyelin therapies schema`) or see `remyelin therapies list`"
        )
    names = "; ".join(dict.fromkeys(told.split("; ")))
    return f"{what}{kind}; name the protocol that is meant: {names}"


def _form(name: str) -> str:
    known = by_plain_name().get(plain(name))
    return known.form if known else ""


def _fits(form: str, protocol: Protocol) -> bool:
    if form in ("", "any"):
        return form == ""
    routes = {step.route.value for step in protocol.steps if step.route}
    return form != _OTHER_DISEASE and routes == {form}


def _only(protocol: Protocol) -> str | None:
    """Give the drug of a protocol that gives one drug and nothing beside it."""
    given = [step for step in protocol.steps if step.kind not in _BESIDE]
    named = {drug.agent if (drug := find(step.agent)) else step.agent for step in given}
    return named.pop() if len(named) == 1 and not protocol.sequence else None


def _substances(protocol: Protocol) -> frozenset[str]:
    agents = (agent for step in protocol.steps for agent in agents_of(step.agent))
    return frozenset(drug.substance for agent in agents if (drug := find(agent)))


def unknown_protocol(
    name: str, labels: Mapping[str, str], *, kind: str = "protocol", advice: str = ""
) -> UnknownNameError:
    """Say that a name is neither a protocol nor a drug; a slip of the pen is pointed out.

    Parameters
    ----------
    name
        What was given.
    labels
        Protocols that are known, with their labels.
    kind
        What was looked for.
    advice
        What to do next.
    """
    told = dict(labels)
    for one in _near_drugs(name):
        told.setdefault(one, _told(one))
    return UnknownNameError(kind, shown(name), tuple(told), advice, told)


def _near_drugs(name: str) -> tuple[str, ...]:
    """Give names of drugs that a name is a slip of the pen for; none where they are two drugs."""
    names = {name for drug in drugs().values() for name in (drug.agent, *drug.aliases)}
    near = nearest(name, names)
    meant = {drug.agent for one in near if (drug := find(one))}
    return near if len(meant) == 1 else ()


def _told(name: str) -> str:
    drug = find(name)
    if drug is None:
        return ""
    same = plain(drug.agent) == plain(name)
    return f"drug acting on {drug.target}" if same else f"a name of {drug.agent}"


def unknown_drug(name: str) -> str:
    """Say that a name is no drug of the table; a slip of the pen is pointed out."""
    near = _near_drugs(name)
    told = ", ".join(f"{one} ({_told(one)})" for one in near)
    hint = f"did you mean {told}?" if near else "`remyelin therapies drugs` lists all"
    return f"unknown drug {shown(name)!r}; {hint}"
