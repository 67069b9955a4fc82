"""Makes a model's weights and activations 8 bits wide, by what pictures bring forth in it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import onnx  # type: ignore[import-not-found]  # only where models are converted
from numpy.typing import NDArray
from onnxruntime.quantization import (  # type: ignore[import-untyped]  # it has no types
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import (  # type: ignore[import-untyped]  # it has no types
    quant_pre_process,
)

type Shown = NDArray[np.float32]


class Pictures(CalibrationDataReader):  # type: ignore[misc]  # its base has no types
    """Hands the calibration one picture after the other."""

    def __init__(self, name: str, shown: Iterable[Shown]) -> None:
        self._feeds: Iterator[dict[str, Shown]] = iter([{name: each} for each in shown])

    def get_next(self) -> dict[str, Shown] | None:
        """Give the next picture, None after the last."""
        return next(self._feeds, None)


def quantize(source: Path, target: Path, shown: Iterable[Shown]) -> None:
    """Write the model with 8 bits, but for its last convolutions: their results are the answer.

    Weights keep 7 bits (`reduce_range`): a CPU with AVX2 and without VNNI adds two products of
    8 x 8 bits in 16, which overflows with the eighth.
    """
    prepared = target.with_suffix(".prepared.onnx")
    quant_pre_process(source, prepared, skip_symbolic_shape=True)
    graph = onnx.load(prepared).graph
    quantize_static(
        prepared,
        target,
        Pictures(graph.input[0].name, shown),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        reduce_range=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=tail(graph),
    )
    prepared.unlink()


def tail(graph: onnx.GraphProto) -> list[str]:
    """Name the nodes from the last convolution on, of every way to an output."""
    made_by = {name: node for node in graph.node for name in node.output}
    ways, found = [output.name for output in graph.output], set()
    while ways:
        node = made_by.get(ways.pop())
        if node is not None and node.name not in found:
            found.add(node.name)
            ways.extend(node.input if node.op_type != "Conv" else ())
    return sorted(found)


def ordered(file: Path) -> None:
    """Order and name all that is in a model by its shape alone: converted twice, the same file.

    The converter names nodes, and orders them, as its sets happen to; it writes down its folder.
    """
    model = onnx.load(file)
    graph = model.graph
    names = {value.name: value.name for value in (*graph.input, *graph.output)}
    nodes = _from_the_outputs(graph)
    constants = {constant.name: constant for constant in graph.initializer}
    used: list[onnx.TensorProto] = []
    for number, node in enumerate(nodes):
        for place, name in enumerate(node.input):
            if name in constants:
                constant = constants.pop(name)
                names[name] = constant.name = f"c{len(used)}"
                used.append(constant)
            node.input[place] = names[name]
        for place, name in enumerate(node.output):
            node.output[place] = names.setdefault(name, f"t{number}")
        node.name = f"{node.op_type}{number}"
    plain = onnx.helper.make_graph(nodes, "model", graph.input, graph.output, used)
    version, opsets = model.ir_version, model.opset_import
    onnx.save(onnx.helper.make_model(plain, ir_version=version, opset_imports=opsets), file)


def _from_the_outputs(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """Give the nodes in an order in which each comes after what it needs."""
    made_by = {name: node for node in graph.node for name in node.output}
    done: set[str] = set()
    found: list[onnx.NodeProto] = []
    ways = [(output.name, False) for output in reversed(graph.output)]
    while ways:
        name, ready = ways.pop()
        node = made_by.get(name)
        if node is None or node.output[0] in done:
            continue
        if ready:
            done.add(node.output[0])
            found.append(node)
        else:
            ways.append((name, True))
            ways.extend((needed, False) for needed in reversed(node.input))
    return found
