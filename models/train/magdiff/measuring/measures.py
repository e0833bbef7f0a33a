"""Measures of generated clips against what was asked and against true renders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from ..checkpoint import load_checkpoint
from ..planner import subject_start
from .prepared import Prepared
from .quality import flicker, gradient_energy, grain
from .readers import MOTION_CHANNELS, SIDE, Reader, motion_input, shrink


def region_psnr(a: Tensor, b: Tensor, mask: Tensor) -> Tensor:
    """PSNR in dB inside a mask: a, b (n, 3, h, w) in 0..1, mask (n, h, w) → (n,); empty masks give nan."""
    weight = mask.unsqueeze(1)
    error = ((a - b) ** 2 * weight).sum((1, 2, 3)) / (3 * weight.sum((1, 2, 3)))
    return -10 * torch.log10(error.clamp_min(1e-8))


def load_reader(run: Path, which: str) -> tuple[Reader, float]:
    """A trained reader and its accuracy on held-out true renders."""
    state = load_checkpoint(run / f"reader_{which}.pt")
    reader = Reader(MOTION_CHANNELS if which == "motion" else 3, state["classes"], 48).eval()
    reader.load_state_dict(state["state"])
    return reader, state["accuracy"]


@dataclass
class Readers:
    """The readers of one evaluation."""

    motion: Reader
    place: Reader
    subject: Reader
    familiar: Reader

    @staticmethod
    def load(run: Path) -> Readers:
        """From the run folder."""
        return Readers(*(load_reader(run, which)[0] for which in ("motion", "place", "subject", "familiar")))


def frame_features(reader: Reader, video: Tensor, centre: Tensor | None) -> tuple[Tensor, Tensor]:
    """Embeddings of every frame (n, f, d), less `centre`, of unit length; and their mean (d,)."""
    n, f = video.shape[:2]
    out = reader.features(shrink(video).flatten(0, 1) * 2 - 1).unflatten(0, (n, f))
    mean = out.mean((0, 1))
    return F.normalize(out - (mean if centre is None else centre), dim=-1), mean


def subject_crops(video: Tensor, alpha: Tensor) -> Tensor:
    """Square crops around the subject at 64 px: video (n, f, 3, s, s), alpha (n, f, s, s) → (n·f, 3, 64, 64)."""
    start = subject_start(alpha.flatten(0, 1))
    half = (start[:, 2] * 1.1).clamp(0.1, 1.2)
    theta = torch.zeros(len(start), 2, 3)
    theta[:, 0, 0] = theta[:, 1, 1] = half
    theta[:, :, 2] = start[:, :2]
    grid = F.affine_grid(theta, [len(start), 3, SIDE, SIDE], align_corners=False)
    return F.grid_sample(video.flatten(0, 1), grid, align_corners=False, padding_mode="border")


@torch.no_grad()
def batch_measures(video: Tensor, frames: list[int], batch: Prepared, readers: Readers) -> dict[str, Tensor]:
    """Measures of a batch, one number per clip: `video` (n, |frames|, 3, s, s) in 0..1 are the frames made.

    With all frames: motion, consistency, likeness and, for distances between sets, features (n, d) of motion and of
    the place as well. nan where a clip has nothing to measure.
    """
    subject = (batch.alpha > 0.9).float()[:, frames]
    truth = batch.video[:, frames]
    n, f = truth.shape[:2]
    each = region_psnr(video.flatten(0, 1), truth.flatten(0, 1), subject.flatten(0, 1)).unflatten(0, (n, f))
    kept = batch.kept[:, frames].float().flatten(0, 1)
    small, true_small = shrink(video), shrink(truth)
    out = {
        "identity_psnr": each[:, 0],
        "kept_psnr": region_psnr(video.flatten(0, 1), truth.flatten(0, 1), kept).unflatten(0, (n, f)).nanmean(1),
        "place": (readers.place(small[:, f // 2]).argmax(1) == batch.place).float(),
    }
    crops = subject_crops(video, batch.alpha[:, frames])
    named = readers.familiar(crops).log_softmax(1).unflatten(0, (n, f)).mean(1)
    right = (named.argmax(1) == batch.word).float()
    out["recognised"] = torch.where(batch.word >= 0, right, torch.nan)
    if f != batch.video.shape[1]:
        return out
    out["path_psnr"] = each[:, 1:].nanmean(1)
    for name, clip in (("motion", small), ("motion_true", true_small)):
        features = readers.motion.features(motion_input(clip) * 2 - 1)
        out[name] = (readers.motion.head(features).argmax(1) == batch.motion).float()
        if name == "motion":
            out["features"] = features
    out["place_features"] = place_features(readers.place, small)
    theirs, centre = frame_features(readers.place, truth, None)
    ours, _ = frame_features(readers.place, video, centre)
    out["consistency"] = (ours[:, 1:] * ours[:, :-1]).sum(-1).mean(1)
    out["consistency_true"] = (theirs[:, 1:] * theirs[:, :-1]).sum(-1).mean(1)

    def embed(x: Tensor) -> Tensor:
        features = readers.subject.features(x * 2 - 1)
        return F.normalize(features, dim=-1).unflatten(0, (n, f))

    out |= place_measures(video, truth, batch.alpha)
    true_subject = embed(subject_crops(truth, batch.alpha))
    out["likeness"] = (embed(crops) * true_subject[:, :1]).sum(-1).mean(1)
    out["likeness_true"] = (true_subject * true_subject[:, :1]).sum(-1).mean(1)
    return out


def place_measures(video: Tensor, truth: Tensor, alpha: Tensor) -> dict[str, Tensor]:
    """Sharpness, grain and flicker per clip (n,) away from the subject, of clips (n, f, 3, s, s) and true ones."""
    away = (F.max_pool2d(alpha, 9, 1, 4) < 0.01).float()
    out: dict[str, list[Tensor]] = {}
    for made, true, weight in zip(video, truth, away, strict=True):
        for end, clip in (("", made), ("_true", true)):
            out.setdefault(f"sharp{end}", []).append(gradient_energy(clip, weight))
            out.setdefault(f"grain{end}", []).append(grain(clip, weight))
            out.setdefault(f"flicker{end}", []).append(flicker(clip.unsqueeze(0), weight.unsqueeze(0)))
    return {k: torch.stack(v) for k, v in out.items()}


def place_features(reader: Reader, small: Tensor) -> Tensor:
    """The place reader's embedding (n, d) of each clip's middle frame, of clips (n, f, 3, 64, 64) in 0..1."""
    return reader.features(small[:, small.shape[1] // 2] * 2 - 1)
