"""A pool of encoded clips in shards: shard k of a kind depends on the seed, the share of edits and k alone."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from .checkpoint import load_checkpoint, seed_for
from .model import Conditions
from .modules.vae import AutoencoderKL, VaeConfig
from .patches import patch_kernel
from .tokenizer import Tokenizer
from .world.clips import Clips, Recipe, World, compose

TEXT_LENGTH = 32


@dataclass(frozen=True)
class Kind:
    """Shape of a shard: clips, frames, frames with a cut-out, share of "keep the rest"."""

    clips: int
    frames: int
    opened: int
    rest: float


KINDS = {
    "frame": Kind(120, 1, 1, 0.3),
    "clip": Kind(30, 8, 8, 0.3),
    "long": Kind(15, 16, 16, 0.25),
}


@dataclass
class Encoded:
    """Clips as latents: z (n, f, C, h, w), region (n, f, H, W) uint8, conditions, captions.

    `region` is what counts most: the subject, or the hole it is to be drawn into.
    """

    z: Tensor
    region: Tensor
    conditions: Conditions
    captions: list[str]
    motion: Tensor
    place: Tensor


def region_of(clips: Clips) -> Tensor:
    """The subject's coverage, or the hole's: were a subject to be drawn heavier than what is around it in the hole,
    a network unsure of the outline would fill all of it. (n, f, s, s)."""
    holes = clips.alpha.clone()
    opened = clips.masks.shape[1]
    holes[:, :opened] = torch.maximum(1 - clips.masks, clips.alpha[:, :opened])
    return torch.where(clips.kept_rest.view(-1, 1, 1, 1), holes, clips.alpha)


@torch.no_grad()
def encode_clips(
    vae: AutoencoderKL, clips: Clips, tokenizer: Tokenizer, opened: Tensor, device: str = "cpu", quick: bool = False
) -> Encoded:
    """Encodes composed clips for the model (float16 storage); `quick` by `patch_kernel`."""
    n, f = clips.video.shape[:2]
    o = clips.masks.shape[1]
    kernel = patch_kernel(vae) if quick else None

    def chunked(x: Tensor) -> Tensor:
        parts = []
        for part in x.split(16):
            part = (part * 2 - 1).to(device)
            z = vae.encode(part)[0] if kernel is None else F.conv2d(part, *kernel, stride=8)
            parts.append(z.float().cpu())
        return torch.cat(parts) * vae.cfg.scaling_factor

    z = chunked(clips.video.flatten(0, 1)).unflatten(0, (n, f))
    base = z.shape[-1]
    levels = [F.adaptive_avg_pool2d(chunked(c.flatten(0, 1)), base) for c in clips.cutouts]
    hfa = torch.stack(levels, dim=1).unflatten(0, (n, o))
    small = F.interpolate(clips.cutouts[-1].flatten(0, 1), size=(64, 64), mode="bicubic", antialias=True)
    image = (small.clamp(0, 1) * 255).round().byte().unflatten(0, (n, o))
    ids = torch.tensor([tokenizer.encode(c) for c in clips.captions])
    return Encoded(
        z.half(),
        (region_of(clips) * 255).round().byte(),
        Conditions(ids, image, hfa.half(), opened, (clips.masks * 255).round().byte()),
        clips.captions,
        clips.motion,
        clips.place,
    )


def open_frames(g: torch.Generator, n: int, kind: Kind) -> Tensor:
    """(n, f) bool: all frames of most clips, some of the others, the first always."""
    out = torch.zeros(n, kind.frames, dtype=torch.bool)
    out[:, : kind.opened] = True
    if kind.opened > 1:
        some = torch.rand(n, kind.frames, generator=g) < 0.5
        some[:, 0] = True
        out = torch.where(torch.rand(n, 1, generator=g) < 0.9, out, some)
    return out


def load_vae(path: Path) -> AutoencoderKL:
    """The averaged weights of a VAE checkpoint, scaled, in evaluation mode."""
    state = load_checkpoint(path)
    vae = AutoencoderKL(VaeConfig.from_json(state["config"])).eval().requires_grad_(False)
    vae.load_state_dict(state["ema"])
    return vae


class Pool:
    """Builds shards and keeps the last `keep` of them; `rest` instead of each kind's own."""

    def __init__(
        self,
        data: Path,
        run: Path,
        seed: int,
        device: str = "cpu",
        size: int = 128,
        per_place: int = 48,
        rest: float | None = None,
        keep: int = 12,
    ) -> None:
        self.data, self.run, self.seed, self.device, self.size = data, run, seed, device, size
        self.per_place, self.rest, self.keep = per_place, rest, keep
        self.vae = load_vae(run / "vae_frozen.pt").to(device)
        self.tokenizer = Tokenizer.load(run / "tokenizer", TEXT_LENGTH)
        self._world: World | None = None
        self._cache: dict[tuple[str, int], Encoded] = {}

    @property
    def world(self) -> World:
        """The training world, loaded when first needed."""
        if self._world is None:
            self._world = World.load(self.data, "train", self.per_place)
        return self._world

    def build(self, kind: str, index: int) -> Encoded:
        """Composes and encodes one shard, its places drawn for it alone."""
        k = KINDS[kind]
        g = seed_for(self.seed, zlib.crc32(kind.encode()), index)
        self.world.places.redraw(g, max(2, -(-k.clips // 15)))
        rest = k.rest if self.rest is None else self.rest
        recipe = Recipe(rest=rest, familiar=0.85, imprecise=0.25, low_resolution=0.2)
        clips = compose(g, self.world, k.clips, k.frames, k.opened, recipe, self.size)
        quick = self.vae.decoder.patch_out is not None
        return encode_clips(self.vae, clips, self.tokenizer, open_frames(g, k.clips, k), self.device, quick)

    def shard(self, kind: str, index: int) -> Encoded:
        """One shard, built when it is not at hand."""
        key = (kind, index)
        if key not in self._cache:
            self._cache[key] = self.build(kind, index)
            while len(self._cache) > self.keep:
                self._cache.pop(next(iter(self._cache)))
        return self._cache[key]
