"""Addresses in the evidence tables: which stay, which become the word `mirror`.

The rule
--------
1. An address stays when its host is on one of the two lists below: `PRIMARY` (publishers, indexes,
   registries, authorities, societies, universities, congresses) or `SECONDARY` (news, blogs,
   clinics and companies that speak for themselves).
2. Every other address is a copy of somebody else's page or a way round its door (library proxies,
   translation proxies, bare network numbers, document-sharing and abstract-copying sites). It is
   replaced by `mirror`. Where it carries the identifier of the work (DOI, PMID, PMC or registry
   number), that follows in brackets, because it says what was read: `mirror (PMID 38277051)`.
3. A host named in a text without `https://` is treated alike.

Raw copies hold masked cells only, so that no proxy address is ever stored.
"""

from __future__ import annotations

import re

MIRROR = "mirror"
"""What stands in a raw cell in place of an address that is not kept."""

SECONDARY_SOURCE = "secondary source"
"""What stands in `page` where only a mirror was seen; before the address of a secondary page."""

PRIMARY = frozenset(
    [
        "ajnr.org",
        "ashpublications.org",
        "benthamdirect.com",
        "biomedcentral.com",
        "bioprocessintl.com",
        "bmj.com",
        "bmrat.com",
        "cell.com",
        "cmaj.ca",
        "cochranelibrary.com",
        "cttjournal.com",
        "doi.org",
        "dovepress.com",
        "elifesciences.org",
        "elsevierresource.com",
        "explorationpub.com",
        "figshare.com",
        "frontiersin.org",
        "hindawi.com",
        "ijmsc.org",
        "informahealthcare.com",
        "ingentaconnect.com",
        "jamanetwork.com",
        "jci.org",
        "kne-publishing.com",
        "mdpi.com",
        "mjhid.org",
        "msard-journal.com",
        "nature.com",
        "neurology.org",
        "oaes.cc",
        "omicsonline.org",
        "openneurologyjournal.com",
        "plos.org",
        "plosone.org",
        "researchsquare.com",
        "rupress.org",
        "rusmedreview.com",
        "siftdesk.org",
        "springer.com",
        "springermedizin.at",
        "tums.ac.ir",
        "thelancet.com",
        "bvsalud.org",
        "doaj.org",
        "inahta.org",
        "nih.gov",
        "pubmed.gov",
        "pubmedcentralcanada.ca",
        "who.int",
        "whocc.org.cn",
        "anzctr.org.au",
        "clinicaltrials.gov",
        "clinicaltrialsregister.eu",
        "euclinicaltrials.eu",
        "aabb.org",
        "beat-ms.org",
        "bethematchclinical.org",
        "ean.org",
        "ebmt.org",
        "ecfr.gov",
        "ema.europa.eu",
        "eurogct.org",
        "fda.gov",
        "fimea.fi",
        "heidelberg-university-hospital.com",
        "hta.gov.uk",
        "icmr.org.in",
        "kotra.or.kr",
        "legislation.gov.uk",
        "mohw.go.kr",
        "mssociety.org.uk",
        "mstrials.org.au",
        "mstrust.org.uk",
        "nhs.uk",
        "nationalmssociety.org",
        "neurologie.nl",
        "nice.org.uk",
        "nmpa.gov.cn",
        "pmda.go.jp",
        "richtlijnendatabase.nl",
        "tga.gov.au",
        "uspnf.com",
        "sites.google.com",
        "cmscscholar.org",
        "ctimeetingtech.com",
        "mirasmart.com",
        "adelaide.edu.au",
        "carleton.ca",
        "elsevier.com",
        "elsevierpure.com",
        "escholarship.org",
        "eur.nl",
        "flinders.edu.au",
        "harvard.edu",
        "imperial.ac.uk",
        "kaken.nii.ac.jp",
        "lu.se",
        "mapi-trust.org",
        "mcmaster.ca",
        "mdc-berlin.de",
        "monash.edu",
        "montana.edu",
        "mssm.edu",
        "northwestern.edu",
        "ox.ac.uk",
        "plymouth.ac.uk",
        "research.birmingham.ac.uk",
        "spbu.ru",
        "stanfordhealthcare.org",
        "tum.de",
        "ul.ie",
        "umn.edu",
        "unige.it",
        "unipa.it",
        "utas.edu.au",
        "uwa.edu.au",
        "warwick.ac.uk",
    ]
)
"""Hosts, with all hosts below them, that publish, index, register or decide."""

SECONDARY = frozenset(
    [
        "activemsers.org",
        "aimscharity.org",
        "aliciapyne.com",
        "benzinga.com",
        "boulderbiologics.com",
        "clinicaladvisor.com",
        "domain-b.com",
        "emjreviews.com",
        "etvbharat.com",
        "getlabtest.com",
        "gilmorehealth.com",
        "github.com",
        "globaldata.com",
        "hillgene.com",
        "hsct-russia.com",
        "hsctwarriors.org",
        "immunopaedia.org.za",
        "livewisems.org",
        "lyfboat.com",
        "marketscreener.com",
        "medicalnewstoday.com",
        "medicaltourismbiz.com",
        "mekostem.com",
        "milirenta.blogg.se",
        "mlo-online.com",
        "ms-uk.org",
        "msviewsandnews.org",
        "mult-sclerosis.org",
        "multiple-sclerosis-research.blogspot.com",
        "multiple-sclerosis-research.blogspot.ie",
        "multiple-sclerosis-research.blogspot.it",
        "multiple-sclerosis-research.blogspot.sg",
        "onmedica.com",
        "peoplepledge.com.au",
        "physiciansweekly.com",
        "physiospot.com",
        "prensa.com",
        "rarediseaseadvisor.com",
        "rheumatologyadvisor.com",
        "ria24.today",
        "rutgers.edu",
        "seekingalpha.com",
        "srf.ch",
        "targethealth.com",
        "therha.org",
        "thisisms.com",
        "zhonglun.com",
    ]
)
"""Hosts, with all hosts below them, that report on others or speak for themselves."""

# An address ends at a blank or at a closing bracket that it did not open.
_ADDRESS = re.compile(r"https?://[^\s()\"<>]*(?:\([^\s()\"<>]*\)[^\s()\"<>]*)*")
_BARE = re.compile(r"(?<![\w./@-])(?:[a-z0-9-]+\.)+(?:com|net|cn|info|pics)\b(?![\w.-]*@)", re.I)
_DOI = re.compile(r"(?<!backlinks_to=)10\.\d{4,9}/[^\s?#&()]+(?:\([^\s()]*\)[^\s?#&()]*)*")
_PMID = re.compile(r"(?:pubmed(?:[./a-z-]*)/|pmid[=:\s/]+|qxmd\.com/read/)(\d{6,8})\b", re.I)
_LONE_NUMBER = re.compile(r"^https?://[^/]+/(\d{7,8})/?$")
_PMC = re.compile(r"PMC\d{5,8}", re.I)
_NCT = re.compile(r"NCT\d{8}", re.I)
_TAIL = ".,;"


def host_of(address: str) -> str:
    """Host of an address in small letters, without port and closing dot."""
    rest = address.split("://", 1)[-1]
    return re.split(r"[/?#]", rest, maxsplit=1)[0].split(":")[0].lower().rstrip(".")


def is_primary(address: str) -> bool:
    """Tell whether an address belongs to who published, registered or decided."""
    return _on(host_of(address), PRIMARY)


def is_kept(address: str) -> bool:
    """Tell whether an address may be stored."""
    return is_primary(address) or _on(host_of(address), SECONDARY)


def _on(host: str, hosts: frozenset[str]) -> bool:
    parts = host.split(".")
    return any(".".join(parts[start:]) in hosts for start in range(len(parts)))


def identifiers(text: str) -> tuple[str, ...]:
    """Identifiers of works in a text or address: `doi:...`, `PMID ...`, `PMC...`, `NCT...`."""
    text = text.replace("%2F", "/").replace("%3A", ":")
    found = [f"doi:{_trim_doi(m)}" for m in _DOI.findall(text)]
    numbers = _PMID.findall(text) + [
        number for address in _ADDRESS.findall(text) for number in _LONE_NUMBER.findall(address)
    ]
    found += [f"PMID {number}" for number in numbers]
    found += [name.upper() for name in _PMC.findall(text) + _NCT.findall(text)]
    return tuple(dict.fromkeys(found))


def _trim_doi(doi: str) -> str:
    return re.sub(r"/(?:full|pdf|abstract|tables?|meta|epub)(?:/.*)?$", "", doi.rstrip(_TAIL))


def mask(text: str) -> str:
    """Text of a raw cell, every address that is not kept replaced by `MIRROR`.

    Parameters
    ----------
    text
        A cell as it came.

    Returns
    -------
    str
        The same text where nothing had to be masked.
    """
    masked = _BARE.sub(_masked_host, _ADDRESS.sub(_masked_address, text))
    return masked.replace(f"{MIRROR} {MIRROR}", MIRROR)


def _masked_address(match: re.Match[str]) -> str:
    address = match.group()
    tail = address[len(address.rstrip(_TAIL)) :]
    if is_kept(address):
        return address
    known = identifiers(address)
    return (f"{MIRROR} ({', '.join(known)})" if known else MIRROR) + tail


def _masked_host(match: re.Match[str]) -> str:
    return match.group() if is_kept(match.group()) else MIRROR


def page_of(cell: str) -> str:
    """Where a figure was read, from a masked address cell.

    Parameters
    ----------
    cell
        A masked cell: nothing, an address, an address with remarks, `mirror`, or the name of a
        file in a public repository.

    Returns
    -------
    str
        The cell where it is a primary address; `SECONDARY_SOURCE` where it is a mirror;
        `SECONDARY_SOURCE: ...` for anything between; nothing for nothing.
    """
    cell = cell.strip()
    if not cell:
        return ""
    if MIRROR in cell.split(" (")[0].split() or cell.endswith("(read via mirror)"):
        return SECONDARY_SOURCE
    if cell.startswith("http") and "github:" not in cell and is_primary(cell):
        return cell
    return f"{SECONDARY_SOURCE}: {cell}"
