"""What places are painted on: n pictures at once, in coordinates −1..1 with y downwards."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from .textures import coordinates, rand, smooth_noise


class Canvas:
    """n pictures being painted; masks are (n, side, side) in 0..1."""

    def __init__(self, g: Generator, n: int, side: int) -> None:
        self.g, self.n, self.side = g, n, side
        self.x, self.y = coordinates(side)
        self.rgb = torch.zeros(n, 3, side, side)

    def u(self, lo: float, hi: float) -> Tensor:
        """One number per picture, (n, 1, 1)."""
        return rand(self.g, self.n, 1, 1, lo=lo, hi=hi)

    def some(self, share: float) -> Tensor:
        """1 for a share of the pictures, (n, 1, 1)."""
        return (rand(self.g, self.n, 1, 1) < share).float()

    def colour(self, *palette: tuple[float, float, float]) -> Tensor:
        """One colour of the palette for each picture, a little lighter or darker: (n, 3, 1, 1)."""
        which = torch.randint(0, len(palette), (self.n,), generator=self.g)
        chosen = torch.tensor(palette)[which].view(self.n, 3, 1, 1)
        near = chosen + rand(self.g, self.n, 3, 1, 1, lo=-0.015, hi=0.015)
        return (near * rand(self.g, self.n, 1, 1, 1, lo=0.95, hi=1.05)).clamp(0, 1)

    def noise(self, octaves: int = 2) -> Tensor:
        """Smooth noise, (n, side, side)."""
        return smooth_noise(self.g, self.n, 1, self.side, octaves)[:, 0]

    def wave(self, lo: float, hi: float) -> Tensor:
        """A line of two sines over x in about −1..1, of `lo` to `hi` radians a unit: (n, 1, side)."""
        x = self.x[:1].unsqueeze(0)
        rate = self.u(lo, hi)
        return 0.7 * (x * rate + self.u(0, 6.3)).sin() + 0.3 * (x * rate * 2.3 + self.u(0, 6.3)).sin()

    def soft(self, inside: Tensor, pixels: float = 1.0) -> Tensor:
        """Signed distance (positive inside) → coverage, soft over some pixels."""
        return (inside * self.side / 2 / pixels + 0.5).clamp(0, 1)

    def fill(self, mask: Tensor, colour: Tensor) -> None:
        """Paints `colour` (n, 3, 1, 1) or (n, 3, s, s) where mask is 1."""
        self.rgb = self.rgb + (colour - self.rgb) * mask.expand(self.n, self.side, self.side).unsqueeze(1)

    def gradient(self, top: Tensor, bottom: Tensor, lo: float = -1.0, hi: float = 1.0) -> Tensor:
        """A vertical gradient, (n, 3, s, s)."""
        w = ((self.y - lo) / (hi - lo)).clamp(0, 1).view(1, 1, self.side, self.side)
        return top + (bottom - top) * w

    def distance(self, cx: Tensor, cy: Tensor, flat: float = 1.0) -> Tensor:
        """Distance to a point, heights counting `flat` times; (n, s, s)."""
        return ((self.x - cx) ** 2 + ((self.y - cy) * flat) ** 2).sqrt()

    def cloud(self, cx: Tensor, cy: Tensor, size: Tensor, colour: Tensor, there: Tensor) -> None:
        """A cloud of five round puffs, shaded below, `there` (n, 1, 1) or not at all."""
        depth = torch.full_like(self.rgb[:, 0], -1.0)
        for at, high, wide in (
            (-0.9, 0.0, 0.5),
            (-0.4, -0.3, 0.7),
            (0.15, -0.4, 0.8),
            (0.6, -0.1, 0.6),
            (1.0, 0.05, 0.4),
        ):
            puff = size * wide * self.u(0.85, 1.15) - self.distance(cx + at * size, cy + high * size, 1.2)
            depth = torch.maximum(depth, puff)
        flat = torch.minimum(depth, cy + 0.35 * size - self.y)
        shade = 1 - 0.12 * ((self.y - cy + 0.3 * size) / size).clamp(0, 1).unsqueeze(1)
        self.fill(self.soft(flat, 2.0) * there, colour * shade)

    def sky(self) -> None:
        """A blue sky with a cloud or two and sometimes a sun."""
        top, low = self.colour((0.25, 0.52, 0.88), (0.35, 0.6, 0.9)), self.colour((0.74, 0.88, 0.97))
        self.rgb = self.gradient(top, low, -1.0, 0.3)
        sun_x, sun_y = self.u(-0.7, 0.7), self.u(-0.72, -0.5)
        there = self.some(0.4)
        glow = (1 - self.distance(sun_x, sun_y) / 0.5).clamp(0, 1) ** 2 * 0.5
        self.fill(glow * there, self.colour((1.0, 0.95, 0.75)))
        self.fill(self.soft(0.12 - self.distance(sun_x, sun_y)) * there, self.colour((1.0, 0.93, 0.6)))
        for share in (0.8, 0.5):
            self.cloud(
                self.u(-0.9, 0.9),
                self.u(-0.65, -0.35),
                self.u(0.13, 0.24),
                self.colour((0.98, 0.98, 1.0)),
                self.some(share),
            )
