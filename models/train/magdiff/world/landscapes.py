"""Places out of doors that nobody built, and how each is painted."""

from __future__ import annotations

import torch

from .canvas import Canvas


def beach(c: Canvas) -> None:
    """Sky, a band of sea, a foam line, wet and dry sand."""
    c.sky()
    horizon = c.u(-0.3, -0.1)
    c.fill(c.soft(c.y - horizon), c.gradient(c.colour((0.05, 0.42, 0.66)), c.colour((0.25, 0.78, 0.8)), -0.3, 0.4))
    shore = horizon + c.u(0.3, 0.5) + 0.06 * c.wave(1.5, 3.5)
    c.fill(c.soft(c.y - shore + 0.07), c.colour((0.95, 0.98, 1.0)))
    c.fill(c.soft(c.y - shore), c.colour((0.78, 0.66, 0.46)))
    sand = c.gradient(c.colour((0.93, 0.82, 0.58)), c.colour((0.97, 0.88, 0.68)), 0.0, 1.0)
    c.fill(c.soft(c.y - shore - 0.12, 8.0), sand)


def sea(c: Canvas) -> None:
    """Sky over open water with rows of waves, wider below."""
    c.sky()
    level = c.u(-0.3, 0.0)
    c.fill(c.soft(c.y - level), c.colour((0.16, 0.45, 0.72), (0.1, 0.42, 0.64)))
    step = 0.08
    for i in range(6):
        level = level + step
        step *= 1.35
        crest = level + 0.22 * step * c.wave(5.0 - 0.5 * i, 9.0 - i)
        c.fill(c.soft(c.y - crest + 0.12 * step), c.colour((0.45, 0.7, 0.88)))
        water = c.colour((0.14, 0.42, 0.7), (0.09, 0.39, 0.62)) * (1 - 0.09 * i)
        c.fill(c.soft(c.y - crest), water)


def desert(c: Canvas) -> None:
    """Warm sky and dunes, each with a lit crest and a shaded foot."""
    c.rgb = c.gradient(c.colour((0.45, 0.68, 0.88)), c.colour((0.99, 0.87, 0.64)), -1.0, 0.1)
    c.fill(c.soft(0.14 - c.distance(c.u(-0.6, 0.6), c.u(-0.7, -0.45))) * c.some(0.5), c.colour((1.0, 0.95, 0.75)))
    level = c.u(-0.2, 0.0)
    for i in range(3):
        ridge = level + 0.14 * c.wave(1.2, 2.6)
        light, dark = c.colour((0.95, 0.72, 0.4)) * (1 - 0.05 * i), c.colour((0.75, 0.45, 0.22)) * (1 - 0.05 * i)
        foot = ((c.y - ridge) / 0.45).clamp(0, 1).unsqueeze(1)
        c.fill(c.soft(c.y - ridge), light + (dark - light) * foot)
        level = level + c.u(0.3, 0.42)


def mountains(c: Canvas) -> None:
    """Peaks with a lit and a shaded side and snow on top, hills before them."""
    c.sky()
    base = 0.25
    for at in (-0.75, 0.65, -0.05):
        cx, height, slope = at + c.u(-0.2, 0.2), c.u(0.65, 1.0), c.u(0.7, 0.95)
        side = c.x - cx
        rough = 0.05 * c.wave(9, 14)
        inside = c.y - (base - height) - side.abs() / slope - rough
        lit = c.colour((0.56, 0.6, 0.7), (0.6, 0.58, 0.64))
        edge = c.soft(side - 0.25 * (c.y - (base - height)) + rough, 1.5).unsqueeze(1)
        c.fill(c.soft(inside) * c.soft(base + 0.05 - c.y), lit * (1 - 0.32 * edge))
        cap = torch.minimum(inside, base - height + 0.28 + 0.09 * c.wave(14, 20) - c.y)
        c.fill(c.soft(cap), c.colour((0.97, 0.98, 1.0)) * (1 - 0.16 * edge))
    for i in range(2):
        hill = 0.12 + 0.32 * i + 0.08 * c.wave(1.5, 3.0)
        green = c.gradient(c.colour((0.4, 0.6, 0.36)), c.colour((0.24, 0.46, 0.28)), -0.1, 1.0) * (1 - 0.1 * i)
        c.fill(c.soft(c.y - hill), green)


def forest(c: Canvas) -> None:
    """Rows of trunks under leaves, paler with distance, a mossy floor."""
    c.rgb = c.gradient(c.colour((0.62, 0.8, 0.55)), c.colour((0.8, 0.9, 0.66)), -1.0, 0.5)
    for row, (count, wide, foot) in enumerate(((6, 0.035, 0.3), (4, 0.07, 0.45), (3, 0.11, 0.62))):
        pale = 0.6 - 0.3 * row
        haze = torch.tensor([0.62, 0.78, 0.55]).view(1, 3, 1, 1) * pale
        c.fill(c.soft(c.y - foot + 0.15 + 0.03 * c.wave(2, 4)), c.colour((0.3, 0.48, 0.18)) * (1 - pale) + haze)
        for k in range(count):
            cx = -1.15 + 2.3 * (k + c.u(0.2, 0.8)) / count
            bark = c.colour((0.4, 0.27, 0.16)) * (1 - pale) + haze
            away = c.x - cx
            shade = 1 - 0.25 * c.soft(away, 3.0).unsqueeze(1)
            c.fill(
                c.soft(wide * (1 + 0.25 * (c.y - 0.2).clamp(0, 1)) - away.abs()) * c.soft(foot - c.y), bark * shade
            )
        leaves = c.colour((0.16, 0.42, 0.16)) * (1 - pale) + haze
        crown = -0.25 - 0.22 * row + 0.16 * c.wave(4 + row, 7 + row) + 0.05 * c.wave(14, 18)
        c.fill(c.soft(crown - c.y), leaves)


def meadow(c: Canvas) -> None:
    """Sky over green hills with round flowers, larger below."""
    c.sky()
    back = c.u(-0.15, 0.05) + 0.1 * c.wave(1.5, 3.0)
    c.fill(c.soft(c.y - back), c.gradient(c.colour((0.6, 0.8, 0.4)), c.colour((0.45, 0.7, 0.3)), -0.2, 0.4))
    hill = c.u(0.15, 0.3) + 0.08 * c.wave(1.2, 2.4)
    c.fill(c.soft(c.y - hill), c.gradient(c.colour((0.5, 0.76, 0.28)), c.colour((0.26, 0.56, 0.16)), 0.1, 1.0))
    petals, there = (
        c.colour((0.98, 0.98, 0.95), (0.98, 0.75, 0.85), (0.95, 0.4, 0.4), (0.75, 0.6, 0.95)),
        c.some(0.85),
    )
    for k in range(9):
        cx, cy = -1 + 2 * (k + c.u(0.1, 0.9)) / 9, c.u(0.4, 0.9)
        size = 0.03 + 0.045 * cy
        c.fill(c.soft(size - c.distance(cx, cy, 1.3)) * there, petals)
        c.fill(c.soft(0.4 * size - c.distance(cx, cy, 1.3)) * there, c.colour((0.98, 0.8, 0.2)))


def snow(c: Canvas) -> None:
    """Pale sky, white slopes with blue shade, firs of three tiers with snow on them."""
    c.rgb = c.gradient(c.colour((0.55, 0.68, 0.85)), c.colour((0.88, 0.92, 0.97)), -1.0, 0.2)
    level = c.u(-0.05, 0.15) + 0.1 * c.wave(1.2, 2.5)
    white = c.gradient(c.colour((0.97, 0.98, 1.0)), c.colour((0.78, 0.85, 0.95)), -0.1, 1.0)
    c.fill(c.soft(c.y - level), white)
    for k in range(4):
        cx, height = -0.85 + 0.57 * k + c.u(-0.2, 0.2), c.u(0.4, 0.7)
        foot, there = c.u(0.1, 0.32), c.some(0.75)
        c.fill(
            c.soft(0.16 * height - c.distance(cx, foot + 0.01, 3.0), 4.0) * there * 0.5, c.colour((0.6, 0.7, 0.85))
        )
        for tier in range(3):
            low = foot - 0.04 - 0.27 * tier * height
            up = (low - c.y) / (0.5 * height)
            half = (0.27 - 0.06 * tier) * height * (1 - up)
            inside = torch.minimum(torch.minimum(half - (c.x - cx).abs(), low - c.y), (1 - up) * 0.3)
            c.fill(c.soft(inside) * there, c.colour((0.16, 0.36, 0.32)))
            c.fill(c.soft(torch.minimum(inside, (up - 0.55) * 0.3)) * there, c.colour((0.93, 0.96, 1.0)))
    ridge = c.u(0.5, 0.7) + 0.1 * c.wave(1.0, 2.0)
    c.fill(c.soft(c.y - ridge), c.colour((0.95, 0.97, 1.0)))
