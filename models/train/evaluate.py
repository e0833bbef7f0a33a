"""Measures an exported model on held-out subjects and places, through the graphs it ships as.

    npx tsx build/writeGraphs.ts models/bundled/magdiff-small RUN/graphs          (from the root)
    python evaluate.py --data DATA --run RUN --model ../bundled/magdiff-small --rows true vae copy used photos

Every row uses the same seeds. Batches are kept under RUN/evaluation, so that a run that was cut goes on, and
several processes (`--part 0/2`, `--part 1/2`) share the work; RUN/evaluation.json has every row whose batches are
all there. Remove RUN/evaluation when the model or a reader has changed.
`card.py` turns it into the model card.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from magdiff.checkpoint import load_checkpoint, save_checkpoint, seed_for
from magdiff.measuring.filmed import clip_subjects, photo_subjects, real_frames
from magdiff.measuring.measures import Readers, batch_measures, load_reader, place_features
from magdiff.measuring.prepared import FRAMES, SIZES, plain, prepare
from magdiff.measuring.quality import psnr_within
from magdiff.measuring.readers import SIDE as READER_SIDE
from magdiff.measuring.readers import frechet, kernel_distance, motion_input, shrink
from magdiff.measuring.shipped import Setting, ShippedModel
from magdiff.patches import patch_kernel
from magdiff.world.clips import Recipe, World, compose
from magdiff.world.subjects import load_subjects
from train_vae import psnr, sheet

BATCH = 12
GRID_CLIP = 5  # of the sheets' clips the one whose grid over α is drawn


@dataclass
class Row:
    """One row: which clips, how generated, which frames are decoded, in how many clips (a share of `--clips`)."""

    clips: str
    setting: Setting
    frames: list[int] = field(default_factory=lambda: list(range(FRAMES)))
    share: float = 1.0


def table_of_rows(used: Setting, teacher: Setting) -> dict[str, Row]:
    """Every generated row by name; `used`: as users run the model, `teacher`: its full weights."""
    rows = {
        "used": Row("generate", used),
        "photos": Row("photos", used),
        "real_clips": Row("real_clips", used),
        "real_clips_lifted": Row("real_clips_lifted", used),
        "edit_background": Row("edit_background", used),
        "edit_subject": Row("edit_subject", used),
        "without SDA": Row("full_frame", used),
        "without APA": Row("generate", replace(used, fixed=1.0)),
        "without HFA": Row("generate", replace(used, no_hfa=True)),
        "teacher": Row("generate", teacher),
        "four steps": Row("generate", replace(used, steps=4)),
        "unguided": Row("generate", replace(used, guidance=1.0)),
    }
    rows |= {f"size {size:.0%}": Row(f"size {size:.0%}", used) for size in SIZES}
    some = [0, FRAMES // 2]
    for image in (0.0, 0.5, 1.0, 2.0):
        for text in (0.0, 0.5, 1.0, 2.0):
            s = replace(used, alpha_image=image, alpha_text=text)
            rows[f"sweep image {image:g} text {text:g}"] = Row("generate", s, some)
        s = replace(used, alpha_image=image, no_hfa=True)
        rows[f"sweep without HFA image {image:g} text 1"] = Row("generate", s, some)
    return rows


def arguments() -> argparse.Namespace:
    """Command line of the evaluation."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--model", type=Path, required=True)
    p.add_argument("--rows", nargs="+", default=["true", "vae", "copy", "used"], help="names or beginnings")
    p.add_argument("--clips", type=int, default=504)
    p.add_argument("--part", default="0/1")
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--per-place", type=int, default=24)
    p.add_argument("--sheets", type=Path, help="folder for contact sheets of our own shapes")
    return p.parse_args()


class Evaluation:
    """Everything the rows need."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.kept = args.run / "evaluation"
        self.part, self.parts = (int(x) for x in args.part.split("/"))
        self.model = ShippedModel(args.model, args.run / "graphs", args.threads)
        self.world = World.load(args.data, "held", args.per_place)
        self.readers = Readers.load(args.run)
        self._worlds: dict[str, World] = {}

    def world_of(self, clips: str) -> World:
        """Held-out places with the subjects a set is about."""
        if clips not in self._worlds:
            world = self.world
            if clips == "photos":
                world = replace(world, subjects=photo_subjects(self.args.data))
            if clips.startswith("real_clips"):
                world = replace(world, subjects=clip_subjects(self.args.data))
            if clips == "edit_subject":  # a word can only be drawn from what was seen under it
                world = replace(world, subjects=load_subjects(self.args.data, "train"))
            self._worlds[clips] = world
        return self._worlds[clips]

    def generate(self, name: str, k: int, s: Setting, frames: list[int]) -> tuple[Tensor, object]:
        """Batch `k` of a set generated: the asked frames (n, |frames|, 3, s, s) in 0..1, and the batch."""
        batch = prepare(name, k, BATCH, self.world_of(name), self.model, self.kept / "clips")
        z = self.model.sample(batch.conditions, batch.noise, s)
        shown = z[:, :, frames].transpose(1, 2)
        return self.model.decode(shown.flatten(0, 1)).unflatten(0, shown.shape[:2]), batch

    def row(self, name: str, row: Row) -> dict[str, float] | None:
        """Makes this part's batches; the means when all batches of all parts are there."""
        count = max(1, round(self.args.clips * row.share / BATCH))
        paths = [self.kept / "rows" / name / f"{k}.pt" for k in range(count)]
        for k, path in enumerate(paths):
            if k % self.parts == self.part and not path.exists():
                video, batch = self.generate(row.clips, k, row.setting, row.frames)
                save_checkpoint(path, batch_measures(video, row.frames, batch, self.readers))
                print(f"{name}: {k + 1} of {count}", flush=True)
        if not all(path.exists() for path in paths):
            return None
        done = [load_checkpoint(path) for path in paths]
        values = {k: torch.cat([d[k] for d in done]) for k in done[0]}
        report = {k: float(v.nanmean()) for k, v in values.items() if not k.endswith("features")}
        if "features" in values:
            motion, place = values["features"], values["place_features"]
            report |= set_distances((motion, place), self.true_features(len(motion)))
        return {**report, "clips": count * BATCH}

    @torch.no_grad()
    def true_features(self, count: int, seed: int = 4048) -> tuple[Tensor, Tensor]:
        """Motion and place features of other true renders, made once."""
        path = self.kept / f"true-{seed}-{count}.pt"
        if not path.exists():
            motions, places = [], []
            for k in range(0, count, 24):
                order = torch.arange(k, k + 24)
                recipe = plain(low_resolution=1.0, motion=order % 12, place=(order * 7) % 15)
                clips = compose(seed_for(seed, k), self.world, 24, 8, 1, recipe, READER_SIDE)
                small = shrink(clips.video)
                motions.append(self.readers.motion.features(motion_input(small) * 2 - 1))
                places.append(place_features(self.readers.place, small))
            save_checkpoint(path, {"motion": torch.cat(motions), "place": torch.cat(places)})
        state = load_checkpoint(path)
        return state["motion"], state["place"]

    def true_row(self) -> dict[str, float]:
        """The readers on true renders and the floor of the Fréchet distance."""
        count = self.args.clips
        a, b = self.true_features(count), self.true_features(count, 5050)
        which = ("motion", "place", "subject", "familiar")
        return {
            **{f"{w}_reader": load_reader(self.args.run, w)[1] for w in which},
            **set_distances(a, b),
        }


def set_distances(ours: tuple[Tensor, Tensor], theirs: tuple[Tensor, Tensor]) -> dict[str, float]:
    """How far sets of clips are apart, by their motion and place features (n, d)."""
    (motion, place), (their_motion, their_place) = ours, theirs
    return {
        "fvd_like": frechet(motion, their_motion),
        "place_frechet": frechet(place, their_place),
        "place_kernel": kernel_distance(place, their_place),
    }


@torch.no_grad()
def vae_row(e: Evaluation) -> dict[str, float]:
    """Reconstruction in float32 of held-out composites and of real clips' frames."""
    clips = compose(seed_for(31), e.world, e.args.clips, 1, 1, Recipe())
    x = clips.video[:, 0] * 2 - 1
    frames = real_frames(e.args.data)

    def run(pictures: Tensor) -> float:
        back = torch.cat([e.model.vae.decode(e.model.vae.encode(p)[0]) for p in pictures.split(8)])
        return float(psnr(back, pictures).mean())

    return {"composites": run(x), "real_frames": run(frames), "n": len(x), "n_real": len(frames)}


def copy_row(e: Evaluation) -> dict[str, float]:
    """Clean latents through the UNet at its last timestep, decoded and held against the same decoded: cells without
    the subject."""
    batch = prepare("generate", 0, BATCH, e.world, e.model, e.kept / "clips")
    video, weight = [], []
    for i, predict in enumerate(e.model.predictors(batch.conditions, replace(e.model.teacher, guidance=1.0))):
        kernel = patch_kernel(e.model.vae)
        z = F.conv2d(batch.video[i] * 2 - 1, *kernel, stride=8) * e.model.vae.cfg.scaling_factor
        out = predict(z.transpose(0, 1).unsqueeze(0), torch.zeros(1))[0].transpose(0, 1)
        video.append(torch.stack([e.model.decode(out), e.model.decode(z)]))
        cells = (F.max_pool2d(batch.alpha[i].unsqueeze(1), 8) == 0).float()
        weight.append(F.interpolate(cells, scale_factor=8)[:, 0])
    back, given = torch.cat(video, dim=1)
    return {"decibels": float(psnr_within(back, given, torch.cat(weight))), "clips": BATCH}


def sheets(e: Evaluation, folder: Path) -> None:
    """Of textured shapes of our own in our own places: contact sheets, and a grid that plays over both α."""
    folder.mkdir(parents=True, exist_ok=True)
    used, every = e.model.used, list(range(FRAMES))
    video, batch = e.generate("shapes", 0, used, every)
    cut = batch.video[:8, :1] * batch.alpha[:8, :1].unsqueeze(2)
    sheet(list(torch.cat([cut, video[:8]], dim=1) * 2 - 1), folder / "clips.png")
    Image.open(folder / "clips.png").save(folder / "clips.webp", quality=82, method=6)
    (folder / "clips.png").unlink()
    (folder / "clips.txt").write_text("\n".join(batch.captions[:8]) + "\n")
    steps = (0.0, 0.5, 1.0, 2.0)
    settings = [replace(used, alpha_image=i, alpha_text=t) for i in steps for t in steps]
    cells = []
    for s in settings:  # one clip of the batch
        z = e.model.sample(batch.conditions.only(GRID_CLIP), batch.noise[GRID_CLIP : GRID_CLIP + 1], s)
        cells.append(e.model.decode(z[0].transpose(0, 1)))
    grid = torch.stack(cells).unflatten(0, (len(steps), len(steps)))  # (image, text, f, 3, s, s)
    rows_of_frames = grid.permute(2, 3, 0, 4, 1, 5).flatten(4, 5).flatten(2, 3)
    pictures = [
        Image.fromarray((x.permute(1, 2, 0) * 255).round().byte().numpy()) for x in rows_of_frames.clamp(0, 1)
    ]
    pictures[0].save(
        folder / "alpha.webp", save_all=True, append_images=pictures[1:], duration=125, loop=0, quality=80, method=6
    )
    (folder / "alpha.txt").write_text(batch.captions[GRID_CLIP] + "\n")


def keep_row(run: Path, name: str, value: dict[str, float]) -> None:
    """Adds a row to RUN/evaluation.json, or replaces it there."""
    out = run / "evaluation.json"
    results = json.loads(out.read_text()) if out.exists() else {}
    results[name] = value
    out.write_text(json.dumps(results, indent=1))
    print(name, value, flush=True)


def main() -> None:
    """Runs the asked rows, saving after each."""
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    e = Evaluation(args)
    rows = table_of_rows(e.model.used, e.model.teacher)
    for asked in args.rows:
        if asked == "vae":
            keep_row(args.run, "vae", vae_row(e))
        elif asked == "copy":
            keep_row(args.run, "copy", copy_row(e))
        elif asked == "true":
            keep_row(args.run, "true", e.true_row())
        for name in [n for n in rows if n == asked or (asked.endswith("*") and n.startswith(asked[:-1]))]:
            value = e.row(name, rows[name])
            if value is not None:
                keep_row(args.run, name, value)
    if args.sheets:
        sheets(e, args.sheets)


if __name__ == "__main__":
    main()
