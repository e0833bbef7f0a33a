"""What a noisy latent says of the clean one by itself, so that the network draws only what is left to say."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Precondition(nn.Module):
    """x₀ = skip(t) · x_t + mean(t) + left(t) · F, per channel: the linear estimate of least error, plus F times it.

    With x_t = a x₀ + s ε, and a channel of mean μ and variance v: skip = a v / (a² v + s²),
    mean = (1 − a · skip) μ, left = s √v / √(a² v + s²) (Karras et al. 2022, section 5, for channels of unlike
    variance). The tables (steps, C) do not learn.
    """

    skip: Tensor
    mean: Tensor
    left: Tensor

    def __init__(self, channels: int, steps: int = 1000) -> None:
        super().__init__()
        for name in ("skip", "mean", "left"):
            self.register_buffer(name, torch.zeros(steps, channels))

    @torch.no_grad()
    def set_moments(self, alphas_cumprod: Tensor, mean: Tensor, variance: Tensor) -> None:
        """From the schedule's ᾱ (steps,) and the channels' moments (C,)."""
        a2 = alphas_cumprod.double().unsqueeze(1)
        v, mu = variance.double(), mean.double()
        total = a2 * v + 1 - a2
        skip = a2.sqrt() * v / total
        self.skip.copy_(skip)
        self.mean.copy_((1 - a2.sqrt() * skip) * mu)
        self.left.copy_(((1 - a2) * v / total).sqrt())

    def forward(self, noisy: Tensor, timestep: Tensor, drawn: Tensor) -> Tensor:
        """noisy and drawn (b, C, f, h, w), timestep (b,) or (1,) → x₀."""
        t = timestep.round().long().clamp(0, len(self.skip) - 1)
        skip, mean, left = (table[t][:, :, None, None, None] for table in (self.skip, self.mean, self.left))
        return skip * noisy + mean + left * drawn
