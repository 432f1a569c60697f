"""Checkpoints of others -> generators of ours.

Their checkpoints are tables of tensors under names that differ from one project to the next
(``model.10.conv_block.1.weight``, ``model.10.block.1.weight``, ``module.model...``), but their layers come in one
order. So tensors are told by their shapes and put in by their order, and what is left over is an error. Files are
opened with weights only: a checkpoint that wants to run code is refused.
"""

import pickle
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import torch
from torch import Tensor, nn

from ganvas.errors import BadStyle
from ganvas.learn.nets.norms import NormName
from ganvas.learn.nets.resnet import PaddingName, ResnetConfig, ResnetGenerator, UpsamplingName
from ganvas.learn.nets.unet import UnetConfig, UnetGenerator

ImportedNetwork = Literal["resnet6", "resnet9", "unet"]
StateDict = Mapping[str, Tensor]
LayerTensors = dict[str, Tensor]
WRAPPER_KEYS = (
    "state_dict",
    "model_state_dict",
    "generator",
    "netG",
    "netG_A",
    "G",
    "G_A2B",
    "params_ema",
    "params",
    "model",
)


@dataclass(frozen=True)
class ClaimedArchitecture:
    """What somebody says of a checkpoint and its weights do not tell. ``padding``: at the borders of the ResNet."""

    network: ImportedNetwork
    padding: PaddingName = "reflect"


def read_checkpoint(path: Path) -> StateDict:
    """The tensors of a PyTorch checkpoint by name, in the file's order.

    Raises:
        BadStyle: no such file, not a checkpoint, or one that holds more than tensors and plain data.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of protocols that it may not know: it then fails, and that is told
            found: Any = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise BadStyle(f"There is no {path}.", "Give a checkpoint file, .pth or .pt.") from None
    except pickle.UnpicklingError:
        right = "Save its state_dict alone: torch.save(generator.state_dict(), FILE)."
        raise BadStyle(f"{path.name} holds code or other objects, which are never run.", right) from None
    except (RuntimeError, EOFError, ValueError, OSError) as error:
        raise BadStyle(f"{path.name} is no PyTorch checkpoint: {str(error).splitlines()[0][:120]}") from None
    return unwrap_state_dict(found, path)


def unwrap_state_dict(loaded: Any, path: Path) -> StateDict:
    """The table of tensors itself, out of the tables that some put around it."""
    while isinstance(loaded, dict):
        table = cast(dict[str, Any], loaded)
        if table and all(isinstance(value, Tensor) for value in table.values()):
            return table
        inner = [name for name in WRAPPER_KEYS if isinstance(table.get(name), dict)]
        if not inner:
            break
        loaded = table[inner[0]]
    raise BadStyle(f"{path.name} holds no table of tensors.", f"Looked in {', '.join(WRAPPER_KEYS)}.")


def convert_checkpoint(state: StateDict, claim: ClaimedArchitecture) -> ResnetGenerator | UnetGenerator:
    """The generator that the tensors are of, with them in it, for use.

    Raises:
        BadStyle: they are not of the network that is claimed; the message says what they look like.
    """
    layers = group_by_layer(state)
    generator = build_matching_unet(layers) if claim.network == "unet" else build_matching_resnet(layers, claim)
    load_in_order(generator, layers)
    return generator.eval()


def group_by_layer(state: StateDict) -> list[LayerTensors]:
    """The tensors by layer, in the file's order: the last part of a name is the tensor's, the rest the layer's."""
    layers: dict[str, LayerTensors] = {}
    for name, tensor in state.items():
        place, _, leaf = name.rpartition(".")
        if leaf != "num_batches_tracked":
            layers.setdefault(place, {})[leaf] = tensor.float()
    return list(layers.values())


def select_convolutions(layers: list[LayerTensors]) -> list[LayerTensors]:
    """Those with a weight of four dimensions."""
    return [layer for layer in layers if "weight" in layer and layer["weight"].ndim == 4]


def detect_norm(layers: list[LayerTensors]) -> NormName:
    """Which norm stands between the convolutions."""
    others = [layer for layer in layers if "weight" not in layer or layer["weight"].ndim == 1]
    if any({"weight", "running_mean"} <= set(layer) for layer in others):
        return "batch"
    return "affine-instance" if any("weight" in layer for layer in others) else "instance"


def build_matching_resnet(layers: list[LayerTensors], claim: ClaimedArchitecture) -> ResnetGenerator:
    """An empty ResNet of the shape that the weights have."""
    found = select_convolutions(layers)
    blocks, rest = divmod(len(found) - 6, 2)
    wanted = int(claim.network.removeprefix("resnet"))
    if rest or not found or found[0]["weight"].shape[1:] != (3, 7, 7) or blocks != wanted:
        raise BadStyle(
            f"These weights are not those of a {claim.network}: {describe_convolutions(found)}.", suggest_network(found)
        )
    first, grow = found[0]["weight"], found[-3]["weight"]
    up: UpsamplingName = "transposed" if grow.shape[0] > grow.shape[1] else "resize"
    shape = ResnetConfig(blocks, first.shape[0], detect_norm(layers), 0.0, up, "bias" in found[0], claim.padding)
    return ResnetGenerator(shape)


def build_matching_unet(layers: list[LayerTensors]) -> UnetGenerator:
    """An empty U-Net of the shape that the weights have."""
    found = select_convolutions(layers)
    if len(found) < 4 or len(found) % 2 or found[0]["weight"].shape[1:] != (3, 4, 4):
        raise BadStyle(
            f"These weights are not those of a U-Net: {describe_convolutions(found)}.", suggest_network(found)
        )
    first = found[0]["weight"]
    return UnetGenerator(UnetConfig(len(found) // 2, first.shape[0], detect_norm(layers), 0.0, "bias" in found[0]))


def describe_convolutions(convolutions: list[LayerTensors]) -> str:
    """What weights look like, in a clause."""
    if not convolutions:
        return "there is no convolution among them"
    size = "x".join(map(str, convolutions[0]["weight"].shape))
    return f"{len(convolutions)} convolutions, the first {size}"


def suggest_network(convolutions: list[LayerTensors]) -> str:
    """Which network they may be of."""
    if convolutions and convolutions[0]["weight"].shape[1:] == (3, 7, 7) and len(convolutions) in (18, 24):
        return f"Try --network resnet{(len(convolutions) - 6) // 2}."
    if convolutions and convolutions[0]["weight"].shape[1:] == (3, 4, 4):
        return "Try --network unet."
    return "Known are resnet6, resnet9 and unet of the common CycleGAN and pix2pix code, for colour pictures."


def load_in_order(generator: nn.Module, layers: list[LayerTensors]) -> None:
    """Put the tensors in by their order.

    Raises:
        BadStyle: a tensor is missing, left over, or of another shape than its place.
    """
    known = {name for module in generator.modules() for name in get_own_state(module)}
    given = [{name: value for name, value in layer.items() if name in known} for layer in layers]
    given = [layer for layer in given if layer]
    wanted = [module for module in generator.modules() if get_own_state(module)]
    if len(given) != len(wanted):
        raise BadStyle(f"The checkpoint has {len(given)} layers with weights, the network {len(wanted)}.")
    for place, (module, layer) in enumerate(zip(wanted, given, strict=True), 1):
        mine = get_own_state(module)
        if {name: value.shape for name, value in mine.items()} != {name: value.shape for name, value in layer.items()}:
            shapes = ", ".join(f"{name} {tuple(value.shape)}" for name, value in layer.items())
            raise BadStyle(f"Layer {place} of the checkpoint does not fit its place: {shapes}.")
        with torch.no_grad():
            for name, value in layer.items():
                mine[name].copy_(value)


def get_own_state(module: nn.Module) -> dict[str, Tensor]:
    """A layer's own weights and statistics, without those of the layers in it."""
    own = {**dict(module.named_parameters(recurse=False)), **dict(module.named_buffers(recurse=False))}
    return {name: value for name, value in own.items() if name != "num_batches_tracked"}
