"""Rules of the house, checked on source text: each gives one sentence per offence."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

PACKAGE = "remyelin"
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 80

# Ascending. Rooms of one row do not import each other; a row may import every row before it.
# Floors 0, 7 and 8 have an order of their own: parameters are read with `files` and `core`, a
# calibration reads its targets from `credibility`, commands write reports.
ROWS: tuple[tuple[int, frozenset[str]], ...] = (
    (0, frozenset({"errors"})),
    (0, frozenset({"units", "version"})),
    (0, frozenset({"files"})),
    (0, frozenset({"core"})),
    (0, frozenset({"parameters"})),
    (1, frozenset({"study", "model"})),
    (2, frozenset({"engine", "therapies"})),
    (2, frozenset({"inputs"})),
    (3, frozenset({"cohorts", "endpoints", "evidence"})),
    (4, frozenset({"statistics", "synthesis"})),
    (5, frozenset({"trials", "patients", "registries", "standards", "multiverse"})),
    (6, frozenset({"comparison"})),
    (7, frozenset({"design", "credibility", "decisions", "verification"})),
    (7, frozenset({"calibration"})),
    (8, frozenset({"reports"})),
    (8, frozenset({"__init__"})),
    (8, frozenset({"cli", "web"})),
    (8, frozenset({"__main__"})),
)
# Private modules beside the rooms, and the room whose part each is.
PART_OF = {"_limits": "files", "_plain_yaml": "files"}
HEIGHT = {room: height for height, (_, rooms) in enumerate(ROWS) for room in rooms}
FLOOR = {room: floor for floor, rooms in ROWS for room in rooms}

# What a run depends on is handed in (`remyelin.inputs`), not fetched: these load what ships with
# the package, and only the rooms at the top may call them.
LOADERS = frozenset(
    {
        "remyelin.parameters.ParameterTable.load",
        "remyelin.parameters.table.ParameterTable.load",
        "remyelin.inputs.Inputs.packaged",
        "remyelin.evidence.base.EvidenceBase.load",
        "remyelin.study.catalogue.definitions",
        "remyelin.study.catalogue.default_population",
        "remyelin.study.catalogue.default_populations",
        "remyelin.study.default_populations.default_population",
        "remyelin.study.default_populations.default_populations",
        "remyelin.study.definitions.definitions",
        *(
            f"remyelin.{where}.{what}"
            for where in (
                "therapies.catalogue",
                "therapies.product_catalogue",
                "study.catalogue",
            )
            for what in (
                "acting_names",
                "load",
                "load_as_written",
                "names",
                "packaged",
                "planned_names",
            )
        ),
    }
)
TOP = frozenset({"__init__", "cli", "reports", "verification", "web"})
# Modules that hand out what is loaded, and scripts that write files of the package.
OWNERS = frozenset(
    {
        "remyelin.inputs",
        "remyelin.cohorts.reference",
        "remyelin.model.description",
        "remyelin.study.published_definitions",
    }
)

SAFE_LOADERS = frozenset({"SafeLoader", "CSafeLoader"})
UNSAFE_YAML = frozenset({"unsafe_load", "unsafe_load_all", "full_load", "full_load_all"})

_MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|home|Users)/\w|\.\./" + "shared" + r"\b")
_HOSTS = ("pypi" + ".org", "python" + "hosted.org", "conda" + ".anaconda.org", "npm" + "js.org")


def room_of(module: str) -> str:
    """Room of a dotted module name within the package; `__init__` is the face of the whole."""
    parts = module.split(".")
    return PART_OF.get(parts[1], parts[1]) if len(parts) > 1 else "__init__"


def imports(module: str, tree: ast.AST, *, is_package: bool = False) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything of the package that a module imports, at any depth."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _base(module, node, is_package=is_package)
            # `from remyelin import trials` names a room; deeper, the module says enough.
            names = [f"{base}.{a.name}" for a in node.names] if base == PACKAGE else [base]
        elif isinstance(node, ast.Call) and _called(node.func) in {"import_module", "__import__"}:
            first = node.args[0] if node.args else None
            names = [str(first.value)] if isinstance(first, ast.Constant) else []
        for name in names:
            if name == PACKAGE or name.startswith(f"{PACKAGE}."):
                yield node.lineno, name  # type: ignore[attr-defined]


def _base(module: str, node: ast.ImportFrom, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    keep = parts[: len(parts) - node.level + is_package]
    return ".".join([*keep, node.module] if node.module else keep)


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def floor_offences(module: str, source: str, *, is_package: bool = False) -> list[str]:
    """Imports that go up or sideways, and rooms that no floor knows."""
    own = room_of(module)
    if own not in HEIGHT:
        return [f"{module}: room `{own}` stands on no floor; add it to ROWS and the architecture"]
    found = []
    for line, name in imports(module, ast.parse(source), is_package=is_package):
        other = room_of(name)
        if other not in HEIGHT:
            # A name such as `remyelin.__version__` or `remyelin.run` belongs to the face.
            other = "__init__"
        if other == own:
            continue
        if HEIGHT[other] >= HEIGHT[own]:
            way = "sideways" if FLOOR[other] == FLOOR[own] else "up"
            found.append(
                f"{module}:{line} imports {name}, {way} from floor {FLOOR[own]} to {FLOOR[other]}"
            )
    return found


def loader_offences(module: str, source: str) -> list[str]:
    """Uses of a loader of the package below the top."""
    if room_of(module) in TOP or module in OWNERS or module.endswith(".__main__"):
        return []
    tree = ast.parse(source)
    local = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level
        for alias in node.names
    }
    return [
        f"{module}:{node.lineno} fetches {name}; it should be handed in"
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute) and (name := _dotted(node, local)) in LOADERS
    ]


def _dotted(node: ast.expr, local: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return local.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, local)}.{node.attr}"
    return ""


def size_offences(module: str, source: str) -> list[str]:
    """Modules and functions that are too long to read at one go."""
    found = []
    lines = source.count("\n")
    if lines > MAX_MODULE_LINES:
        found.append(f"{module}: {lines} lines, at most {MAX_MODULE_LINES}")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                found.append(
                    f"{module}:{node.lineno} {node.name}: {length} lines, "
                    f"at most {MAX_FUNCTION_LINES}"
                )
    return found


def public_offences(module: str, source: str) -> list[str]:
    """Public modules, classes and functions without docstring or full annotations."""
    tree = ast.parse(source)
    found = [] if ast.get_docstring(tree) else [f"{module}: module without docstring"]
    for node in _public(tree):
        where = f"{module}:{node.lineno} {node.name}"
        if not ast.get_docstring(node) and not _is_overload(node):
            found.append(f"{where}: no docstring")
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found += [f"{where}: {gap}" for gap in _missing_annotations(node)]
    return found


_Public = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _public(scope: ast.Module | ast.ClassDef) -> Iterator[_Public]:
    for node in scope.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("_"):
            continue
        yield node
        if isinstance(node, ast.ClassDef):
            yield from _public(node)


def _is_overload(node: _Public) -> bool:
    return any(_called(d) == "overload" for d in node.decorator_list)


def _missing_annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    spec = node.args
    every = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, spec.vararg, spec.kwarg]
    bare = [
        arg.arg
        for arg in every
        if arg is not None and arg.annotation is None and arg.arg not in {"self", "cls"}
    ]
    gaps = [f"argument `{name}` has no annotation" for name in bare]
    return gaps if node.returns is not None else [*gaps, "no return annotation"]


def safe_loaders(source: str) -> frozenset[str]:
    """Names of the classes of a module that derive from a safe YAML loader."""
    classes = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ClassDef))
    return frozenset(c.name for c in classes if {_called(b) for b in c.bases} & SAFE_LOADERS)


def yaml_offences(module: str, source: str, safe: frozenset[str] = SAFE_LOADERS) -> list[str]:
    """Ways of reading YAML that could construct objects; `safe` names the loaders that do not."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if _called(node.func.value) != "yaml":
            continue
        where = f"{module}:{node.lineno} yaml.{node.func.attr}"
        if node.func.attr in UNSAFE_YAML:
            found.append(f"{where}: constructs objects; use yaml.safe_load")
        if node.func.attr in {"load", "load_all"} and not _loaders(node) & safe:
            found.append(f"{where}: no safe loader; use yaml.safe_load")
    return found


def _loaders(node: ast.Call) -> set[str]:
    given = [*node.args[1:2], *(k.value for k in node.keywords if k.arg == "Loader")]
    return {_called(loader) for loader in given}


def text_offences(name: str, text: str) -> list[str]:
    """Paths of one machine and hosts of package registries, which mean nothing elsewhere."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if _MACHINE_PATH.search(line):
            found.append(f"{name}:{number} path of one machine: {line.strip()[:80]}")
        found += [f"{name}:{number} registry host {host}" for host in _HOSTS if host in line]
    return found
