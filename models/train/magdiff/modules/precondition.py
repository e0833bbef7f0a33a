"""What is kept of the noisy latents, how much is drawn (Karras et al. 2022, section 5), what is held over time."""

from __future__ import annotations

import torch
from torch import Tensor, nn

PLAIN = 3  # latent channels that say a cell's mean colour


def hold(drawn: Tensor, share: Tensor) -> Tensor:
    """Frames (b, C, f, h, w) brought to their common mean by a share (b, 1, f, h, w) in 0..1.

    The share also says how much a frame adds to the mean: what does not move is drawn once and held.
    """
    if drawn.shape[2] == 1:
        return drawn
    common = (share * drawn).mean(2, keepdim=True) / (share.mean(2, keepdim=True) + 1e-6)
    return drawn + share * (common - drawn)


class Precondition(nn.Module):
    """x₀ = skip · x + out · (F − H · unit · x): the best linear estimate from a cell alone, and its correction.

    For x = a · x₀ + s · ε and x₀ of deviation σ per channel: skip = a σ² / v, out = s σ / √v, unit = 1 / √v,
    v = a² σ² + s². Without noise x is copied as it is. F is what the network draws; H, how much of a cell's own
    x it takes away: where a picture is smooth, most of what a cell says of fine detail is noise.
    """

    skip: Tensor
    out: Tensor
    unit: Tensor

    def __init__(self, channels: int, steps: int = 1000) -> None:
        """Tables of (steps, channels), to be filled by `fit`."""
        super().__init__()
        for name in ("skip", "out", "unit"):
            self.register_buffer(name, torch.ones(steps, channels))

    @torch.no_grad()
    def fit(self, alphas_cumprod: Tensor, deviation: Tensor) -> None:
        """ᾱ (steps,) of the schedule, deviation (C,) of clean latents."""
        a, s = alphas_cumprod.sqrt()[:, None], (1 - alphas_cumprod).sqrt()[:, None]
        spread = a**2 * deviation**2 + s**2
        self.skip.copy_(a * deviation**2 / spread)
        self.out.copy_(s * deviation / spread.sqrt())
        self.unit.copy_(spread**-0.5)

    def at(self, table: Tensor, timestep: Tensor) -> Tensor:
        """Rows of a table for timesteps (b,), shaped (b, C, 1, 1, 1)."""
        return table[timestep.long()][:, :, None, None, None]

    def bring_out(self, clean: Tensor, timestep: Tensor, strength: float) -> Tensor:
        """An estimate x₀ (b, C, f, h, w) with what it says within cells made stronger, as far as it is a guess.

        A guess is the mean of what could be, and weaker than any of it. √(1 − skip) is how much of a channel x does
        not tell; cells count by what they have, E² / (1 + E²) of their mean square E in the channels behind the
        first three, so that plain ones stay plain.
        """
        inner = clean[:, PLAIN:]
        energy = inner.square().mean(1, keepdim=True).square()
        guessed = (1 - self.at(self.skip, timestep)[:, PLAIN:]).clamp_min(0).sqrt()
        return torch.cat([clean[:, :PLAIN], inner * (1 + strength * guessed * (energy / (1 + energy)))], dim=1)

    def forward(self, noisy: Tensor, drawn: Tensor, less: Tensor, timestep: Tensor) -> Tensor:
        """Noisy latents, F and H, all (b, C, f, h, w), timestep (b,) or (1,) → x₀."""
        skip, out, unit = (self.at(table, timestep) for table in (self.skip, self.out, self.unit))
        return skip * noisy + out * (drawn - less * unit * noisy)
