"""Procedural places, each with great variety: `draw_place(kind, generator, n, side)` → RGB in 0..1.

Coordinates run over −1..1 with y downwards; every place's parameters are drawn per picture.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from .textures import coordinates, rand, smooth_noise

PLACE_WORDS = [
    "beach", "sea", "desert", "mountains", "forest", "meadow", "snow", "city", "street",
    "room", "stage", "space", "underwater", "sky", "grid",
]  # fmt: skip
OUTDOOR = {"beach", "sea", "desert", "mountains", "forest", "meadow", "snow", "city", "street"}


class Canvas:
    """n pictures being painted; masks are (n, side, side) in 0..1."""

    def __init__(self, g: Generator, n: int, side: int) -> None:
        self.g, self.n, self.side = g, n, side
        self.x, self.y = coordinates(side)
        self.rgb = torch.zeros(n, 3, side, side)

    def u(self, lo: float, hi: float) -> Tensor:
        """One number per picture, (n, 1, 1)."""
        return rand(self.g, self.n, 1, 1, lo=lo, hi=hi)

    def colour(self, r: float, g: float, b: float, jitter: float = 0.1) -> Tensor:
        """A colour near (r, g, b), (n, 3, 1, 1)."""
        base = torch.tensor([r, g, b]).view(1, 3, 1, 1)
        near = base + rand(self.g, self.n, 3, 1, 1, lo=-jitter, hi=jitter)
        return (near * rand(self.g, self.n, 1, 1, 1, lo=0.88, hi=1.1)).clamp(0, 1)

    def noise(self, octaves: int = 4) -> Tensor:
        """Smooth noise, (n, side, side)."""
        return smooth_noise(self.g, self.n, 1, self.side, octaves)[:, 0]

    def profile(self, octaves: int = 4) -> Tensor:
        """A line of smooth noise over x, (n, 1, side)."""
        return self.noise(octaves)[:, :1, :]

    def soft(self, inside: Tensor) -> Tensor:
        """Signed distance (positive inside) → coverage with one pixel of softness."""
        return (inside * self.side / 2 + 0.5).clamp(0, 1)

    def fill(self, mask: Tensor, colour: Tensor) -> None:
        """Paints `colour` (n, 3, 1, 1) or (n, 3, s, s) where mask is 1."""
        m = mask.unsqueeze(1)
        self.rgb = self.rgb * (1 - m) + colour * m

    def gradient(self, top: Tensor, bottom: Tensor, lo: float = -1.0, hi: float = 1.0) -> Tensor:
        """A vertical gradient, (n, 3, s, s)."""
        w = ((self.y - lo) / (hi - lo)).clamp(0, 1).view(1, 1, self.side, self.side)
        return top * (1 - w) + bottom * w

    def sky(self, clouds: float = 0.5) -> None:
        """A blue sky with some clouds and sometimes a sun."""
        self.rgb = self.gradient(self.colour(0.25, 0.5, 0.85), self.colour(0.7, 0.85, 0.95), -1.0, 0.4).expand(
            -1, -1, self.side, self.side
        )
        cover = ((self.noise(5) - self.u(0.1, 0.7)) * 2).clamp(0, 1) * clouds
        self.fill(cover * (rand(self.g, self.n, 1, 1) < 0.7), self.colour(0.97, 0.97, 1.0, 0.03))
        sun = self.soft(self.u(0.06, 0.13) - self.distance(self.u(-0.8, 0.8), self.u(-0.9, -0.5)))
        self.fill(sun * (rand(self.g, self.n, 1, 1) < 0.35), self.colour(1.0, 0.95, 0.7, 0.05))

    def distance(self, cx: Tensor, cy: Tensor) -> Tensor:
        """Distance to a point, (n, s, s)."""
        return ((self.x - cx) ** 2 + (self.y - cy) ** 2).sqrt()

    def shade(self, amount: float, octaves: int = 5) -> None:
        """Multiplies fine smooth noise in."""
        self.rgb = (self.rgb * (1 + amount * self.noise(octaves).unsqueeze(1))).clamp(0, 1)


def beach(c: Canvas) -> None:
    """Sky, a band of sea, a foam line, sand."""
    c.sky()
    horizon = c.u(-0.35, -0.05)
    c.fill(c.soft(c.y - horizon), c.gradient(c.colour(0.05, 0.4, 0.6), c.colour(0.2, 0.75, 0.8)))
    shore = horizon + c.u(0.25, 0.55) + 0.08 * c.profile(3) + c.x * c.u(-0.15, 0.15)
    c.fill(c.soft(0.05 - (c.y - shore).abs()), c.colour(0.95, 0.98, 1.0, 0.02))
    sand = c.colour(0.92, 0.8, 0.55, 0.06)
    c.fill(c.soft(c.y - shore), sand * (1 + 0.05 * c.noise(6).unsqueeze(1)))


def sea(c: Canvas) -> None:
    """Sky over open water with rows of waves."""
    c.sky()
    horizon = c.u(-0.45, 0.05)
    depth = (c.y - horizon).clamp_min(0.02)
    waves = ((c.u(3, 6) / depth) + c.noise(3) * 1.5).sin() * 0.5 + 0.5
    water = c.gradient(c.colour(0.1, 0.3, 0.6, 0.06), c.colour(0.02, 0.15, 0.4, 0.05))
    light = c.colour(0.35, 0.6, 0.85, 0.06)
    w = (waves * c.u(0.2, 0.5)).unsqueeze(1)
    c.fill(c.soft(c.y - horizon), water * (1 - w) + light * w)


def desert(c: Canvas) -> None:
    """Warm sky and dunes lit from one side."""
    c.rgb = c.gradient(c.colour(0.45, 0.65, 0.85), c.colour(0.98, 0.85, 0.6), -1.0, 0.2).expand(
        -1, -1, c.side, c.side
    )
    level = c.u(-0.25, 0.05)
    for i in range(3):
        ridge = level + 0.16 * (c.x * c.u(1.5, 4) + c.u(0, 6)).sin() + 0.05 * c.profile(2)
        base = c.colour(0.9 - 0.08 * i, 0.6 - 0.07 * i, 0.3 - 0.04 * i, 0.04)
        slope = (0.5 + 0.5 * torch.tanh((c.y - ridge) * 6)).unsqueeze(1)
        c.fill(c.soft(c.y - ridge), (base * (1.12 - 0.35 * slope)).clamp(0, 1))
        level = level + c.u(0.22, 0.4)
    c.shade(0.04)


def mountains(c: Canvas) -> None:
    """Layers of grey ridges with snow on the peaks."""
    c.sky()
    level = c.u(-0.35, -0.1)
    for i in range(3):
        ridge = level - c.u(0.25, 0.5) * c.profile(6).abs() * (1.1 - 0.3 * i)
        base = c.colour(0.5 - 0.1 * i, 0.53 - 0.08 * i, 0.62 - 0.15 * i, 0.04)
        c.fill(c.soft(c.y - ridge), base * (1 + 0.15 * c.noise(6).unsqueeze(1)))
        if i == 0:
            cap = c.soft(c.y - ridge) * c.soft(ridge + c.u(0.1, 0.22) + 0.06 * c.noise(5) - c.y)
            c.fill(cap, c.colour(0.95, 0.96, 1.0, 0.03))
        level = level + c.u(0.35, 0.5)


def forest(c: Canvas) -> None:
    """Dark foliage, upright trunks, a mossy floor."""
    c.rgb = c.gradient(c.colour(0.12, 0.3, 0.12, 0.05), c.colour(0.3, 0.5, 0.2, 0.06)).expand(
        -1, -1, c.side, c.side
    )
    c.shade(0.5, 6)
    for i in range(7):
        cx, width = c.u(-1, 1), c.u(0.02, 0.07) * (1 + 0.12 * i)
        lean = (c.x - cx - c.y * c.u(-0.08, 0.08)).abs()
        bark = c.colour(0.32, 0.22, 0.13, 0.06) * (1.1 - 0.05 * i)
        trunk = c.soft(width - lean) * c.soft(c.u(0.45, 0.7) - c.y)
        c.fill(trunk, bark)
    leaves = (c.noise(6) * 3 - (c.y + 0.9) * c.u(2, 4)).clamp(0, 1)
    c.fill(leaves, c.colour(0.15, 0.42, 0.12, 0.06))
    c.fill(c.soft(c.y - c.u(0.45, 0.65) - 0.05 * c.profile()), c.colour(0.25, 0.33, 0.12, 0.06))
    c.shade(0.12, 6)


def meadow(c: Canvas) -> None:
    """Sky over green grass with flowers."""
    c.sky(0.8)
    hill = c.u(-0.2, 0.15) + 0.08 * (c.x * c.u(1, 3) + c.u(0, 6)).sin()
    grass = c.gradient(c.colour(0.5, 0.75, 0.25, 0.06), c.colour(0.2, 0.55, 0.12, 0.06))
    c.fill(c.soft(c.y - hill), grass * (1 + 0.15 * c.noise(6).unsqueeze(1)))
    spots = F.interpolate((torch.rand(c.n, 1, 40, 40, generator=c.g) > 0.955).float(), size=(c.side, c.side))[:, 0]
    flowers = spots * c.soft(c.y - hill - 0.12)
    hue = rand(c.g, c.n, 3, 1, 1, lo=0.5, hi=1.0)
    c.fill(flowers * (rand(c.g, c.n, 1, 1) < 0.8), hue)


def snow(c: Canvas) -> None:
    """Pale sky, white ground with blue shade, dark firs."""
    c.rgb = c.gradient(c.colour(0.6, 0.7, 0.82, 0.05), c.colour(0.88, 0.92, 0.97, 0.03)).expand(
        -1, -1, c.side, c.side
    )
    level = c.u(-0.1, 0.2) + 0.08 * (c.x * c.u(1, 3) + c.u(0, 6)).sin()
    for _ in range(6):
        cx, height = c.u(-1, 1), c.u(0.25, 0.7)
        base = level + c.u(-0.02, 0.1)
        up = ((base - c.y) / height).clamp(0, 1)
        half = (1 - up) * height * 0.28 * (0.75 + 0.25 * (up * 20).sin())
        tree = c.soft(half - (c.x - cx).abs()) * c.soft(base - c.y) * c.soft(c.y - base + height)
        c.fill(tree * (rand(c.g, c.n, 1, 1) < 0.7), c.colour(0.15, 0.3, 0.28, 0.05))
    white = c.gradient(c.colour(0.96, 0.97, 1.0, 0.02), c.colour(0.8, 0.86, 0.95, 0.03))
    c.fill(c.soft(c.y - level), (white * (1 + 0.04 * c.noise().unsqueeze(1))).clamp(0, 1))


def _blocks(c: Canvas, count: int, level: Tensor, dark: float) -> None:
    for _ in range(count):
        cx, half, top = c.u(-1, 1), c.u(0.08, 0.2), level - c.u(0.3, 1.1)
        box = c.soft(half - (c.x - cx).abs()) * c.soft(c.y - top)
        wall = c.colour(0.5 * dark, 0.5 * dark, 0.55 * dark, 0.18 * dark)
        c.fill(box, wall)
        fx = (((c.x - cx) / c.u(0.06, 0.09)) % 1.0 - 0.5).abs() < 0.28
        fy = (((c.y - top) / c.u(0.09, 0.14)) % 1.0 - 0.5).abs() < 0.26
        inside = c.soft(half * 0.9 - (c.x - cx).abs()) * c.soft(c.y - top - 0.04)
        c.fill(inside * (fx & fy) * 0.85, c.colour(0.85, 0.82, 0.6, 0.15))


def city(c: Canvas) -> None:
    """A skyline of towers with windows, pavement in front."""
    c.sky()
    level = c.u(0.35, 0.6)
    _blocks(c, 9, level, 1.0)
    c.fill(c.soft(c.y - level), c.colour(0.42, 0.42, 0.45, 0.05))
    c.shade(0.03)


def street(c: Canvas) -> None:
    """A road running to the vanishing point, verges beside."""
    c.sky()
    horizon = c.u(-0.25, 0.05)
    vx = c.u(-0.25, 0.25)
    ground = c.soft(c.y - horizon)
    verge = torch.where(rand(c.g, c.n, 1, 1, 1) < 0.6, c.colour(0.35, 0.55, 0.2), c.colour(0.6, 0.58, 0.55))
    c.fill(ground, verge * (1 + 0.1 * c.noise(6).unsqueeze(1)))
    depth = (c.y - horizon).clamp_min(0.001)
    across = (c.x - vx) / depth
    width = c.u(0.75, 1.1)
    c.fill(ground * c.soft((width - across.abs()) * depth), c.colour(0.25, 0.25, 0.28, 0.04))
    edge = c.soft((0.05 - (across.abs() - width * 0.9).abs()) * depth)
    c.fill(ground * edge, c.colour(0.9, 0.9, 0.85, 0.05))
    dash = ((1.2 / depth + c.u(0, 1)) % 1.0 < 0.55).float()
    c.fill(ground * dash * c.soft((0.045 - across.abs()) * depth), c.colour(0.95, 0.85, 0.3, 0.06))


def room(c: Canvas) -> None:
    """A painted wall with a window or a picture, and a floor of boards."""
    c.rgb = rand(c.g, c.n, 3, 1, 1, lo=0.55, hi=0.92).expand(-1, -1, c.side, c.side)
    c.rgb = c.rgb * (1 - 0.15 * c.distance(c.u(-0.5, 0.5), c.u(-0.6, 0.2))).unsqueeze(1)
    for _ in range(2):
        cx, cy, hw, hh = c.u(-0.75, 0.75), c.u(-0.55, -0.3), c.u(0.14, 0.28), c.u(0.16, 0.3)
        box = torch.minimum(hw - (c.x - cx).abs(), hh - (c.y - cy).abs())
        c.fill(c.soft(box), c.colour(0.95, 0.93, 0.88, 0.06))
        inner = torch.where(rand(c.g, c.n, 1, 1, 1) < 0.5, c.colour(0.6, 0.8, 0.95), rand(c.g, c.n, 3, 1, 1))
        c.fill(c.soft(box - 0.035), inner)
    floor = c.u(0.3, 0.5)
    wood = c.colour(0.55, 0.36, 0.2, 0.08)
    depth = (c.y - floor).clamp_min(0.0) + 0.5
    boards = (((c.x / depth) * c.u(3, 5)) % 1.0 - 0.5).abs()
    tone = (1 - 0.3 * (boards > 0.46).float() + 0.06 * c.noise(6)).unsqueeze(1)
    c.fill(c.soft(c.y - floor), (wood * tone).clamp(0, 1))
    c.fill(c.soft(0.03 - (c.y - floor).abs()), c.colour(0.93, 0.9, 0.85, 0.05))


def stage(c: Canvas) -> None:
    """Curtains with folds, spotlights, boards."""
    folds = (c.x * c.u(14, 26) + 0.6 * c.noise(3)).sin() * 0.5 + 0.5
    cloth = c.colour(0.62, 0.06, 0.1, 0.06)
    c.rgb = cloth * (0.45 + 0.65 * folds).unsqueeze(1)
    floor = c.u(0.4, 0.6)
    c.fill(c.soft(c.y - floor), c.colour(0.42, 0.26, 0.14, 0.05))
    for _ in range(2):
        px, tx = c.u(-0.9, 0.9), c.u(-0.5, 0.5)
        axis = px + (tx - px) * (c.y + 1.1) / 1.7
        beam = (1 - (c.x - axis).abs() / ((c.y + 1.15) * c.u(0.16, 0.28))).clamp(0, 1)
        c.rgb = (c.rgb + (beam * c.u(0.2, 0.4)).unsqueeze(1) * c.colour(1, 0.95, 0.75)).clamp(0, 1)
    pelmet = c.soft(-0.82 - 0.06 * (c.x * c.u(6, 10)).cos().abs() - c.y + 0.1)
    c.fill(pelmet, c.colour(0.8, 0.65, 0.2, 0.06))


def space(c: Canvas) -> None:
    """Stars, a nebula, a planet."""
    c.rgb = c.colour(0.02, 0.02, 0.06, 0.02).expand(-1, -1, c.side, c.side)
    cloud = (c.noise(5) * 0.6).clamp(0, 1) * c.u(0.1, 0.6)
    c.fill(cloud, rand(c.g, c.n, 3, 1, 1, lo=0.1, hi=0.6))
    field = torch.rand(c.n, 1, 80, 80, generator=c.g)
    stars = F.interpolate(((field - 0.975) * 40).clamp(0, 1), size=(c.side, c.side))[:, 0]
    c.fill(stars, c.colour(0.95, 0.95, 1.0, 0.05))
    cx, cy, r = c.u(-0.8, 0.8), c.u(-0.7, 0.7), c.u(0.15, 0.4)
    planet = c.soft(r - c.distance(cx, cy)) * (rand(c.g, c.n, 1, 1) < 0.75)
    lit = (0.6 + 0.6 * (c.x - cx) / r - 0.3 * (c.y - cy) / r).clamp(0.1, 1).unsqueeze(1)
    bands = (1 + 0.15 * ((c.y - cy) / r * c.u(3, 9) + c.noise(3)).sin()).unsqueeze(1)
    c.fill(planet, (rand(c.g, c.n, 3, 1, 1, lo=0.3, hi=1.0) * lit * bands).clamp(0, 1))


def underwater(c: Canvas) -> None:
    """Blue-green depth, light rays, bubbles, a sandy floor with weeds."""
    c.rgb = c.gradient(c.colour(0.2, 0.7, 0.75, 0.06), c.colour(0.0, 0.2, 0.42, 0.05)).expand(
        -1, -1, c.side, c.side
    )
    slant = c.x + c.y * c.u(-0.6, 0.6)
    rays = ((slant * c.u(5, 11) + c.u(0, 6)).sin() * 0.5 + 0.5) ** 3 * (0.6 - c.y * 0.5).clamp(0, 1)
    c.rgb = (c.rgb + 0.25 * rays.unsqueeze(1)).clamp(0, 1)
    floor = c.u(0.55, 0.8) + 0.06 * c.profile()
    for _ in range(5):
        cx, h = c.u(-1, 1), c.u(0.2, 0.6)
        sway = cx + 0.04 * (c.y * 12 + c.u(0, 6)).sin()
        weed = c.soft(c.u(0.02, 0.05) - (c.x - sway).abs()) * c.soft(c.y - floor + h)
        c.fill(weed, c.colour(0.1, 0.45, 0.25, 0.1))
    c.fill(c.soft(c.y - floor), c.colour(0.5, 0.6, 0.45, 0.07))
    for _ in range(6):
        d = (c.distance(c.u(-1, 1), c.u(-1, 0.5)) - c.u(0.02, 0.06)).abs()
        c.fill(c.soft(0.012 - d) * 0.8, c.colour(0.8, 0.95, 1.0, 0.05))


def sky(c: Canvas) -> None:
    """Nothing but sky and big clouds."""
    c.rgb = c.gradient(c.colour(0.2, 0.45, 0.85), c.colour(0.55, 0.78, 0.96)).expand(-1, -1, c.side, c.side)
    cover = ((c.noise(6) - c.u(-0.2, 0.4)) * c.u(1.5, 3)).clamp(0, 1)
    tone = (1 - 0.12 * c.noise(4).clamp_min(0)).unsqueeze(1)
    c.fill(cover, c.colour(0.98, 0.98, 1.0, 0.02) * tone)


def grid(c: Canvas) -> None:
    """A glowing perspective grid under a dark violet sky with a banded sun."""
    c.rgb = c.gradient(c.colour(0.06, 0.0, 0.15, 0.04), c.colour(0.4, 0.05, 0.4, 0.1), -1, 0.1)
    c.rgb = c.rgb.expand(-1, -1, c.side, c.side)
    horizon = c.u(-0.15, 0.2)
    d = c.distance(c.u(-0.4, 0.4), horizon - c.u(0.0, 0.2))
    bands = ((c.y * c.u(18, 30)).sin() > -0.4).float()
    c.fill(c.soft(c.u(0.25, 0.45) - d) * bands, c.colour(1.0, 0.5, 0.4, 0.15))
    c.fill(c.soft(c.y - horizon), c.colour(0.05, 0.0, 0.12, 0.03))
    depth = (c.y - horizon).clamp_min(0.005)
    lines = c.u(0.04, 0.07)
    gx = (((c.x / depth) * 1.6) % 1.0 - 0.5).abs() > 0.5 - lines / depth.clamp_min(0.25)
    gy = ((0.9 / depth) % 1.0 - 0.5).abs() > 0.5 - lines / depth.clamp_min(0.2)
    neon = torch.where(rand(c.g, c.n, 1, 1, 1) < 0.5, c.colour(0.1, 0.95, 1.0), c.colour(1.0, 0.2, 0.85))
    c.fill(c.soft(c.y - horizon) * (gx | gy).float(), neon)


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
    """`rgb` (places, per, 3, side, side) uint8: pictures drawn once from a seed."""

    def __init__(self, seed: int, per: int, side: int) -> None:
        rows = []
        for i, kind in enumerate(PLACE_WORDS):
            g = torch.Generator().manual_seed(seed * 1009 + i)
            parts = [(draw_place(kind, g, min(8, per - k), side) * 255).round().byte() for k in range(0, per, 8)]
            rows.append(torch.cat(parts))
        self.rgb = torch.stack(rows)

    def pick(self, g: Generator, place: Tensor) -> Tensor:
        """One random picture of each place index; (n,) → (n, 3, side, side) in 0..1."""
        which = torch.randint(0, self.rgb.shape[1], place.shape, generator=g)
        return self.rgb[place, which].float() / 255
