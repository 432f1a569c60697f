"""Spectral normalisation of a layer, where it is asked for."""

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm


def maybe_spectral_norm(layer: nn.Module, spectral: bool) -> nn.Module:
    """The layer, with its weight's largest singular value held at 1 (Miyato 2018, arxiv.org/abs/1802.05957) or not."""
    return spectral_norm(layer) if spectral else layer
