"""Held-out clips of the evaluation, composed and encoded once, for all rows that ask the same of another model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from ..checkpoint import load_checkpoint, save_checkpoint, seed_for
from ..model import Conditions
from ..planner import plan, subject_start
from ..pool import encode_clips
from ..schedule import mixed_noise
from ..world.clips import Clips, Recipe, World, compose
from ..world.subjects import FAMILIAR_WORDS
from .shipped import ShippedModel

FRAMES = 8
DARKEST = 0.1  # in "real_clips_lifted"


@dataclass
class Prepared:
    """A batch: what the model is given, and what it is held against.

    video (n, 8, 3, s, s) and alpha (n, 8, s, s) in 0..1, a true render (along the planned path where there is one);
    kept (n, 8, s, s) bool, the region an edit keeps; noise (n, C, 8, h, w).
    """

    conditions: Conditions
    video: Tensor
    alpha: Tensor
    kept: Tensor
    motion: Tensor
    place: Tensor
    word: Tensor
    captions: list[str]
    noise: Tensor


def plain(**more: object) -> Recipe:
    """The recipe of evaluation clips: fixed camera, daylight, packs' subjects, procedural places."""
    return Recipe(
        shapes=0.0,
        scenes=0.0,
        lights=0.0,
        cameras=0.0,
        **more,  # type: ignore[arg-type]
    )


EXACT = plain(imprecise=0.0, unnamed=0.35, no_motion=0.0, no_place=0.0, low_resolution=0.0)
SIZES = (0.2, 0.45, 0.9)  # of subjects, as shares of the frame
# what each set holds: its recipe, and whether the path is planned from the sentence
SETS: dict[str, tuple[Recipe, bool]] = {
    "generate": (EXACT, True),
    "photos": (EXACT, True),
    "real_clips": (EXACT, True),
    "real_clips_lifted": (EXACT, True),
    "full_frame": (EXACT, True),
    "edit_background": (EXACT, False),
    "edit_subject": (replace(EXACT, rest=1.0, familiar=1.0, mask="boxy"), False),
    "lit": (replace(EXACT, lights=0.8), True),
    "shapes": (replace(EXACT, shapes=1.0, unnamed=0.0), True),
    **{f"size {size:.0%}": (replace(EXACT, extent=size), True) for size in SIZES},
}


def compose_set(name: str, k: int, n: int, world: World, model: ShippedModel) -> Clips:
    """Batch `k` of a set: motions, places and words in turn.

    Generated clips are composed twice: once for the picture and the sentence, then along the path planned from
    them, which gives the cut-outs of all frames and what a true render of that plan looks like.
    """
    recipe, planned = SETS[name]
    order = torch.arange(k * n, (k + 1) * n)
    recipe = replace(recipe, motion=order % 12, place=(order * 7 + order // 12) % 15)
    if recipe.familiar:  # "edit_subject": words from the packs the model was trained on, nowhere else to be had
        recipe = replace(recipe, word=order % len(FAMILIAR_WORDS))
    if planned:
        first = compose(seed_for(2024, k), world, n, FRAMES, 1, recipe)
        ids = torch.tensor([model.tokenizer.encode(c) for c in first.captions])
        noise = torch.randn(n, FRAMES, 4, generator=seed_for(2025, k))
        recipe = replace(recipe, path=plan(model.planner, ids, subject_start(first.alpha[:, 0]), noise))
    return compose(seed_for(2024, k), world, n, FRAMES, FRAMES, recipe)


def resized(video: Tensor, side: int) -> Tensor:
    """(n, f, c, s, s) → (n, f, c, side, side)."""
    return F.interpolate(video.flatten(0, 1), side, mode="bilinear").unflatten(0, video.shape[:2])


def lifted(clips: Clips, darkest: float) -> list[Tensor]:
    """The cut-outs with nothing of the subject darker than `darkest`, for the model reads its outline off them."""
    masks = clips.masks.unsqueeze(2)
    return [torch.maximum(c, darkest * resized(masks, c.shape[-1])) for c in clips.cutouts]


def prepare(name: str, k: int, n: int, world: World, model: ShippedModel, folder: Path) -> Prepared:
    """Batch `k` of a set out of `folder`, made where it is missing."""
    path = folder / name / f"{k}.pt"
    if not path.exists():
        clips = compose_set(name, k, n, world, model)
        if name == "full_frame":
            whole = [resized(clips.source, c.shape[-1]) for c in clips.cutouts]
            clips = replace(clips, cutouts=whole, masks=torch.ones_like(clips.masks))
        if name == "real_clips_lifted":
            clips = replace(clips, cutouts=lifted(clips, DARKEST))
        opened = torch.ones(n, FRAMES, dtype=torch.bool)
        e = encode_clips(model.vae, clips, model.tokenizer, opened, quick=True)
        side = e.z.shape[-1]
        words = [FAMILIAR_WORDS.index(x) if x in FAMILIAR_WORDS else -1 for x in clips.names]
        state = {
            **vars(e.conditions),
            "video": (clips.video * 255).round().byte(),
            "alpha": (clips.alpha * 255).round().byte(),
            "kept": clips.masks > 0.9,
            "motion": clips.motion,
            "place": clips.place,
            "word": torch.tensor(words),
            "captions": clips.captions,
            "noise": mixed_noise(
                seed_for(2026, k), (n, e.z.shape[2], FRAMES, side, side), torch.full((n,), model.noise_alpha)
            ),
        }
        save_checkpoint(path, state)
    s = load_checkpoint(path)
    given = Conditions(s["ids"], s["image"], s["hfa"].float(), s["opened"], s["mask"])
    truth = [s["video"].float() / 255, s["alpha"].float() / 255, s["kept"]]
    return Prepared(given, *truth, s["motion"], s["place"], s["word"], s["captions"], s["noise"])
