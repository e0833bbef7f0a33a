"""Makes a sample of the evaluation's clips with the studio's own program, and measures what it wrote.

    python through_studio.py --data DATA --run RUN --model ../bundled/magdiff-small --clips 24

For every clip `magdiff generate` is given a picture (a held-out subject before some background), its mask and the
sentence, and writes pictures: the planner, the pipeline and the export are the studio's. With `--spoiled noise` or
`contrast` the subject is hard to see, with `--mended` the program does what it advises; identity is that with the
subject as it was. The row is kept in RUN/evaluation.json as "through the studio"; clips are made as users make
them, less the own pixels laid over.
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
from magdiff.checkpoint import seed_for
from magdiff.measuring.measures import Readers, region_psnr
from magdiff.measuring.prepared import FRAMES, compose_set
from magdiff.measuring.readers import motion_input, shrink
from magdiff.measuring.shipped import ShippedModel
from magdiff.world.clips import Clips, World

ROOT = Path(__file__).resolve().parents[2]
MENDED = {"noise": "--denoise", "contrast": "--levels"}


def studio_parser(description: str | None, clips: int) -> argparse.ArgumentParser:
    """Options of what is measured of the program's own takes; `clips`: how many where nobody says."""
    p = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--model", type=Path, required=True)
    p.add_argument("--clips", type=int, default=clips)
    p.add_argument("--per-place", type=int, default=24)
    return p


def arguments() -> argparse.Namespace:
    """Command line."""
    p = studio_parser(__doc__, 24)
    p.add_argument("--spoiled", choices=list(MENDED), help="subjects that the model finds hard to see")
    p.add_argument("--mended", action="store_true", help="by the program's own preparation of subjects")
    return p.parse_args()


def write_picture(path: Path, picture: Tensor) -> None:
    """A picture (3, s, s) or (s, s) in 0..1 as PNG."""
    x = (picture * 255).round().byte()
    Image.fromarray((x if x.dim() == 2 else x.permute(1, 2, 0)).numpy()).save(path)


def spoil(picture: Tensor, how: str | None, seed: int) -> Tensor:
    """A picture (3, s, s) with noise of a deviation of 25/255, or its tones squeezed to a quarter, or as it is."""
    if how == "noise":
        return (picture + torch.randn(picture.shape, generator=seed_for(91, seed)) * 25 / 255).clamp(0, 1)
    return 0.45 + (picture - 0.45) / 4 if how == "contrast" else picture


def make_take(
    folder: Path, picture: Tensor, mask: Tensor, model: Path, caption: str, seed: int, more: list[str]
) -> Tensor:
    """The frames (f, 3, s, s) in 0..1 the studio's program makes in `folder`; picture (3, s, s), mask (s, s)."""
    folder, model = folder.resolve(), model.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    write_picture(folder / "picture.png", picture)
    write_picture(folder / "mask.png", mask)
    command = ["npx", "tsx", "electron/cli/magdiff.ts", "generate", str(folder / "picture.png")]
    command += ["--mask", str(folder / "mask.png"), "--prompt", caption]
    command += ["--seed", str(seed), "--frames", str(FRAMES), *more]
    command += ["--finish-side", "8", "--format", "png-sequence", "--out", str(folder / "frames")]
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
    more = ["--no-own-pixels", *([MENDED[args.spoiled]] if args.spoiled and args.mended else [])]
    for k in range(-(-args.clips // BATCH)):
        n = min(BATCH, args.clips - k * BATCH)
        clips = compose_set("generate", k, BATCH, world, shipped)
        made = []
        for i in range(n):
            folder = args.run / "evaluation" / "studio" / f"{k}-{i}"
            seed, picture = k * BATCH + i, spoil(clips.source[i, 0], args.spoiled, k * BATCH + i)
            made.append(make_take(folder, picture, clips.masks[i, 0], args.model, clips.captions[i], seed, more))
        done += [{**measured(torch.stack(made), clips, readers), "clips": n}]
        print(done[-1], flush=True)
    total = sum(d["clips"] for d in done)
    means = {key: sum(d[key] * d["clips"] for d in done) / total for key in ("identity_psnr", "motion", "place")}
    row = "through the studio"
    if args.spoiled:
        row += ", subjects of little contrast" if args.spoiled == "contrast" else ", noisy subjects"
        row += ", mended" if args.mended else ", as given"
    keep_row(args.run, row, {**means, "clips": total})


if __name__ == "__main__":
    main()
