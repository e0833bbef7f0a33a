"""Measures of drawn places that need no reader and no matching true picture: grain, sharpness, flicker, copying."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def gradient_energy(pictures: Tensor, weight: Tensor) -> Tensor:
    """Mean squared difference of neighbours, of pictures (n, 3, h, w) where weight (n, h, w) is 1; a scalar."""
    across = (pictures[..., :, 1:] - pictures[..., :, :-1]).square().mean(1)
    down = (pictures[..., 1:, :] - pictures[..., :-1, :]).square().mean(1)
    one, two = weight[..., :, 1:] * weight[..., :, :-1], weight[..., 1:, :] * weight[..., :-1, :]
    return (across * one).sum() / one.sum() + (down * two).sum() / two.sum()


def blurred(pictures: Tensor) -> Tensor:
    """A 5 × 5 box average of (n, c, h, w)."""
    return F.avg_pool2d(F.pad(pictures, (2, 2, 2, 2), mode="replicate"), 5, 1)


def grain(pictures: Tensor, weight: Tensor) -> Tensor:
    """High-pass energy where the picture is smooth: in the half of the weighed pixels whose blurred surroundings
    change least; pictures (n, 3, h, w), weight (n, h, w); a scalar."""
    low = blurred(pictures)
    high = (pictures - low).square().mean(1)
    padded = F.pad(blurred(low), (1, 1, 1, 1), mode="replicate")
    slope = (padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]).square().mean(1)
    slope = slope + (padded[..., 2:, 1:-1] - padded[..., :-2, 1:-1]).square().mean(1)
    total = pictures.new_zeros(())
    for h, s, w in zip(high, slope, weight > 0.5, strict=True):
        if bool(w.any()):
            total = total + h[w][s[w] <= s[w].median()].mean()
    return total / len(pictures)


def flicker(video: Tensor, weight: Tensor) -> Tensor:
    """Mean change from frame to frame in 1/255, of video (n, f, 3, h, w) where weight (n, f, h, w) is 1 in both."""
    both = weight[:, 1:] * weight[:, :-1]
    change = (video[:, 1:] - video[:, :-1]).abs().mean(2)
    return 255 * (change * both).sum() / both.sum()


def psnr_within(a: Tensor, b: Tensor, weight: Tensor) -> Tensor:
    """PSNR in dB over all pixels of a, b (n, 3, h, w) where weight (n, h, w) is 1; a scalar."""
    error = ((a - b).square().mean(1) * weight).sum() / weight.sum()
    return -10 * error.clamp_min(1e-10).log10()
