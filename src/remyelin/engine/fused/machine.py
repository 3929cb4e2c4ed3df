"""From LLVM's language to machine code, and the one object that owns it."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from remyelin.errors import SimulationError

_ADVICE = "Use the slower engine instead: --backend numpy (in Python: backend='numpy')."


@dataclass(frozen=True)
class Processor:
    """What code is made for.

    Attributes
    ----------
    name
        Name of the processor as LLVM knows it.
    features
        Its features, comma-separated, each with + or -.
    """

    name: str
    features: str

    @classmethod
    def host(cls) -> Processor:
        """Give the processor of this machine; wide vectors are used where it has them."""
        binding = _binding()
        features = binding.get_host_cpu_features().flatten()
        return cls(binding.get_host_cpu_name(), f"{features},-prefer-256-bit")


@cache
def _binding() -> Any:
    try:
        from llvmlite import binding
    except (ImportError, OSError) as problem:
        raise SimulationError(
            f"the fused engine needs the library llvmlite, which does not load: {problem}. "
            f"{_ADVICE}"
        ) from None
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return binding


def compiler() -> str:
    """Name and version of the compiler, for whoever keeps its results."""
    import llvmlite

    llvm = ".".join(map(str, _binding().llvm_version_info))
    return f"llvmlite {llvmlite.__version__}, LLVM {llvm}"


def compile_text(text: str, processor: Processor) -> bytes:
    """Compile a module to an object file.

    Raises
    ------
    SimulationError
        The compiler is missing or refuses the text.
    """
    binding = _binding()
    try:
        machine = _target(processor)
        module = binding.parse_assembly(text)
        module.verify()
        _optimise(module, machine)
        return bytes(machine.emit_object(module))
    except RuntimeError as problem:
        raise SimulationError(
            f"the fused engine could not be compiled for {processor.name}: {problem}. {_ADVICE}"
        ) from None


def ptx_of(text: str, chip: str) -> str:
    """Compile a module to PTX.

    Raises
    ------
    SimulationError
        The compiler is missing, has no such target or refuses the text.
    """
    binding = _binding()
    try:
        binding.initialize_all_targets()
        binding.initialize_all_asmprinters()
        target = binding.Target.from_triple("nvptx64-nvidia-cuda")
        machine = target.create_target_machine(cpu=chip, opt=3)
        module = binding.parse_assembly(text)
        module.verify()
        _optimise(module, machine)
        return str(machine.emit_assembly(module))
    except RuntimeError as problem:
        raise SimulationError(f"no PTX could be made for {chip}: {problem}") from None


def _optimise(module: Any, machine: Any) -> None:
    binding = _binding()
    options = binding.create_pipeline_tuning_options(speed_level=2)
    options.loop_vectorization = False
    options.slp_vectorization = False
    options.loop_unrolling = False
    passes = binding.create_pass_builder(machine, options)
    passes.getModulePassManager().run(module, passes)


def _target(processor: Processor) -> Any:
    target = _binding().Target.from_default_triple()
    return target.create_target_machine(
        cpu=processor.name, features=processor.features, opt=2, jit=True
    )


class Code:
    """Loaded machine code; its functions live as long as it does."""

    def __init__(self, compiled: bytes, processor: Processor) -> None:
        binding = _binding()
        try:
            empty = binding.parse_assembly("")
            self._engine = binding.create_mcjit_compiler(empty, _target(processor))
            self._engine.add_object_file(binding.ObjectFileRef.from_data(compiled))
            self._engine.finalize_object()
        except RuntimeError as problem:
            raise SimulationError(
                f"the compiled engine could not be loaded: {problem}. {_ADVICE}"
            ) from None

    def call(self, name: str, arguments: Sequence[Any]) -> None:
        """Call a function that gives nothing; other threads run meanwhile.

        Parameters
        ----------
        name
            Name of the function.
        arguments
            Values of ctypes, in order.
        """
        address = self._engine.get_function_address(name)
        kinds = (type(argument) for argument in arguments)
        ctypes.CFUNCTYPE(None, *kinds)(address)(*arguments)
