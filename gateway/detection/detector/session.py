"""A model's file, checked against its hash, in onnxruntime."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import onnxruntime as ort  # type: ignore[import-untyped]  # it has no types

from gateway.detection.detector.tensors import Array, ModelRefused, Tensor

PROVIDERS: Mapping[str, str] = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
}
BRINGS = {"cuda": "onnxruntime-gpu", "openvino": "onnxruntime-openvino"}
LARGEST_BYTES = 512 * 1024**2
ONLY_FATAL = 4


class Session:
    """Runs a model. What is run is what was hashed: the file is read once."""

    def __init__(self, file: Path, sha256: str, provider: str, threads: int) -> None:
        """Raise ModelRefused where the file, its hash or the provider is not what was asked for."""
        self._session = _open(content(file, sha256), file, asked_for(provider), threads)
        self.inputs = tuple(map(_tensor, self._session.get_inputs()))
        self.outputs = tuple(map(_tensor, self._session.get_outputs()))

    @property
    def provider(self) -> str:
        """Name what runs it, in onnxruntime's word."""
        return str(self._session.get_providers()[0])

    def run(self, shown: Array) -> Sequence[Array]:
        """Give the model's outputs for one input, in the order in which the file declares them.

        Lets other threads run meanwhile. Raises ModelRefused where the model breaks down.
        """
        try:
            answer: Any = self._session.run(None, {self.inputs[0].name: shown})
        except Exception as error:  # onnxruntime's errors have no class of their own above them
            raise ModelRefused(f"the model breaks down: {_first_line(error)}") from error
        return cast("Sequence[Array]", answer)


def content(file: Path, sha256: str) -> bytes:
    """Read a model's file; raise ModelRefused where it is not the one that the hash names."""
    try:
        with file.open("rb") as opened:
            read = opened.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise ModelRefused(f"the model {file} cannot be read: {error.strerror}") from error
    if not read:
        raise ModelRefused(f"the model {file} is empty")
    if len(read) > LARGEST_BYTES:
        raise ModelRefused(f"the model {file} is larger than {LARGEST_BYTES // 1024**2} MiB")
    found = hashlib.sha256(read).hexdigest()
    if found != sha256.lower():
        raise ModelRefused(f"the model {file} has the sha256 {found}, and not {sha256}")
    return read


def asked_for(provider: str) -> str:
    """Give onnxruntime's word for a provider; raise ModelRefused where it is not installed."""
    if (word := PROVIDERS.get(provider)) is None:
        raise ModelRefused(f"there is no provider {provider!r}; there are {', '.join(PROVIDERS)}")
    if word not in ort.get_available_providers():
        raise ModelRefused(
            f"the provider {provider!r} is not installed: "
            f'put {BRINGS[provider]} in the place of onnxruntime, or set provider = "cpu"'
        )
    return word


def _open(model: bytes, file: Path, provider: str, threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = ONLY_FATAL  # what is wrong comes as an error, and is told once
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle is idle
    try:
        session = ort.InferenceSession(model, options, providers=[provider])
    except Exception as error:  # onnxruntime's errors have no class of their own above them
        raise ModelRefused(f"the model {file} cannot be opened: {_first_line(error)}") from error
    if session.get_providers()[0] != provider:  # it falls back to the CPU without a word
        raise ModelRefused(f'{provider} does not start here: set provider = "cpu"')
    return session


def _tensor(declared: Any) -> Tensor:
    shape = tuple(size if isinstance(size, int) else None for size in declared.shape)
    return Tensor(declared.name, shape, declared.type.removeprefix("tensor(").removesuffix(")"))


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
