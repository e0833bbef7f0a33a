"""How a network is told the timestep."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class TimestepEmbedding(nn.Module):
    """linear–SiLU–linear over the sinusoid."""

    def __init__(self, cin: int, cout: int) -> None:
        super().__init__()
        self.linear_1 = nn.Linear(cin, cout)
        self.linear_2 = nn.Linear(cout, cout)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.linear_2(F.silu(self.linear_1(x)))
        return out


def timestep_sinusoid(t: Tensor, channels: int) -> Tensor:
    """(b,) → (b, channels), cos first (flip_sin_to_cos, freq_shift 0)."""
    half = channels // 2
    rate = torch.exp(torch.arange(half, device=t.device, dtype=torch.float32) * (-math.log(10000.0) / half))
    angle = t.float().unsqueeze(1) * rate
    return torch.cat([angle.cos(), angle.sin()], dim=-1)
