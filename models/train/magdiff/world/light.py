"""Light and weather over places, and the shadow of what stands in them."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from .textures import rand


def grade(g: Generator, rgb: Tensor, light: Tensor) -> Tensor:
    """Light of the background: (n, f, 3, h, w) by light index (n,)."""
    n, _, _, h, w = rgb.shape
    at = light.view(n, 1, 1, 1, 1)
    night = rgb * torch.tensor([0.25, 0.3, 0.5]).view(1, 1, 3, 1, 1)
    down = torch.linspace(1, 0, h).view(1, 1, 1, h, 1)
    warm = torch.tensor([1.0, 0.55, 0.25]).view(1, 1, 3, 1, 1)
    sunset = (rgb * torch.tensor([0.95, 0.68, 0.55]).view(1, 1, 3, 1, 1)) * 0.75 + warm * (0.3 * down)
    thick = rand(g, n, 1, 1, 1, 1, lo=0.5, hi=0.7)
    fog = rgb * (1 - thick) + 0.82 * thick
    grey = rgb.mean(2, keepdim=True) * 0.5 + rgb * 0.3
    for index, value in ((1, night), (2, sunset), (3, fog), (4, grey), (5, rgb * 0.8 + 0.12)):
        rgb = torch.where(at == index, value, rgb)
    return rgb


def weather(g: Generator, rgb: Tensor, light: Tensor) -> Tensor:
    """Falling rain (index 4) or snow (5) over the background."""
    n, f, _, h, w = rgb.shape
    if not bool(((light == 4) | (light == 5)).any()):
        return rgb
    dots = (torch.rand(n, 1, h // 2, w // 2, generator=g) > 0.985).float()
    flakes = F.interpolate(dots, size=(h, w), mode="bilinear")
    streaks = F.max_pool2d(F.pad(dots, (0, 0, 8, 0)), (9, 1), 1)
    streaks = F.interpolate(streaks, size=(h, w), mode="bilinear") * 0.45
    out = []
    for k in range(f):
        snow = flakes.roll(k * 6, 2) * (light == 5).view(n, 1, 1, 1)
        rain = streaks.roll(k * 23, 2) * (light == 4).view(n, 1, 1, 1)
        m = (snow + rain).clamp(0, 1)
        out.append(rgb[:, k] * (1 - m) + m * 0.95)
    return torch.stack(out, 1)


def contact_shadow(alpha: Tensor) -> Tensor:
    """A soft flat shadow where each subject of (n, f, h, w) stands in frame 1, paler as it rises from there."""
    _, _, h, w = alpha.shape
    rows = torch.arange(h, dtype=torch.float32)
    there = alpha > 0.5
    bottom = torch.where(there.any(3), rows, rows.new_tensor(-1.0)).amax(2)
    across = alpha.sum(2)
    columns = torch.arange(w, dtype=torch.float32)
    weight = across.sum(2).clamp_min(1e-3)
    middle = (across * columns).sum(2) / weight
    wide = ((across * (columns - middle.unsqueeze(2)) ** 2).sum(2) / weight).sqrt().clamp_min(2.0) * 1.9
    ground = bottom[:, :1].expand_as(bottom)
    height = ((ground - bottom) / h).clamp_min(0) * 4
    x = (columns.view(1, 1, 1, w) - middle[:, :, None, None]) / wide[:, :, None, None]
    y = (rows.view(1, 1, h, 1) - ground[:, :, None, None]) / (0.3 * wide[:, :, None, None])
    strength = (1 - height).clamp(0.25, 1) * (6 * ground / h - 3.6).clamp(0, 1)  # none before the sky
    return (1.15 - (x**2 + y**2)).clamp(0, 1) * strength[:, :, None, None]
