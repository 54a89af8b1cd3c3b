"""Makes the files the library ships of a trained reader: ``python -m retrieval.training.export --run RUN --out FOLDER``.

The graph is that of the reader shipped now; only its weights are new. So no torch is needed.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import WeightsError
from retrieval.span_reader.reader import WEIGHTS, ReaderManifest
from retrieval.training.packing import Weights, read_weights

# Eight-bit weights of reduced range: processors without VNNI saturate sixteen-bit sums otherwise.
_MOST = 64
_PREFIX = "model."


def export(*, run: Path, out: Path, graph: Path = WEIGHTS, max_length: int = 224, stride: int = 96) -> ReaderManifest:
    """Writes the ONNX model, the tokenizer and an uncalibrated manifest to ``out``.

    ``run`` has the ``model.safetensors`` of a `BertForQuestionAnswering` of the shape of the reader in ``graph``. The
    weights of matrix products become eight-bit integers with one scale for each output, those of the embeddings with one
    scale each; the others stay as they are.

    Raises:
        WeightsError: the run lacks a weight of the graph, or has one of another shape.
    """
    import onnx  # noqa: PLC0415 - extra "train"

    model = onnx.load(graph / ReaderManifest.load(graph).model)
    replaced = quantise(read_weights(run / "model.safetensors"), _products(model))
    for initializer in model.graph.initializer:
        values = replaced.pop(initializer.name, None)
        if values is None:
            if initializer.name.startswith(_PREFIX) or initializer.name.endswith(("_quantized", "_scale")):
                raise WeightsError(f"{run} lacks the weights for {initializer.name}; is it a BertForQuestionAnswering?")
            continue
        before = onnx.numpy_helper.to_array(initializer)
        if before.shape != values.shape:
            raise WeightsError(f"{initializer.name} has shape {values.shape} in {run}, not {before.shape}")
        initializer.CopyFrom(onnx.numpy_helper.from_array(values.astype(before.dtype), initializer.name))
    out.mkdir(parents=True, exist_ok=True)
    target = out / "reader.onnx"
    onnx.save(model, target)
    if out.resolve() != graph.resolve():
        shutil.copyfile(graph / "tokenizer.json", out / "tokenizer.json")
    manifest = ReaderManifest(
        model="reader.onnx",
        model_sha256=_sha256(target),
        tokenizer="tokenizer.json",
        tokenizer_sha256=_sha256(out / "tokenizer.json"),
        max_length=max_length,
        stride=stride,
        max_answer_tokens=20,
        slope=1.0,
        offset=0.0,
    )
    manifest.save(out)
    return manifest


def _products(model: object) -> dict[str, str]:
    """The name of the weight of each matrix product in the run, and what the graph's arrays of it begin with."""
    return {
        node.name.removeprefix("/model/").removesuffix("/MatMul_quant").replace("/", ".") + ".weight": node.input[
            1
        ].removesuffix("_quantized")
        for node in model.graph.node  # type: ignore[attr-defined]
        if node.op_type == "MatMulInteger"
    }


def quantise(weights: Weights, products: dict[str, str]) -> dict[str, NDArray[np.generic]]:
    """The graph's arrays by name, from a run's weights; ``products`` names those of matrix products in the graph."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for name, values in weights.items():
        if name in products:
            scales = np.maximum(np.abs(values).max(1), 1e-8) / _MOST
            arrays[f"{products[name]}_quantized"] = np.rint(values / scales[:, None]).astype(np.int8).T.copy()
            arrays[f"{products[name]}_scale"] = scales.astype(np.float32)
            arrays[f"{products[name]}_zero_point"] = np.zeros(len(scales), np.int8)
        elif name.endswith("_embeddings.weight"):
            low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
            scale = (high - low) / 255
            zero = round(-low / scale)
            own = _PREFIX + name
            arrays[f"{own}_quantized"] = np.clip(np.rint(values / scale) + zero, 0, 255).astype(np.uint8)
            arrays[f"{own}_scale"] = np.array(scale, np.float32)
            arrays[f"{own}_zero_point"] = np.array(zero, np.uint8)
        else:
            arrays[_PREFIX + name] = values
    return arrays


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Reads the command line and exports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="the folder that training wrote")
    parser.add_argument("--out", type=Path, required=True, help="where the files go")
    parser.add_argument("--graph", type=Path, default=WEIGHTS, help="the reader whose graph is taken")
    parser.add_argument("--max-length", type=int, default=224, help="tokens of a window, question included")
    parser.add_argument("--stride", type=int, default=96, help="tokens from one window of a passage to the next")
    export(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
