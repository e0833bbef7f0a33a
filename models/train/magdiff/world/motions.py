"""Motions of a subject as paths of offset, scale and angle over the frames of a clip."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from .textures import rand

MOTION_WORDS = [
    "still", "left", "right", "up", "down", "jump", "spin", "grow", "shrink", "shake",
    "swing", "circle",
]  # fmt: skip


@dataclass
class Path:
    """Per frame, relative to frame 0: offset (n, f) in half frames, scale factor, angle in radians."""

    dx: Tensor
    dy: Tensor
    scale: Tensor
    angle: Tensor


SPEED_FACTORS = (1.0, 0.62, 1.35)  # as said, slowly, quickly


def starting_size(motion: Tensor) -> Tensor:
    """Factor of a subject's size before it moves: what grows starts smaller, what shrinks larger."""
    return torch.tensor([{7: 0.8, 8: 1.25}.get(int(m), 1.0) for m in motion])


def motion_paths(g: Generator, motion: Tensor, speed: Tensor, frames: int, size: Tensor) -> Path:
    """Paths of motion indices (n,); `speed` multiplies the extent; `size` is the subject's scale."""
    n = len(motion)
    u = torch.linspace(0, 1, frames).expand(n, frames) if frames > 1 else torch.zeros(n, 1)
    ease = (rand(g, n, 1) < 0.3).float()
    e = ease * (u * u * (3 - 2 * u)) + (1 - ease) * u
    far = rand(g, n, 1, lo=0.55, hi=0.85) * speed.view(n, 1)
    sign = (rand(g, n, 1) < 0.5).float() * 2 - 1
    zero, one = torch.zeros(n, frames), torch.ones(n, frames)
    s = speed.view(n, 1)
    turn = sign * math.pi * rand(g, n, 1, lo=0.7, hi=1.3) * s
    wave = (u * 2 * math.pi).sin()
    swing = sign * wave * rand(g, n, 1, lo=0.5, hi=0.75) * s
    reach = size.view(n, 1)
    shake = torch.zeros(n, frames)
    shake[:, 1::2] = 1.0
    shake[:, 2::2] = -1.0
    radius = rand(g, n, 1, lo=0.28, hi=0.42) * s
    # offset x, offset y, scale, angle of every motion, in the order of MOTION_WORDS
    rows = {
        "still": (zero, zero, one, zero),
        "left": (-far * e, zero, one, zero),
        "right": (far * e, zero, one, zero),
        "up": (zero, -far * e, one, zero),
        "down": (zero, far * e, one, zero),
        "jump": (zero, -far * 0.85 * 4 * u * (1 - u), one, zero),
        "spin": (zero, zero, one, turn * e),
        "grow": (zero, zero, 1 + e * rand(g, n, 1, lo=0.5, hi=0.9) * s, zero),
        "shrink": (zero, zero, 1 / (1 + e * rand(g, n, 1, lo=0.8, hi=1.4) * s), zero),
        "shake": (shake * sign * rand(g, n, 1, lo=0.12, hi=0.2) * s, zero, one, zero),
        "swing": (-reach * swing.sin(), reach * (swing.cos() - 1), one, swing),
        "circle": (
            sign * radius * wave,
            radius * ((u * 2 * math.pi).cos() - 1) * -1,
            one,
            zero,
        ),
    }
    stack = [torch.stack([rows[w][k] for w in MOTION_WORDS], dim=1) for k in range(4)]
    at = torch.arange(n)
    return Path(*(t[at, motion] for t in stack))


def start_position(g: Generator, path: Path, size: Tensor) -> tuple[Tensor, Tensor]:
    """A centre (n,), (n,) from which the whole path stays mostly inside the frame."""

    def centre(offset: Tensor) -> Tensor:
        half = (size.view(-1, 1) * path.scale * 0.85).clamp_max(0.95)
        lo = (-1 + half - offset).amax(1)
        hi = (1 - half - offset).amin(1)
        mid = (lo + hi) / 2
        return torch.where(hi > lo, lo + (hi - lo) * rand(g, len(lo)), mid)

    return centre(path.dx), centre(path.dy)
