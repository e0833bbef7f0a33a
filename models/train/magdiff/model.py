"""The whole model: UNet, towers, resampler and pyramid, and how their conditions are put together."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .modules.clip import ClipTextModel, ClipVisionModel, TowerConfig
from .modules.resampler import HfaPyramid, Resampler, ResamplerConfig
from .modules.unet import UNet3DConditionModel, UnetConfig
from .modules.vae import AutoencoderKL
from .schedule import SAMPLERS, NoiseSchedule
from .world.clips import SCALES

IMAGE_MEAN = (0.48145466, 0.4578275, 0.40821073)
IMAGE_STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass
class ModelConfig:
    """Sizes of every part but the VAE.

    `closed`: frames without a cut-out "repeat" the HFA of the first one, or are "black" as in the release.
    """

    vocab: int = 3232
    width: int = 128
    text_length: int = 32
    image_size: int = 64
    patch: int = 8
    tokens_per_frame: int = 4
    pyramid_hidden: int = 48
    text_layers: int = 3
    image_layers: int = 3
    closed: str = "repeat"
    unet: UnetConfig = field(default_factory=UnetConfig)

    def to_json(self) -> dict[str, Any]:
        """Plain values for a checkpoint."""
        return asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> ModelConfig:
        """Inverse of `to_json`."""
        return ModelConfig(**{**data, "unet": UnetConfig(**data["unet"])})


@dataclass
class Conditions:
    """Inputs of one batch of clips.

    ids (n, 32); image (n, o, 3, 64, 64) uint8 cut-outs; hfa (n, o, 3, C, h, w) cut-out latents, every
    level reduced to the base size; opened (n, f) bool, true where a frame carries its cut-out
    (the first `o` frames at most); mask (n, o, H, W) uint8, what the cut-outs show.
    """

    ids: Tensor
    image: Tensor
    hfa: Tensor
    opened: Tensor
    mask: Tensor

    def only(self, i: int) -> Conditions:
        """Clip `i` alone."""
        return Conditions(*(v[i : i + 1] for v in vars(self).values()))

    def to(self, device: str | torch.device) -> Conditions:
        """Moves all tensors."""
        return Conditions(*(v.to(device) for v in vars(self).values()))


@dataclass
class Drop:
    """What is taken away per clip: text and image tokens (n,) bool; `hfa` (n,) the share of it that is left."""

    text: Tensor
    image: Tensor
    hfa: Tensor


class MagDiff(nn.Module):
    """Everything trained after the VAE."""

    black: Tensor

    def __init__(self, cfg: ModelConfig, black: Tensor) -> None:
        """`black` (3, C, h, w): latents of black pictures at the three scales, at the base size."""
        super().__init__()
        self.cfg = cfg
        self.unet = UNet3DConditionModel(cfg.unet)
        self.text_encoder = ClipTextModel(
            TowerConfig(cfg.width, cfg.text_layers, 4, cfg.width * 4), cfg.vocab, cfg.text_length
        )
        self.image_encoder = ClipVisionModel(
            TowerConfig(cfg.width, cfg.image_layers, 4, cfg.width * 4), cfg.image_size, cfg.patch
        )
        self.resampler = Resampler(
            ResamplerConfig(
                dim=cfg.width,
                heads=cfg.width // 32,
                num_queries=cfg.tokens_per_frame,
                embedding_dim=cfg.width,
                output_dim=cfg.width,
            )
        )
        self.hfa_pyramid = HfaPyramid(cfg.unet.out_channels, len(SCALES), cfg.pyramid_hidden)
        self.register_buffer("black", black.clone(), persistent=True)
        self.register_buffer("mean", torch.tensor(IMAGE_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(IMAGE_STD).view(1, 3, 1, 1), persistent=False)

    def image_tokens(self, image: Tensor, opened: Tensor, drop: Tensor | None) -> Tensor:
        """Cut-outs (n, o, 3, s, s) uint8 → tokens of all frames (n, f·q, C); closed frames are black."""
        n, o = image.shape[:2]
        shown = image.flatten(0, 1)
        pixels = torch.cat([shown, torch.zeros_like(shown[:1])]).float() / 255
        pixels = (pixels - self.mean) / self.std  # type: ignore[operator]
        tokens = self.resampler(self.image_encoder(pixels))
        seen, black = tokens[:-1].unflatten(0, (n, o)), tokens[-1]
        keep = opened[:, :o] if drop is None else opened[:, :o] & ~drop.view(n, 1)
        seen = torch.where(keep.view(n, o, 1, 1), seen, black)
        rest = black.expand(n, opened.shape[1] - o, -1, -1)
        return torch.cat([seen, rest], dim=1).flatten(1, 2)

    def subject_latents(self, c: Conditions, drop: Tensor | None) -> Tensor:
        """Pyramid of every frame (n, C, f, h, w), behind it the mask's pixels where the UNet takes them.

        Closed frames are as the configuration says.
        """
        hfa, opened = c.hfa, c.opened
        n, o = hfa.shape[:2]
        levels = torch.cat([hfa.flatten(0, 1), self.black.unsqueeze(0)])
        z = self.hfa_pyramid(levels)
        if self.cfg.unet.subject_patch > 0:
            pixels = c.mask.flatten(0, 1).unsqueeze(1).to(z.dtype) / 255
            pixels = torch.cat([pixels, torch.zeros_like(pixels[:1])])
            z = torch.cat([z, F.pixel_unshuffle(pixels, self.cfg.unet.subject_patch)], dim=1)
        seen, black = z[:-1].unflatten(0, (n, o)), z[-1]
        first = seen[:, :1] if self.cfg.closed == "repeat" else black.expand_as(seen[:, :1])
        seen = torch.where(opened[:, :o].view(n, o, 1, 1, 1), seen, first)
        rest = first.expand(-1, opened.shape[1] - o, -1, -1, -1)
        out = torch.cat([seen, rest], dim=1)
        if drop is not None:
            out = black + drop.view(n, 1, 1, 1, 1) * (out - black)
        return out.transpose(1, 2)

    def encode(self, c: Conditions, empty: Tensor, drop: Drop | None = None) -> tuple[Tensor, Tensor]:
        """Context (n, 32 + f·q, C) and subject latents (n, C, f, h, w). `empty` (32,): empty prompt."""
        ids = c.ids
        if drop is not None:
            ids = torch.where(drop.text.view(-1, 1), empty, ids)
        text = self.text_encoder(ids)
        image = self.image_tokens(c.image, c.opened, drop.image if drop else None)
        hfa = self.subject_latents(c, drop.hfa if drop else None)
        return torch.cat([text, image.to(text.dtype)], dim=1), hfa

    def predict(self, x: Tensor, t: Tensor, context: Tensor, subject: Tensor) -> Tensor:
        """x₀ of noisy latents x (n, C, f, h, w)."""
        out: Tensor = self.unet(torch.cat([x, subject.to(x.dtype)], dim=1), t, context)
        return out

    @torch.no_grad()
    def sample(
        self,
        c: Conditions,
        empty: Tensor,
        noise: Tensor,
        steps: int,
        guidance: float,
        schedule: NoiseSchedule,
        drop: Drop | None = None,
        sampler: str = "ddim",
    ) -> Tensor:
        """Trailing steps of a sampler with text guidance; returns clean scaled latents (n, C, f, h, w)."""
        context, subject = self.encode(c, empty, drop)
        n, walk = len(noise), SAMPLERS[sampler]
        if guidance == 1.0:
            return walk(lambda x, t: self.predict(x, t, context, subject).float(), noise, schedule, steps)
        blank = self.text_encoder(empty.expand(n, -1))
        both = torch.cat([torch.cat([blank, context[:, blank.shape[1] :]], dim=1), context])
        twice = torch.cat([subject, subject])

        def guided(x: Tensor, t: Tensor) -> Tensor:
            off, on = self.predict(torch.cat([x, x]), t, both, twice).float().chunk(2)
            return off + guidance * (on - off)

        return walk(guided, noise, schedule, steps)


def pyramid_latents(vae: AutoencoderKL, cutouts: list[Tensor]) -> Tensor:
    """Cut-outs in 0..1, each (m, 3, s·scale, s·scale), largest first → (m, 3, C, h, w) scaled latents."""
    base = [c.shape[-1] // 8 for c in cutouts][-1]
    out = []
    for level in cutouts:
        mean = vae.encode(level * 2 - 1)[0] * vae.cfg.scaling_factor
        out.append(F.adaptive_avg_pool2d(mean.float(), base))
    return torch.stack(out, dim=1)


def black_latents(vae: AutoencoderKL, size: int) -> Tensor:
    """(3, C, h, w) for `MagDiff(black=…)`."""
    with torch.no_grad():
        return pyramid_latents(vae, [torch.zeros(1, 3, round(size * s), round(size * s)) for s in SCALES])[0]
