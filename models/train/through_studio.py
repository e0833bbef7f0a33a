"""Makes a sample of the evaluation's clips with the studio's own program, and measures what it wrote.

    python through_studio.py --data DATA --run RUN --model ../bundled/magdiff-small --clips 24

For every clip `magdiff generate` is given a picture (a held-out subject before some background), its mask and the
sentence, and writes pictures: the planner, the pipeline and the export are the studio's. The row is kept in
RUN/evaluation.json as "through the studio"; clips are made as users make them, less the own pixels laid over.
"""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from evaluate import BATCH, keep_row
from magdiff.measuring.measures import Readers, region_psnr
from magdiff.measuring.prepared import FRAMES, compose_set
from magdiff.measuring.readers import motion_input, shrink
from magdiff.measuring.shipped import ShippedModel
from magdiff.world.clips import Clips, World

ROOT = Path(__file__).resolve().parents[2]


def arguments() -> argparse.Namespace:
    """Command line."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--model", type=Path, required=True)
    p.add_argument("--clips", type=int, default=24)
    p.add_argument("--per-place", type=int, default=24)
    return p.parse_args()


def write_picture(path: Path, picture: Tensor) -> None:
    """A picture (3, s, s) or (s, s) in 0..1 as PNG."""
    x = (picture * 255).round().byte()
    Image.fromarray((x if x.dim() == 2 else x.permute(1, 2, 0)).numpy()).save(path)


def make_take(folder: Path, model: Path, caption: str, seed: int) -> Tensor:
    """The frames (f, 3, s, s) in 0..1 the studio's program makes of the picture and mask in `folder`."""
    command = ["npx", "tsx", "electron/cli/magdiff.ts", "generate", str(folder / "picture.png")]
    command += ["--mask", str(folder / "mask.png"), "--prompt", caption]
    command += ["--seed", str(seed), "--frames", str(FRAMES)]
    command += ["--no-own-pixels", "--format", "png-sequence", "--out", str(folder / "frames")]
    done = subprocess.run([*command, "--model", str(model)], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"magdiff generate ended with {done.returncode}: {done.stderr[-2000:]}")
    pictures = [np.array(Image.open(p).convert("RGB")) for p in sorted((folder / "frames").glob("*.png"))]
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255


@torch.no_grad()
def measured(video: Tensor, clips: Clips, readers: Readers) -> dict[str, float]:
    """Means of identity in frame 1, motion and place: video (n, f, 3, s, s) of the first n clips."""
    n = len(video)
    subject = (clips.alpha[:n, 0] > 0.9).float()
    small = shrink(video)
    motion = readers.motion(motion_input(small)).argmax(1) == clips.motion[:n]
    place = readers.place(small[:, FRAMES // 2]).argmax(1) == clips.place[:n]
    return {
        "identity_psnr": float(region_psnr(video[:, 0], clips.source[:n, 0], subject).nanmean()),
        "motion": float(motion.float().mean()),
        "place": float(place.float().mean()),
    }


def main() -> None:
    """Makes and measures the sample."""
    args = arguments()
    torch.set_num_threads(1)
    shipped = ShippedModel(args.model, args.run / "graphs")
    world = World.load(args.data, "held", args.per_place)
    readers = Readers.load(args.run)
    done: list[dict[str, float]] = []
    for k in range(-(-args.clips // BATCH)):
        n = min(BATCH, args.clips - k * BATCH)
        clips = compose_set("generate", k, BATCH, world, shipped)
        made = []
        for i in range(n):
            folder = args.run / "evaluation" / "studio" / f"{k}-{i}"
            folder.mkdir(parents=True, exist_ok=True)
            write_picture(folder / "picture.png", clips.source[i, 0])
            write_picture(folder / "mask.png", clips.masks[i, 0])
            made.append(make_take(folder.resolve(), args.model.resolve(), clips.captions[i], k * BATCH + i))
        done += [{**measured(torch.stack(made), clips, readers), "clips": n}]
        print(done[-1], flush=True)
    total = sum(d["clips"] for d in done)
    means = {key: sum(d[key] * d["clips"] for d in done) / total for key in ("identity_psnr", "motion", "place")}
    keep_row(args.run, "through the studio", {**means, "clips": total})


if __name__ == "__main__":
    main()
