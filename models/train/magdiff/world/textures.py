"""Batched procedural pictures: smooth noise, stripes, gradients, and textured shapes with alpha.

Every function takes a `torch.Generator` on the CPU, so that a seed means the same on any device.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Generator, Tensor


def rand(g: Generator, *shape: int, lo: float = 0.0, hi: float = 1.0) -> Tensor:
    """Uniform numbers in lo..hi."""
    return torch.rand(*shape, generator=g) * (hi - lo) + lo


def smooth_noise(g: Generator, n: int, channels: int, side: int, octaves: int = 4) -> Tensor:
    """Sum of bicubically enlarged noise; (n, channels, side, side), roughly in −1..1."""
    out = torch.zeros(n, channels, side, side)
    cells = int(torch.randint(2, 5, (1,), generator=g))
    weight = 1.0
    for _ in range(octaves):
        grid = torch.randn(n, channels, cells, cells, generator=g)
        out += weight * F.interpolate(grid, size=(side, side), mode="bicubic", align_corners=False)
        cells, weight = min(cells * 2, side), weight * 0.55
    return (out / 1.6).clamp(-1.5, 1.5)


def coordinates(side: int) -> tuple[Tensor, Tensor]:
    """x and y in −1..1, each (side, side)."""
    axis = (torch.arange(side) + 0.5) / side * 2 - 1
    return axis.expand(side, side), axis.view(-1, 1).expand(side, side)


def textured(g: Generator, n: int, side: int) -> Tensor:
    """Colourful patterns, RGB in 0..1: (n, 3, side, side). Stripes, checks, dots, noise, gradients."""
    x, y = coordinates(side)
    a = rand(g, n, 1, 1, hi=2 * math.pi)
    u = x * a.cos() + y * a.sin()
    v = y * a.cos() - x * a.sin()
    freq = rand(g, n, 1, 1, lo=2.0, hi=14.0)
    kind = torch.randint(0, 6, (n, 1, 1), generator=g)
    noise = smooth_noise(g, n, 1, side)[:, 0]
    waves = (u * freq + noise * rand(g, n, 1, 1, hi=1.5)).sin()
    patterns = [
        waves,
        waves.sign(),
        (waves * (v * freq).sin()).sign(),
        ((u * freq).sin() * (v * freq).sin() > 0.4).float() * 2 - 1,
        noise,
        u,
    ]
    m = torch.zeros(n, side, side)
    for i, p in enumerate(patterns):
        m = torch.where(kind == i, p, m)
    m = (m * 0.5 + 0.5).clamp(0, 1).unsqueeze(1)
    c0, c1 = rand(g, n, 3, 1, 1), rand(g, n, 3, 1, 1)
    shade = 1 + 0.25 * smooth_noise(g, n, 3, side, 3) * rand(g, n, 1, 1, 1)
    return ((c0 * m + c1 * (1 - m)) * shade).clamp(0, 1)


def shape_subjects(g: Generator, n: int, side: int) -> Tensor:
    """Textured blobs, stars and boxes with soft shading: RGBA in 0..1, (n, 4, side, side)."""
    x, y = coordinates(side)
    angle = torch.atan2(y, x)
    radius = (x * x + y * y).sqrt()
    lobes = torch.randint(2, 7, (n, 1, 1), generator=g)
    depth = rand(g, n, 1, 1, hi=0.35)
    wobble = (angle * lobes + rand(g, n, 1, 1, hi=6.0)).sin() * depth
    wobble += (angle * (lobes + 2) + rand(g, n, 1, 1, hi=6.0)).sin() * depth * 0.4
    aspect = rand(g, n, 1, 1, lo=0.55, hi=1.0)
    box = torch.maximum(x.abs() / aspect, y.abs()) * 0.95
    blob = ((x / aspect) ** 2 + y * y).sqrt() * (1 + wobble)
    r = torch.where(rand(g, n, 1, 1) < 0.25, box, blob * 1.12)
    alpha = ((0.9 - r) * side / 4).clamp(0, 1)
    rgb = textured(g, n, side)
    second = textured(g, n, side)
    split = (y * rand(g, n, 1, 1, lo=-1, hi=1) + x * rand(g, n, 1, 1, lo=-1, hi=1)) > rand(
        g, n, 1, 1, lo=-0.4, hi=0.4
    )
    rgb = torch.where(split.unsqueeze(1), rgb, second)
    cx, cy = rand(g, n, 1, 1, lo=-0.4, hi=0.4), rand(g, n, 1, 1, lo=-0.4, hi=0.1)
    glow = torch.exp(-((x - cx) ** 2 + (y - cy) ** 2) * 3) * rand(g, n, 1, 1, hi=0.6)
    rgb = rgb * (1.05 - 0.45 * radius * rand(g, n, 1, 1)).unsqueeze(1) + glow.unsqueeze(1) * 0.6
    return torch.cat([rgb.clamp(0, 1), alpha.unsqueeze(1)], dim=1)
