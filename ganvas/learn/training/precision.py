"""fp32 or bf16: the one switch of autocast."""

from contextlib import AbstractContextManager
from typing import Literal

import torch

Precision = Literal["fp32", "bf16"]
Wanted = Literal["auto", "fp32", "bf16"]
# What torch calls the instructions that multiply in bf16: on x86, and on ARM.
INSTRUCTIONS = ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16")


def autocast(precision: Precision) -> AbstractContextManager[object]:
    """Within it networks compute in bf16, or for ``fp32`` in the numbers that they are given."""
    return torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16")


def computing_dtype() -> torch.dtype:
    """What networks compute in here: bf16 within ``autocast("bf16")``, else float32."""
    return torch.bfloat16 if torch.is_autocast_enabled("cpu") else torch.float32


def has_bf16() -> bool | None:
    """Whether this processor multiplies in bf16; None where torch cannot say (before 2.10, or an unknown kind)."""
    told = getattr(torch.cpu, "get_capabilities", dict[str, object])()
    known = [bool(told[name]) for name in INSTRUCTIONS if name in told]
    return any(known) if known else None
