"""Trains the readers of motion, place, subject and familiar words on true renders of the training world.

    python train_readers.py --data DATA --run RUN --which motion place subject familiar
Writes RUN/reader_<which>.pt with the accuracy on held-out renders.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from magdiff.checkpoint import save_checkpoint, seed_for
from magdiff.measuring.prepared import plain
from magdiff.measuring.quality import blurred
from magdiff.measuring.readers import MOTION_CHANNELS, SIDE, Reader, motion_input
from magdiff.world.clips import World, compose
from magdiff.world.motions import MOTION_WORDS
from magdiff.world.places import PLACE_WORDS
from magdiff.world.stills import affine, over, place_subjects
from magdiff.world.subjects import FAMILIAR
from magdiff.world.textures import rand


def motion_batch(world: World, g: torch.Generator, n: int) -> tuple[Tensor, Tensor]:
    """Clips of 8 frames at 64 px and their motions; mild noise and blur so that texture says little."""
    clips = compose(g, world, n, 8, 1, plain(low_resolution=1.0), SIDE)
    video = clips.video + torch.randn(clips.video.shape, generator=g) * 0.03
    return motion_input(video.clamp(0, 1)), clips.motion


def restyled(g: torch.Generator, x: Tensor) -> Tensor:
    """Pictures (n, 3, h, w) as another hand might have made them: recoloured, cropped, flat, outlined, blurred.

    What a reader of these knows a place by is its forms and rough colours, not its renderer.
    """
    n = len(x)

    def some(share: float) -> Tensor:
        return rand(g, n, 1, 1, 1) < share

    zoom, shift = rand(g, n, lo=0.75, hi=1.0), rand(g, n, 2, lo=-0.12, hi=0.12)
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0] = zoom * ((rand(g, n) < 0.5).float() * 2 - 1)
    theta[:, 1, 1], theta[:, :, 2] = zoom, shift
    grid = F.affine_grid(theta, list(x.shape), align_corners=False)
    x = F.grid_sample(x, grid, align_corners=False, padding_mode="reflection")
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * rand(g, n, 1, 1, 1, lo=0.4, hi=1.3)
    mixed = torch.eye(3) + rand(g, n, 3, 3, lo=-0.12, hi=0.12)
    x = torch.einsum("nij,njhw->nihw", mixed, x).clamp(0, 1) ** rand(g, n, 1, 1, 1, lo=0.6, hi=1.6)
    flat = (x * 5).round() / 5
    x = torch.where(some(0.3), flat, x)
    edges = (F.max_pool2d(x, 3, 1, 1) - x).amax(1, keepdim=True)
    x = torch.where(some(0.3), (x - 2 * edges).clamp(0, 1), x)
    x = torch.where(some(0.4), blurred(x), x)
    return (x + torch.randn(x.shape, generator=g) * rand(g, n, 1, 1, 1, lo=0, hi=0.08)).clamp(0, 1)


def place_batch(world: World, g: torch.Generator, n: int) -> tuple[Tensor, Tensor]:
    """Single frames at 64 px, restyled, and their places; the places are new every time."""
    world.places.redraw(g, 2)
    clips = compose(g, world, n, 1, 1, plain(low_resolution=1.0), SIDE)
    return restyled(g, clips.video[:, 0]), clips.place


def subject_batch(world: World, g: torch.Generator, n: int, classes: dict[str, int]) -> tuple[Tensor, Tensor]:
    """Boxes around subjects at 64 px (varied size, place, turn) and their names."""
    usable = [i for i, name in enumerate(world.subjects.names) if name in classes]
    which = torch.tensor(usable)[torch.randint(0, len(usable), (n,), generator=g)]
    rgba = world.subjects.rgba[which].float() / 255
    theta = affine(
        rand(g, n, lo=0.75, hi=1.05),
        rand(g, n, lo=-0.25, hi=0.25),
        rand(g, n, lo=-0.15, hi=0.15),
        rand(g, n, lo=-0.15, hi=0.15),
        (rand(g, n) < 0.5).float() * 2 - 1,
    )
    back = F.interpolate(
        world.places.pick(g, torch.randint(0, len(PLACE_WORDS), (n,), generator=g)), size=(SIDE, SIDE)
    )
    x = over(place_subjects(rgba, theta, SIDE), back)
    blurred = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    x = torch.where(rand(g, n, 1, 1, 1) < 0.5, blurred, x)
    y = torch.tensor([classes[world.subjects.names[int(i)]] for i in which])
    return (x + torch.randn(x.shape, generator=g) * 0.02).clamp(0, 1), y


def main() -> None:
    """Trains each reader within its minutes, reusing batches a few times."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--which", nargs="+", default=["motion", "place"])
    p.add_argument("--steps", type=int, default=600)
    p.add_argument("--minutes", type=float, default=1e9)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--per-place", type=int, default=64)
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    worlds = {s: World.load(args.data, s, args.per_place) for s in ("train", "held")}
    names = sorted(set(worlds["train"].subjects.names))
    classes = {
        "subject": {name: i for i, name in enumerate(names)},
        "familiar": {name: i for i, known in enumerate(FAMILIAR.values()) for name in known},
    }
    for which in args.which:
        torch.manual_seed(1)
        began = time.time()
        count = {
            "motion": len(MOTION_WORDS),
            "place": len(PLACE_WORDS),
            "subject": len(names),
            "familiar": len(FAMILIAR),
        }[which]
        reader = Reader(MOTION_CHANNELS if which == "motion" else 3, count, 48)
        opt = torch.optim.AdamW(reader.parameters(), lr=2e-3, weight_decay=1e-2)

        def make(split: str, g: torch.Generator, n: int, which: str = which) -> tuple[Tensor, Tensor]:
            if which == "motion":
                return motion_batch(worlds[split], g, n)
            if which == "place":
                return place_batch(worlds[split], g, n)
            return subject_batch(worlds[split], g, n, classes[which])

        kept: list[tuple[Tensor, Tensor]] = []
        for step in range(args.steps):
            if time.time() - began > args.minutes * 60:
                break
            g = seed_for(41, step)
            if step % 3 == 0:
                kept = [*kept[-120:], make("train", g, 48)]
            x, y = kept[int(torch.randint(0, len(kept), (1,), generator=g))]
            for group in opt.param_groups:
                group["lr"] = 2e-3 * max(0.02, 1 - step / args.steps)
            loss = F.cross_entropy(reader(x), y, label_smoothing=0.05)
            opt.zero_grad()
            loss.backward()
            opt.step()
        reader.eval()
        split = "train" if which in classes else "held"
        right = []
        with torch.no_grad():
            for k in range(8):
                x, y = make(split, seed_for(77, k), 64)
                right.append((reader(x).argmax(1) == y).float())
        accuracy = float(torch.cat(right).mean())
        print(f"{which}: {accuracy:.4f} on 512 held-out renders, {time.time() - began:.0f} s", flush=True)
        save_checkpoint(
            args.run / f"reader_{which}.pt",
            {"state": reader.state_dict(), "accuracy": accuracy, "classes": count},
        )


if __name__ == "__main__":
    main()
