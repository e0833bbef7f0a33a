"""Measures of generated clips against what was asked and against true renders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from .checkpoint import load_checkpoint
from .planner import subject_start
from .readers import MOTION_CHANNELS, SIDE, Reader, frechet, motion_input, shrink


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

    @staticmethod
    def load(run: Path) -> Readers:
        """From the run folder."""
        return Readers(*(load_reader(run, which)[0] for which in ("motion", "place", "subject")))


@dataclass
class Measures:
    """Sums of one row; `report` gives the means."""

    values: dict[str, list[Tensor]]

    def add(self, name: str, value: Tensor) -> None:
        """Adds one number per clip."""
        self.values.setdefault(name, []).append(value.detach().float())

    def report(self) -> dict[str, float]:
        """Means over the clips, nan left out."""
        return {k: float(torch.cat(v).nanmean()) for k, v in self.values.items()}


def frame_features(reader: Reader, video: Tensor, centre: Tensor | None) -> tuple[Tensor, Tensor]:
    """Embeddings of every frame (n, f, d), less `centre`, of unit length; and their mean (d,)."""
    n, f = video.shape[:2]
    out = reader.features(shrink(video).flatten(0, 1) * 2 - 1).unflatten(0, (n, f))
    mean = out.mean((0, 1))
    return F.normalize(out - (mean if centre is None else centre), dim=-1), mean


@torch.no_grad()
def measure(
    into: Measures,
    video: Tensor,
    truth: Tensor,
    given: Tensor,
    mask: Tensor,
    motion: Tensor,
    place: Tensor,
    readers: Readers,
) -> Tensor:
    """Adds a batch: video and truth (n, f, 3, s, s) in 0..1, given (n, 3, s, s) the cut-out frame,
    mask (n, s, s) the subject in frame 0. Returns motion features (n, d) for the Fréchet distance."""
    into.add("identity_psnr", region_psnr(video[:, 0], given, mask))
    small = shrink(video)
    x = motion_input(small) * 2 - 1
    features = readers.motion.features(x)
    into.add("motion", (readers.motion.head(features).argmax(1) == motion).float())
    middle = small[:, small.shape[1] // 2]
    into.add("place", (readers.place(middle).argmax(1) == place).float())
    theirs, centre = frame_features(readers.place, truth, None)
    ours, _ = frame_features(readers.place, video, centre)
    into.add("consistency", (ours[:, 1:] * ours[:, :-1]).sum(-1).mean(1))
    into.add("consistency_true", (theirs[:, 1:] * theirs[:, :-1]).sum(-1).mean(1))
    return features


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
def add_likeness(into: Measures, video: Tensor, truth: Tensor, alpha: Tensor, readers: Readers) -> None:
    """Cosine between the subject reader's embedding of every frame's subject and that of the true first frame's."""
    n, f = video.shape[:2]

    def embed(x: Tensor) -> Tensor:
        out = readers.subject.features(subject_crops(x, alpha) * 2 - 1)
        return F.normalize(out, dim=-1).unflatten(0, (n, f))

    theirs = embed(truth)
    into.add("likeness", (embed(video) * theirs[:, :1]).sum(-1).mean(1))
    into.add("likeness_true", (theirs * theirs[:, :1]).sum(-1).mean(1))


def fvd_like(ours: Tensor, theirs: Tensor) -> float:
    """Fréchet distance of motion-reader features."""
    return frechet(ours, theirs)
