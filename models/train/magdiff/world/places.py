"""Illustrated places of limited palettes: `draw_place(kind, generator, n, side)` → RGB in 0..1.

Every place's parameters are drawn per picture; little of it is smaller than 8 pixels.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from .canvas import Canvas
from .landscapes import beach, desert, forest, meadow, mountains, sea, snow
from .textures import rand

PLACE_WORDS = [
    "beach", "sea", "desert", "mountains", "forest", "meadow", "snow", "city", "street",
    "room", "stage", "space", "underwater", "sky", "grid",
]  # fmt: skip
# where a subject throws a shadow on the ground below it
GROUNDED = {"beach", "desert", "meadow", "snow", "city", "street", "room", "stage", "forest", "grid"}
OUTDOOR = {"beach", "sea", "desert", "mountains", "forest", "meadow", "snow", "city", "street"}


def city(c: Canvas) -> None:
    """A far skyline, near towers with rows of windows, pavement in front."""
    c.sky()
    level = 0.5
    for k in range(6):
        cx = -1 + 0.4 * k + c.u(-0.1, 0.1)
        tower = torch.minimum(c.u(0.12, 0.2) - (c.x - cx).abs(), c.y - c.u(-0.5, -0.1))
        c.fill(c.soft(tower), c.colour((0.62, 0.72, 0.85), (0.68, 0.74, 0.84)))
    for k in range(5):
        cx, half, top = -0.9 + 0.45 * k + c.u(-0.08, 0.08), c.u(0.17, 0.22), c.u(-0.6, 0.05)
        body = torch.minimum(half - (c.x - cx).abs(), c.y - top)
        there = c.some(0.85)
        wall = c.colour((0.42, 0.48, 0.6), (0.62, 0.5, 0.46), (0.5, 0.52, 0.56), (0.72, 0.66, 0.56))
        shade = 1 - 0.15 * c.soft(c.x - cx, 1.0).unsqueeze(1)
        c.fill(c.soft(body) * there, wall * shade)
        column = 0.045 - (((c.x - cx) / (2 * half) * 3 + 1.5) % 1 - 0.5).abs() * 2 * half / 3
        row = 0.05 - (((c.y - top) / 0.19) % 1 - 0.5).abs() * 0.19
        pane = torch.minimum(torch.minimum(column, row), body - 0.03)
        c.fill(c.soft(pane) * there * 0.9, c.colour((0.98, 0.9, 0.62), (0.75, 0.88, 0.97)))
    c.fill(c.soft(c.y - level), c.gradient(c.colour((0.6, 0.6, 0.63)), c.colour((0.45, 0.45, 0.49)), level, 1.0))
    c.fill(c.soft(0.025 - (c.y - level - 0.03).abs()), c.colour((0.78, 0.78, 0.78)))


def street(c: Canvas) -> None:
    """A road running to the vanishing point between lawns, hills behind."""
    c.sky()
    horizon, vx = c.u(-0.2, 0.0), c.u(-0.2, 0.2)
    c.fill(c.soft(c.y - horizon + 0.12 + 0.07 * c.wave(2, 4)), c.colour((0.5, 0.66, 0.6)))
    ground = c.soft(c.y - horizon)
    lawn = c.gradient(c.colour((0.55, 0.74, 0.35), (0.62, 0.7, 0.4)), c.colour((0.34, 0.58, 0.22)), -0.1, 1.0)
    c.fill(ground, lawn)
    depth = (c.y - horizon).clamp_min(0.001)
    off = c.x - vx
    for wide, colour in (
        (0.95, (0.75, 0.74, 0.72)),
        (0.8, (0.32, 0.33, 0.37)),
        (0.72, (0.92, 0.92, 0.88)),
        (0.67, (0.32, 0.33, 0.37)),
    ):
        c.fill(ground * c.soft(wide * depth - off.abs()), c.colour(colour))
    dash = c.soft(0.13 - ((0.75 / (depth + 0.2) + c.u(0, 1)) % 1.0 - 0.5).abs() * 0.5, 1.5)
    c.fill(
        ground * dash * c.soft(0.045 * depth - off.abs()) * c.soft(depth - 0.12, 4.0), c.colour((0.97, 0.86, 0.4))
    )


def room(c: Canvas) -> None:
    """A painted wall, a window with a bar, a picture, a skirting board, a floor of boards, a rug."""
    wall = c.colour((0.82, 0.88, 0.8), (0.93, 0.85, 0.72), (0.78, 0.84, 0.92), (0.93, 0.8, 0.78))
    c.rgb = wall * (1.04 - 0.14 * c.distance(c.u(-0.4, 0.4), c.u(-0.6, -0.2))).clamp(0.7, 1.1).unsqueeze(1)
    side = c.some(0.5) * 2 - 1
    for at, hw, hh in ((-0.5, 0.27, 0.3), (0.5, 0.2, 0.16)):
        cx, cy = side * at + c.u(-0.12, 0.12), c.u(-0.45, -0.3)
        box = torch.minimum(hw - (c.x - cx).abs(), hh - (c.y - cy).abs())
        c.fill(c.soft(box), c.colour((0.97, 0.96, 0.93)))
        if at < 0:
            c.fill(
                c.soft(box - 0.045), c.gradient(c.colour((0.45, 0.7, 0.95)), c.colour((0.8, 0.92, 0.98)), -0.7, 0.0)
            )
            bar = torch.maximum(0.02 - (c.x - cx).abs(), 0.02 - (c.y - cy).abs())
            c.fill(c.soft(torch.minimum(bar, box)), c.colour((0.97, 0.96, 0.93)))
        else:
            c.fill(c.soft(box - 0.04), c.colour((0.3, 0.5, 0.6), (0.8, 0.5, 0.35), (0.45, 0.55, 0.35)))
    floor = c.u(0.32, 0.45)
    depth = (c.y - floor).clamp_min(0.0) + 0.5
    boards = (((c.x / depth) * 2.0) % 1.0 - 0.5).abs() * depth / 2.0
    line = 0.25 * c.soft(0.012 - boards).unsqueeze(1)
    c.fill(c.soft(c.y - floor), c.colour((0.68, 0.46, 0.28), (0.58, 0.4, 0.27)) * (1 - line))
    c.fill(c.soft(0.035 - (c.y - floor).abs()), c.colour((0.97, 0.95, 0.92)))
    rug = c.soft(0.55 - c.distance(c.u(-0.3, 0.3), c.u(0.72, 0.8), 3.2)) * c.some(0.5)
    c.fill(rug, c.colour((0.75, 0.35, 0.33), (0.35, 0.5, 0.62)))


def stage(c: Canvas) -> None:
    """Curtains with folds, a golden pelmet, boards, a spotlight and its pool of light."""
    folds = (c.x * c.u(15, 20) + 0.5 * c.wave(1, 3)).sin() * 0.5 + 0.5
    c.rgb = c.colour((0.74, 0.1, 0.14), (0.68, 0.08, 0.2)) * (0.5 + 0.55 * folds).unsqueeze(1)
    floor = c.u(0.42, 0.52)
    boards = c.gradient(c.colour((0.42, 0.26, 0.15)), c.colour((0.62, 0.4, 0.24)), 0.4, 1.0)
    c.fill(c.soft(c.y - floor), boards)
    px, tx = c.u(-0.8, 0.8), c.u(-0.35, 0.35)
    pool = c.soft(0.5 - c.distance(tx, floor + 0.25, 3.0), 8.0)
    axis = px + (tx - px) * (c.y + 1.1) / (floor + 1.35)
    wide = (c.y + 1.15) * 0.32
    beam = (1 - (c.x - axis).abs() / wide).clamp(0, 1) * c.soft(floor + 0.2 - c.y, 12.0)
    light = (beam * 0.35 + pool * 0.35).clamp(0, 0.6)
    c.fill(light, c.colour((1.0, 0.95, 0.78)))
    scallop = -0.72 + 0.07 * (c.x * 8 + c.u(0, 3)).cos().abs()
    c.fill(c.soft(scallop - c.y), c.colour((0.88, 0.7, 0.26)))
    c.fill(c.soft(scallop - 0.07 - c.y), c.colour((0.7, 0.12, 0.16)))


def space(c: Canvas) -> None:
    """Soft stars of two sizes, a nebula, a banded planet with a night side."""
    c.rgb = c.gradient(c.colour((0.03, 0.03, 0.1)), c.colour((0.1, 0.06, 0.2)))
    cloud = (1 - c.distance(c.u(-0.7, 0.7), c.u(-0.7, 0.7), 1.6) / 0.9).clamp(0, 1) ** 1.5 * 0.45
    c.fill(cloud * (0.8 + 0.4 * c.noise(2)).clamp(0, 1), c.colour((0.5, 0.2, 0.55), (0.2, 0.35, 0.65)))
    for k in range(26):
        cx, cy = -1 + 0.4 * (k % 5 + c.u(0, 1)), -1 + 0.4 * (k // 5 + c.u(0, 1))
        size = 0.034 if k % 4 == 0 else 0.022
        c.fill((1 - c.distance(cx, cy) / (1.6 * size)).clamp(0, 1), c.colour((1.0, 1.0, 0.95), (0.85, 0.9, 1.0)))
    cx, cy, r = c.u(-0.65, 0.65), c.u(-0.55, 0.55), c.u(0.22, 0.38)
    there = c.some(0.8)
    across = ((c.y - cy) + 0.3 * (c.x - cx)) / r
    body = c.colour((0.9, 0.6, 0.4), (0.5, 0.7, 0.9), (0.8, 0.5, 0.75), (0.6, 0.8, 0.6))
    lit = (0.75 - 0.55 * (c.x - cx) / r - 0.35 * (c.y - cy) / r).clamp(0.12, 1.1).unsqueeze(1)
    bands = (1 + 0.12 * (across * 5).sin()).unsqueeze(1)
    c.fill(c.soft(r - c.distance(cx, cy)) * there, (body * lit * bands).clamp(0, 1))


def underwater(c: Canvas) -> None:
    """Blue-green depth, light rays, bubbles, a sandy floor with weeds and a rock."""
    c.rgb = c.gradient(c.colour((0.3, 0.78, 0.82)), c.colour((0.03, 0.25, 0.48)), -1.0, 0.8)
    slant = c.x + c.y * c.u(-0.4, 0.4)
    rays = ((slant * c.u(5, 8) + c.u(0, 6)).sin() * 0.5 + 0.5) ** 2 * (0.5 - c.y * 0.6).clamp(0, 1)
    c.fill(0.3 * rays, c.colour((0.8, 0.97, 0.95)))
    floor = c.u(0.55, 0.68) + 0.06 * c.wave(1.5, 3)
    for k in range(4):
        cx, h = -0.85 + 0.55 * k + c.u(-0.18, 0.18), c.u(0.35, 0.65)
        up = ((0.75 - c.y) / h).clamp(0, 1)
        sway = cx + 0.06 * (c.y * 7 + c.u(0, 6)).sin()
        weed = torch.minimum(0.05 * (1.15 - up) - (c.x - sway).abs(), c.y - 0.75 + h)
        c.fill(c.soft(weed), c.colour((0.12, 0.5, 0.3), (0.2, 0.56, 0.26)))
    c.fill(c.soft(c.y - floor), c.gradient(c.colour((0.7, 0.74, 0.55)), c.colour((0.48, 0.56, 0.46)), 0.5, 1.0))
    for _ in range(4):
        cx, cy, r = c.u(-0.8, 0.8), c.u(-0.7, 0.4), c.u(0.04, 0.07)
        c.fill(c.soft(r - c.distance(cx, cy), 1.5) * 0.45, c.colour((0.8, 0.96, 1.0)))
        c.fill(c.soft(0.35 * r - c.distance(cx - 0.35 * r, cy - 0.35 * r), 1.5) * 0.8, c.colour((0.95, 1.0, 1.0)))


def sky(c: Canvas) -> None:
    """Nothing but sky and large clouds, smaller ones far below."""
    c.rgb = c.gradient(c.colour((0.22, 0.5, 0.88), (0.3, 0.56, 0.9)), c.colour((0.66, 0.85, 0.97)))
    white = c.colour((0.98, 0.98, 1.0))
    for at, low, size in ((-0.5, -0.5, 0.34), (0.55, -0.15, 0.36), (-0.45, 0.35, 0.4), (0.5, 0.75, 0.42)):
        c.cloud(at + c.u(-0.3, 0.3), low + c.u(-0.15, 0.15), size * c.u(0.7, 1.1), white, c.some(0.9))


def grid(c: Canvas) -> None:
    """A glowing perspective grid, fading with distance, under a violet sky with a banded sun."""
    c.rgb = c.gradient(c.colour((0.08, 0.02, 0.2)), c.colour((0.5, 0.12, 0.5)), -1, 0.15)
    horizon, cx, r = c.u(-0.05, 0.15), c.u(-0.3, 0.3), c.u(0.36, 0.46)
    cy = horizon - c.u(0.18, 0.28)
    bands = c.soft(0.045 - 0.03 * (c.y - cy) / r - (((c.y - cy) / 0.13) % 1 - 0.5).abs() * 0.065, 1.5)
    face = c.gradient(c.colour((1.0, 0.85, 0.4)), c.colour((1.0, 0.35, 0.55)), -0.5, 0.2)
    c.fill(c.soft(r - c.distance(cx, cy)) * torch.maximum(bands, c.soft(cy - c.y)), face)
    neon = c.colour((0.2, 0.95, 1.0), (1.0, 0.3, 0.9))
    depth = (c.y - horizon).clamp_min(0.02)
    c.fill(c.soft(c.y - horizon), c.colour((0.07, 0.02, 0.16)))
    upright = (((c.x / depth) * 1.2) % 1.0 - 0.5).abs() * depth / 1.2
    level = ((0.55 / (depth + 0.1)) % 1.0 - 0.5).abs() * (depth + 0.1) ** 2 / 0.55
    line = torch.maximum(c.soft(0.02 - upright, 1.5), c.soft(0.016 - level, 1.5)) * ((depth - 0.1) * 4).clamp(0, 1)
    c.fill(c.soft(c.y - horizon) * line, neon)
    c.fill((1 - (c.y - horizon).abs() / 0.06).clamp(0, 1), neon)


_DRAW: dict[str, Callable[[Canvas], None]] = {
    "beach": beach, "sea": sea, "desert": desert, "mountains": mountains, "forest": forest,
    "meadow": meadow, "snow": snow, "city": city, "street": street, "room": room, "stage": stage,
    "space": space, "underwater": underwater, "sky": sky, "grid": grid,
}  # fmt: skip


def draw_place(kind: str, g: Generator, n: int, side: int) -> Tensor:
    """n pictures of a place: (n, 3, side, side) in 0..1; half of them mirrored."""
    canvas = Canvas(g, n, side)
    _DRAW[kind](canvas)
    flip = rand(g, n, 1, 1, 1) < 0.5
    rgb = torch.where(flip, canvas.rgb.flip(-1), canvas.rgb)
    return rgb.clamp(0, 1)


class PlaceBank:
    """`rgb` (places, per, 3, side, side) uint8: pictures drawn from a seed, and drawn anew by `redraw`."""

    def __init__(self, seed: int, per: int, side: int) -> None:
        self.side = side
        self.rgb = torch.zeros(len(PLACE_WORDS), per, 3, side, side, dtype=torch.uint8)
        g = torch.Generator().manual_seed(seed * 1009)
        self.redraw(g, per)

    def redraw(self, g: Generator, count: int) -> None:
        """Draws the first `count` pictures of every place anew and moves them to the end."""
        count = min(count, self.rgb.shape[1])
        for i, kind in enumerate(PLACE_WORDS):
            parts = [draw_place(kind, g, min(8, count - k), self.side) for k in range(0, count, 8)]
            new = (torch.cat(parts) * 255).round().byte()
            self.rgb[i] = torch.cat([self.rgb[i, count:], new])

    def pick(self, g: Generator, place: Tensor) -> Tensor:
        """One random picture of each place index; (n,) → (n, 3, side, side) in 0..1."""
        which = torch.randint(0, self.rgb.shape[1], place.shape, generator=g)
        return self.rgb[place, which].float() / 255
