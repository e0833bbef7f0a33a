"""Noise: scaled-linear β, rescaled to zero terminal SNR; prediction of x₀; DDIM at trailing timesteps."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

# eight even trailing steps start at noise of ∞, 22, 6.9, 3.1, 1.7, 1, 0.57 and 0.26 times the picture
BETAS = (0.0001, 0.02)
TRAILING_POWER = 1.5  # of multistep solvers' timesteps
RELEASED_BETAS = (0.00085, 0.012)


class NoiseSchedule:
    """`alphas_cumprod` (1000,) in float32."""

    def __init__(
        self, zero_snr: bool = True, steps: int = 1000, first: float = BETAS[0], last: float = BETAS[1]
    ) -> None:
        betas = torch.linspace(first**0.5, last**0.5, steps) ** 2
        root = torch.cumprod(1 - betas, dim=0).sqrt()
        if zero_snr:
            top, bottom = root[0].clone(), root[-1].clone()
            root = (root - bottom) * (top / (top - bottom))
        self.alphas_cumprod = root**2
        self.steps = steps

    def pair(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """√ᾱ and √(1 − ᾱ) of timesteps (b,), shaped (b, 1, 1, 1, 1)."""
        a = self.alphas_cumprod.to(t.device)[t].view(-1, 1, 1, 1, 1)
        return a.sqrt(), (1 - a).sqrt()

    def after(self, t: int) -> Tensor:
        """ᾱ of timestep t, 1 (the clean picture) below 0."""
        return self.alphas_cumprod[t] if t >= 0 else torch.ones(())

    def trailing(self, count: int, power: float = 1.0) -> list[int]:
        """Trailing timesteps, high to low: 999 first; above a power of 1 they crowd where there is more noise."""
        return [round(self.steps - self.steps * (i / count) ** power) - 1 for i in range(count)]


def ddim_step(x: Tensor, out: Tensor, a: Tensor, a_next: Tensor, kind: str) -> Tensor:
    """One deterministic DDIM step from ᾱ = a < 1 to ᾱ = a_next; `kind` "epsilon", "v_prediction" or "sample"."""
    if kind == "sample":
        clean = out
        eps = (x - a.sqrt() * clean) / (1 - a).sqrt()
    elif kind == "v_prediction":
        clean = a.sqrt() * x - (1 - a).sqrt() * out
        eps = a.sqrt() * out + (1 - a).sqrt() * x
    else:
        eps = out
        clean = (x - (1 - a).sqrt() * eps) / a.sqrt()
    return a_next.sqrt() * clean + (1 - a_next).sqrt() * eps


@torch.no_grad()
def ddim_sample(
    predict: Callable[[Tensor, Tensor], Tensor], noise: Tensor, schedule: NoiseSchedule, count: int
) -> Tensor:
    """Runs `count` trailing DDIM steps of an x₀-predictor from `noise` to clean latents.

    The last step goes to ᾱ = 1 (`set_alpha_to_one`), as the exported scheduler says: its result is x₀ itself.
    """
    times = schedule.trailing(count)
    ratio = schedule.steps // count
    x = noise
    for t in times:
        clean = predict(x, torch.tensor([t], device=x.device))
        a = schedule.alphas_cumprod[t].to(x.device)
        b = schedule.after(t - ratio).to(x.device)
        x = ddim_step(x, clean, a, b, "sample")
    return x


@torch.no_grad()
def multistep_sample(
    predict: Callable[[Tensor, Tensor], Tensor], noise: Tensor, schedule: NoiseSchedule, count: int
) -> Tensor:
    """As `ddim_sample`, by DPM-Solver++(2M) (Lu et al. 2022): what the last step found straightens the next.

    The first two steps, of which the first starts from noise alone, and the last are of first order.
    """
    times = schedule.trailing(count, TRAILING_POWER)
    x, last, before = noise, noise, math.inf
    for t, following in zip(times, [*times[1:], -1], strict=True):
        clean = predict(x, torch.tensor([t], device=x.device))
        if following < 0:
            return clean
        a, b = float(schedule.alphas_cumprod[t]), float(schedule.alphas_cumprod[following])
        h = math.inf if a < 1e-9 else (math.log(b / (1 - b)) - math.log(a / (1 - a))) / 2
        straight = clean if math.isinf(before) else clean + h / (2 * before) * (clean - last)
        x = math.sqrt((1 - b) / (1 - a)) * x + math.sqrt(b) * (1 - math.exp(-h)) * straight
        last, before = clean, h
    return x


SAMPLER = "dpmpp-2m"  # as users run it
SAMPLERS = {"ddim": ddim_sample, "dpmpp-2m": multistep_sample}


def mixed_noise(g: torch.Generator, shape: torch.Size | tuple[int, ...], share: Tensor) -> Tensor:
    """Noise (n, C, f, h, w), of which the frames of clip i have the share `share[i]` (n,) in common, 0 to 1.

    Mixed noise of Ge et al. 2023: what stands still in a clip then starts from noise that stands still.
    """
    n, c, _, h, w = shape
    common = torch.randn(n, c, 1, h, w, generator=g)
    share = share.view(n, 1, 1, 1, 1)
    return share.sqrt() * common + (1 - share).sqrt() * torch.randn(shape, generator=g)
