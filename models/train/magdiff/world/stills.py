"""Still pictures for the VAE: subjects over scenes, patterns and black, at several sizes."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from .subjects import SIDE, ScenePack, SubjectPack
from .textures import rand, shape_subjects, smooth_noise, textured


def affine(scale: Tensor, angle: Tensor, dx: Tensor, dy: Tensor, flip: Tensor) -> Tensor:
    """Sampling matrices (n, 2, 3): source = rotation · (target − offset) / scale."""
    c, s = angle.cos() / scale, angle.sin() / scale
    row0 = torch.stack([c * flip, s * flip, -(c * dx + s * dy) * flip], dim=-1)
    row1 = torch.stack([-s, c, s * dx - c * dy], dim=-1)
    return torch.stack([row0, row1], dim=1)


def place_subjects(rgba: Tensor, theta: Tensor, side: int) -> Tensor:
    """Draws RGBA 0..1 (n, 4, s, s) through `theta` onto a transparent (n, 4, side, side)."""
    pre = torch.cat([rgba[:, :3] * rgba[:, 3:], rgba[:, 3:]], dim=1)
    grid = F.affine_grid(theta, [len(rgba), 4, side, side], align_corners=False)
    return F.grid_sample(pre, grid, align_corners=False)


def over(premultiplied: Tensor, background: Tensor) -> Tensor:
    """Alpha-over of (n, 4, h, w) on (n, 3, h, w)."""
    return premultiplied[:, :3] + background * (1 - premultiplied[:, 3:])


def _pick(g: Generator, n: int, count: int) -> Tensor:
    return torch.randint(0, n, (count,), generator=g)


def backgrounds(g: Generator, scenes: ScenePack, n: int, side: int) -> Tensor:
    """Scene crops (about a half), patterns, smooth noise over gradients, black; 0..1."""
    pick = scenes.rgb[_pick(g, len(scenes.words), n)].float() / 255
    scale = 1 / rand(g, n, lo=0.35, hi=1.0)
    room = 1 - 1 / scale
    flip = (rand(g, n) < 0.5).float() * 2 - 1
    dx, dy = rand(g, n, lo=-1, hi=1) * room, rand(g, n, lo=-1, hi=1) * room
    zero = torch.zeros(n)
    theta = affine(scale, zero, -dx * scale, -dy * scale, flip)
    grid = F.affine_grid(theta, [n, 3, side, side], align_corners=False)
    crops = F.grid_sample(pick, grid, align_corners=False, padding_mode="border")
    y = torch.linspace(0, 1, side).view(1, 1, -1, 1)
    c0, c1 = rand(g, n, 3, 1, 1), rand(g, n, 3, 1, 1)
    soft = c0 * (1 - y) + c1 * y + 0.15 * smooth_noise(g, n, 3, side) * rand(g, n, 1, 1, 1)
    kind = rand(g, n).view(n, 1, 1, 1)
    out = torch.where(kind < 0.55, crops, textured(g, n, side))
    out = torch.where(kind > 0.68, soft, out)
    return torch.where(kind > 0.82, torch.zeros(()), out).clamp(0, 1)


def stills(g: Generator, subjects: SubjectPack, scenes: ScenePack, n: int, side: int) -> Tensor:
    """A batch of pictures in −1..1, (n, 3, side, side)."""
    picture = backgrounds(g, scenes, n, side)
    for layer in range(2):
        pack = subjects.rgba[_pick(g, len(subjects), n)].float() / 255
        shapes = shape_subjects(g, max(1, n // 4), SIDE)
        pack[: len(shapes)] = shapes
        pack = pack[torch.randperm(n, generator=g)]
        theta = affine(
            rand(g, n, lo=0.25, hi=0.95),
            rand(g, n, lo=-math.pi, hi=math.pi) * (rand(g, n) < 0.4),
            rand(g, n, lo=-0.6, hi=0.6),
            rand(g, n, lo=-0.6, hi=0.6),
            (rand(g, n) < 0.5).float() * 2 - 1,
        )
        drawn = place_subjects(pack, theta, side)
        if layer == 1:
            drawn = drawn * (rand(g, n, 1, 1, 1) < 0.3)
        picture = over(drawn, picture)
    return picture.clamp(0, 1) * 2 - 1
