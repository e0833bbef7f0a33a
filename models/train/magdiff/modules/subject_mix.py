"""How the subject's own latents and what the UNet draws become one prediction: laid over each other by pixels."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# how much cells to the left and right, and cells further off, count beside those next to one
SIDEWAYS, FAR = 2.0, 0.05


def share(x: Tensor, firm: bool) -> Tensor:
    """A number of any size → a share in 0..1; `firm`: one that reaches 0 and 1."""
    return (1.02 * x.sigmoid() - 0.01).clamp(0, 1) if firm else x.sigmoid()


def touched(mask: Tensor) -> Tensor:
    """Cells (m, 1, …) that a mask (m, side², …) has a tenth of a pixel or more of: 1, without any 0."""
    return (10 * mask.sum(1, keepdim=True)).clamp(0, 1)


def along_edge(mask: Tensor) -> Tensor:
    """How much cells (m, 1, …) along the edge of a mask (m, side², …) are covered: the fourth root of that share.

    A mask of the strength s that covers a share c of a cell has the means p = s c and q = s² c of itself and its
    square: √(q √q / p) = s ∜c, and 1 − p² / q = 1 − c, of which an eighth or more counts as an edge.
    """
    p, q = mask.mean(1, keepdim=True), mask.square().mean(1, keepdim=True)
    covered = (q * q.sqrt() / (p + 1e-6)).sqrt()
    return covered * (8 * (1 - p.square() / (q + 1e-6))).clamp(0, 1)


def beside(drawn: Tensor, free: Tensor) -> Tensor:
    """Of each cell the mean of the free ones beside it, of drawn (m, C, h, w), free (m, 1, h, w) in 0..1.

    Those to the left and right count most, for places lie in layers; where there are none, those above and below;
    else those up to three cells away.
    """

    def around(x: Tensor) -> Tensor:
        near, next_to = F.avg_pool2d(x, (1, 5), 1, (0, 2)), F.avg_pool2d(x, 3, 1, 1)
        return SIDEWAYS * near + next_to + FAR * F.avg_pool2d(x, 7, 1, 3)

    return around(free * drawn) / (around(free) + 1e-6)


class SubjectMix(nn.Module):
    """Lays the subject over what is drawn, in latents.

    A cell's latents are linear in its pixels, so laying one picture over another by a mask has an exact form in
    latents: to pixels, times the mask, back to cells. Along the mask's edge the network knows the place badly, and
    the more of a cell is covered, the more of what shows is what is drawn beside it. `to_pixels` gives pixels in
    0..2, black 0; it, `to_cells` and `black` are the VAE's own linear parts and do not learn.
    """

    black: Tensor

    def __init__(self, channels: int, side: int, firm: bool = False) -> None:
        """`channels` of latents, `side` pixels of a cell; `firm`: the gate reaches 0 and 1 exactly."""
        super().__init__()
        self.side, self.firm = side, firm
        self.to_pixels = nn.Conv2d(channels, 3 * side**2, 1)
        self.to_cells = nn.Conv2d(3, channels, side, stride=side, bias=False)
        self.register_buffer("black", torch.zeros(channels))
        self.freeze_linear_parts()

    def freeze_linear_parts(self) -> None:
        """They are the VAE's: a training that sets all of a network free calls this again."""
        self.to_pixels.requires_grad_(False)
        self.to_cells.requires_grad_(False)

    @torch.no_grad()
    def take_linear_parts(self, head: Tensor, offset: Tensor, kernel: Tensor, black: Tensor) -> None:
        """Of a VAE, for scaled latents: head (3 · side², C), offset, kernel (C, 3, side, side), black (C,)."""
        self.to_pixels.weight.copy_(head[:, :, None, None])
        self.to_pixels.bias.copy_(offset + 1)  # type: ignore[union-attr]
        self.to_cells.weight.copy_(kernel)
        self.black.copy_(black)

    def pixels(self, latents: Tensor) -> Tensor:
        """(m, C, h, w) → (m, 3, h · side, w · side)."""
        return F.pixel_shuffle(self.to_pixels(latents), self.side)

    def forward(self, subject: Tensor, mask: Tensor, drawn: Tensor, gates: Tensor) -> Tensor:
        """Latents (m, C, h, w) of subject and drawn, the mask's pixels (m, side², h, w) in 0..1.

        `gates` (m, 2, h, w), not yet a `share`: the second says how much is shown of what is drawn; the first
        says nothing.
        """
        shown = share(gates[:, 1:], self.firm)
        cells = touched(mask)
        drawn = drawn + along_edge(mask) * (beside(drawn, 1 - cells) - drawn)
        black = self.black.view(1, -1, 1, 1)
        under = black + shown * (drawn - black)
        covered = self.to_cells(F.pixel_shuffle(mask, self.side) * self.pixels(under))
        return under + cells * (subject - black - covered)
