"""Where a cell lies, told to a UNet whose convolutions cannot see it: added behind the first convolution."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

FEATURES = 10


def coordinates(height: int, width: int) -> Tensor:
    """Features of h × w cells, (10, h, w): y, x from −1 to 1, then sine and cosine of π y, π x, 2π y, 2π x."""
    y = torch.linspace(-1, 1, height).view(-1, 1).expand(height, width)
    x = torch.linspace(-1, 1, width).view(1, -1).expand(height, width)
    waves = [f(math.pi * octave * v) for octave in (1, 2) for v in (y, x) for f in (torch.sin, torch.cos)]
    return torch.stack([y, x, *waves])


class Coordinates(nn.Module):
    """`coordinates.weight` (channels, 10): says nothing at first."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(channels, FEATURES))

    def forward(self, x: Tensor) -> Tensor:
        """x (b, C, f, h, w) → same."""
        h, w = x.shape[-2:]
        said = self.weight @ coordinates(h, w).flatten(1).to(x.device)
        return x + said.view(1, -1, 1, h, w).to(x.dtype)
