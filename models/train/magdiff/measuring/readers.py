"""Small networks that read motion, place and subject out of clips, for the evaluation only."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SIDE = 64


def shrink(video: Tensor) -> Tensor:
    """(n, f, 3, h, w) in 0..1 → (n, f, 3, 64, 64) by area."""
    n, f = video.shape[:2]
    if video.shape[-1] == SIDE:
        return video
    return F.adaptive_avg_pool2d(video.flatten(0, 1), SIDE).unflatten(0, (n, f))


class Reader(nn.Module):
    """A convolutional classifier with an embedding; (n, c, 64, 64) → logits (n, classes)."""

    def __init__(self, cin: int, classes: int, width: int = 32) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for a, b in ((cin, width), (width, 2 * width), (2 * width, 4 * width), (4 * width,) * 2):
            layers += [nn.Conv2d(a, b, 3, stride=2, padding=1), nn.BatchNorm2d(b), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.embed = nn.Linear(4 * width * 4, 128)
        self.head = nn.Linear(128, classes)

    def features(self, x: Tensor) -> Tensor:
        """The embedding before the head, (n, 128)."""
        pooled = F.adaptive_avg_pool2d(self.body(x), 2).flatten(1)
        out: Tensor = F.relu(self.embed(pooled))
        return out

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.head(self.features(x * 2 - 1))
        return out


def motion_input(video: Tensor) -> Tensor:
    """(n, 8, 3, 64, 64) → frames and differences on channels (n, 24 + 21, 64, 64)."""
    difference = (video[:, 1:] - video[:, :-1]) * 2 + 0.5
    return torch.cat([video.flatten(1, 2), difference.flatten(1, 2)], dim=1)


MOTION_CHANNELS = 45


def kernel_distance(a: Tensor, b: Tensor) -> float:
    """Squared maximum mean discrepancy of two sets of features (n, d), unbiased, under the kernel (x·y / d + 1)³ of
    Bińkowski et al. 2018."""

    def kernel(x: Tensor, y: Tensor) -> Tensor:
        return (x.double() @ y.double().T / x.shape[1] + 1) ** 3

    def within(x: Tensor) -> Tensor:
        values = kernel(x, x)
        return (values.sum() - values.trace()) / (len(x) * (len(x) - 1))

    return float(within(a) + within(b) - 2 * kernel(a, b).mean())


def frechet(a: Tensor, b: Tensor) -> float:
    """Fréchet distance between two sets of features (n, d)."""
    mu = (a.mean(0) - b.mean(0)).square().sum()
    ca, cb = torch.cov(a.T).double(), torch.cov(b.T).double()
    values, vectors = torch.linalg.eigh(ca)
    root = vectors @ values.clamp_min(0).sqrt().diag() @ vectors.T
    middle = torch.linalg.eigvalsh(root @ cb @ root).clamp_min(0).sqrt().sum()
    return float(mu + torch.trace(ca) + torch.trace(cb) - 2 * middle)
