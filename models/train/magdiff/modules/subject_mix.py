"""How the subject's own latents and what the UNet draws become one prediction: laid over each other by pixels."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MASK_CHANNELS = 8


def share(x: Tensor, firm: bool) -> Tensor:
    """A number of any size → a share in 0..1; `firm`: one that reaches 0 and 1."""
    return (1.02 * x.sigmoid() - 0.01).clamp(0, 1) if firm else x.sigmoid()


class SubjectMix(nn.Module):
    """Lays the subject over what is drawn, in latents.

    A cell's latents are linear in its pixels, so laying one picture over another by a mask has an exact form in
    latents: to pixels, times the mask, back to cells. The mask is read off the subject's own pixels (`mask_in`,
    `mask_out`), for a cut-out is black where it is not. `to_pixels` gives pixels in 0..2, black 0; it, `to_cells`
    and `black` are the VAE's own linear parts and do not learn.
    """

    black: Tensor

    def __init__(self, channels: int, side: int, firm: bool = False) -> None:
        """`channels` of latents, `side` pixels of a cell; `firm`: gates and mask reach 0 and 1 exactly."""
        super().__init__()
        self.side, self.firm = side, firm
        self.to_pixels = nn.Conv2d(channels, 3 * side**2, 1)
        self.to_cells = nn.Conv2d(3, channels, side, stride=side, bias=False)
        self.mask_in = nn.Conv2d(3, MASK_CHANNELS, 3, padding=1)
        self.mask_out = nn.Conv2d(MASK_CHANNELS, 1, 3, padding=1)
        self.register_buffer("black", torch.zeros(channels))
        self.freeze_linear_parts()
        # to begin with: whatever is brighter than nearly black is subject
        with torch.no_grad():
            self.mask_in.weight.mul_(0.1)
            self.mask_in.weight[0] = 0.0
            self.mask_in.weight[0, :, 1, 1] = 4.0
            self.mask_in.bias.zero_()  # type: ignore[union-attr]
            self.mask_out.weight.mul_(0.1)
            self.mask_out.weight[0, 0, 1, 1] = 3.0
            self.mask_out.bias.fill_(-3.0)  # type: ignore[union-attr]

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

    def forward(self, subject: Tensor, drawn: Tensor, gates: Tensor) -> Tensor:
        """Latents (m, C, h, w) of both; gates (m, 2, h, w), not yet a `share`, of subject and drawn."""
        carried, shown = share(gates, self.firm).chunk(2, dim=1)
        black = self.black.view(1, -1, 1, 1)
        under = black + shown * (drawn - black)
        mask = share(self.mask_out(F.silu(self.mask_in(self.pixels(subject)))), self.firm)
        covered = self.to_cells(mask * self.pixels(under))
        return under + carried * (subject - black - covered)
