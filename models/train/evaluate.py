"""Measures an exported run on held-out subjects and places and writes the figures as JSON.

    python evaluate.py --data DATA --run RUN --checkpoint clips --student student --clips 96 \
        --rows teacher student edit_background edit_subject photos ablations sweep vae
`card.py` turns the JSON into the model card. Every row uses the same seeds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from export import load_model
from magdiff.checkpoint import seed_for
from magdiff.measures import Measures, Readers, add_likeness, fvd_like, load_reader, measure, region_psnr
from magdiff.model import Drop, MagDiff
from magdiff.modules.vae import AutoencoderKL
from magdiff.planner import load_planner, plan, subject_start
from magdiff.pool import TEXT_LENGTH, encode_clips, load_vae
from magdiff.readers import SIDE as READER_SIDE
from magdiff.readers import motion_input, shrink
from magdiff.schedule import NoiseSchedule
from magdiff.tokenizer import Tokenizer
from magdiff.world.clips import Clips, Recipe, World, compose
from magdiff.world.subjects import SubjectPack, _square
from train_readers import plain
from train_vae import psnr, sheet


def arguments() -> argparse.Namespace:
    """Command line of the evaluation."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--checkpoint", required=True)
    p.add_argument("--student")
    p.add_argument("--planner", default="planner")
    p.add_argument("--rows", nargs="+", default=["vae", "teacher"])
    p.add_argument("--clips", type=int, default=96)
    p.add_argument("--few", type=int, default=32, help="clips of ablation and sweep cells")
    p.add_argument("--batch", type=int, default=8)
    p.add_argument("--steps", type=int, default=25)
    p.add_argument("--few-steps", type=int, default=10, help="steps of ablation and sweep cells")
    p.add_argument("--guidance", type=float, default=1.5)
    p.add_argument("--precision", choices=["bf16", "fp32"], default="fp32")
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--device", default="cpu")
    p.add_argument("--per-place", type=int, default=24)
    p.add_argument("--out", type=Path, help="JSON to write; rows already there are kept")
    p.add_argument("--sheets", type=Path, help="folder for contact sheets of our own shapes")
    return p.parse_args()


@dataclass
class Setting:
    """How one row is generated."""

    steps: int
    guidance: float
    recipe: Recipe
    planned: bool = True
    alpha_text: float = 1.0
    alpha_image: float = 1.0
    fixed: float | None = None
    no_hfa: bool = False
    full_frame: bool = False


class Evaluation:
    """Everything a row needs."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.vae: AutoencoderKL = load_vae(args.run / "vae_frozen.pt")
        self.tokenizer = Tokenizer.load(args.run / "tokenizer", TEXT_LENGTH)
        self.empty = torch.tensor(self.tokenizer.encode(""))
        self.world = World.load(args.data, "held", args.per_place)
        self.readers = Readers.load(args.run)
        self.planner = load_planner(args.run / f"{args.planner}.pt")
        self.schedule = NoiseSchedule()

    @torch.no_grad()
    def generate(self, model: MagDiff, clips: Clips, s: Setting, g: torch.Generator) -> Tensor:
        """Videos (n, f, 3, h, w) in 0..1 for composed clips."""
        n, f = clips.video.shape[:2]
        if s.full_frame:
            clips = replace(
                clips,
                cutouts=[
                    torch.nn.functional.interpolate(
                        clips.source.flatten(0, 1), size=c.shape[-2:], mode="bilinear"
                    ).unflatten(0, c.shape[:2])
                    for c in clips.cutouts
                ],
            )
        opened = torch.ones(n, f, dtype=torch.bool)
        e = encode_clips(self.vae, clips, self.tokenizer, opened)
        c = e.conditions
        c.hfa = c.hfa.float()
        noise = torch.randn(e.z.transpose(1, 2).shape, generator=g)
        drop = None
        if s.no_hfa:
            never = torch.zeros(n, dtype=torch.bool)
            drop = Drop(never, never, ~never)
        model.unet.set_alpha(s.alpha_text, s.alpha_image, s.fixed)
        with torch.autocast(self.args.device, torch.bfloat16, enabled=self.args.precision == "bf16"):
            z = model.sample(c, self.empty, noise, s.steps, s.guidance, self.schedule, drop)
            pixels = [self.vae.decode(x.float()).float() for x in z.transpose(1, 2).flatten(0, 1).split(16)]
        model.unet.set_alpha()
        return ((torch.cat(pixels).unflatten(0, (n, f)) + 1) / 2).clamp(0, 1)

    def batches(
        self, count: int, s: Setting, world: World | None = None
    ) -> Iterator[tuple[Clips, torch.Generator]]:
        """The same clips in every row: motions and places in turn.

        Generated clips are composed twice: once for the picture and the sentence, then along the path planned from
        them, which gives the cut-outs of all frames and what a true render of that plan looks like.
        """
        n = self.args.batch
        for k in range(0, count, n):
            order = torch.arange(k, k + n)
            recipe = replace(s.recipe, motion=order % 12, place=(order * 7 + order // 12) % 15)
            if s.planned:
                first = compose(seed_for(2024, k), world or self.world, n, 8, 1, recipe)
                ids = torch.tensor([self.tokenizer.encode(c) for c in first.captions])
                noise = torch.randn(n, 8, 4, generator=seed_for(2025, k))
                path = plan(self.planner, ids, subject_start(first.alpha[:, 0]), noise)
                recipe = replace(recipe, path=path)
            g = seed_for(2024, k)
            yield compose(g, world or self.world, n, 8, 8, recipe), g

    def row(self, model: MagDiff, count: int, s: Setting, world: World | None = None) -> dict[str, float]:
        """Generation or editing measured over `count` clips."""
        began = time.time()
        m = Measures({})
        ours: list[Tensor] = []
        for clips, g in self.batches(count, s, world):
            video = self.generate(model, clips, s, g)
            truth = clips.video
            subject = (clips.alpha[:, 0] > 0.9).float()
            given = truth[:, 0]
            ours.append(measure(m, video, truth, given, subject, clips.motion, clips.place, self.readers))
            if s.recipe.rest == 0:
                add_likeness(m, video, truth, clips.alpha, self.readers)
            if not s.planned:
                region = (clips.masks > 0.9).float().flatten(0, 1)
                kept = region_psnr(video.flatten(0, 1), truth.flatten(0, 1), region)
                m.add("kept_psnr", kept.unflatten(0, video.shape[:2]).nanmean(1))
            last = (clips.alpha > 0.9).float().flatten(0, 1)
            along = region_psnr(video.flatten(0, 1), truth.flatten(0, 1), last)
            m.add("path_psnr", along.unflatten(0, video.shape[:2])[:, 1:].nanmean(1))
        report = m.report()
        report["fvd_like"] = fvd_like(torch.cat(ours), self.true_features(count))
        report["clips"] = sum(len(x) for x in ours)
        report["seconds"] = time.time() - began
        return report

    @torch.no_grad()
    def true_features(self, count: int, seed: int = 4048) -> Tensor:
        """Motion features of other true renders."""
        rows = []
        for k in range(0, max(count, 96), 24):
            order = torch.arange(k, k + 24)
            recipe = plain(low_resolution=1.0, motion=order % 12, place=(order * 7) % 15)
            clips = compose(seed_for(seed, k), self.world, 24, 8, 1, recipe, READER_SIDE)
            rows.append(self.readers.motion.features(motion_input(shrink(clips.video)) * 2 - 1))
        return torch.cat(rows)

    def true_row(self, count: int) -> dict[str, float]:
        """The readers on true renders and the floor of the Fréchet distance."""
        a, b = self.true_features(count), self.true_features(count, 5050)
        return {
            "motion_reader": load_reader(self.args.run, "motion")[1],
            "place_reader": load_reader(self.args.run, "place")[1],
            "subject_reader": load_reader(self.args.run, "subject")[1],
            "fvd_like": fvd_like(a, b),
        }


def photo_subjects(data: Path) -> SubjectPack:
    """The photographed objects with their masks as RGBA subjects."""
    rows = [json.loads(line) for line in (data / "photos/labels.jsonl").open()]
    images, names = [], []
    for row in rows:
        if not row.get("mask"):
            continue
        image = Image.open(data / "photos" / row["file"]).convert("RGB")
        mask = Image.open(data / "photos" / row["mask"]).convert("L").resize(image.size)
        image.putalpha(mask)
        images.append(_square(image))
        names.append(row.get("name") or "thing")
    return SubjectPack(torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous(), names)


def real_frames(data: Path, size: int = 128) -> Tensor:
    """Four frames of each real clip, (n, 3, size, size) in −1..1; needs `ffmpeg` on the path."""
    out = []
    crop = f"select=not(mod(n\\,20)),crop=min(iw\\,ih):min(iw\\,ih),scale={size}:{size}:flags=area"
    for path in sorted((data / "videos").glob("*.mp4")):
        command = ["ffmpeg", "-v", "error", "-i", str(path), "-vf", crop, "-vsync", "0"]
        command += ["-frames:v", "4", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
        raw = subprocess.run(command, capture_output=True, check=True).stdout
        out.append(torch.from_numpy(np.frombuffer(raw, np.uint8).copy()).view(-1, size, size, 3))
    return torch.cat(out).permute(0, 3, 1, 2).float() / 127.5 - 1


@torch.no_grad()
def vae_row(e: Evaluation) -> dict[str, float]:
    """Reconstruction in float32 of held-out composites and of real clips' frames."""
    clips = compose(seed_for(31), e.world, 64, 1, 1, Recipe())
    x = clips.video[:, 0] * 2 - 1
    frames = real_frames(e.args.data)

    def run(pictures: Tensor) -> float:
        back = torch.cat([e.vae.decode(e.vae.encode(p)[0]) for p in pictures.split(8)])
        return float(psnr(back, pictures).mean())

    return {"composites": run(x), "real_frames": run(frames), "n": len(x), "n_real": len(frames)}


def sheets(e: Evaluation, models: dict[str, MagDiff], folder: Path) -> None:
    """Contact sheets of textured shapes of our own in our own places."""
    folder.mkdir(parents=True, exist_ok=True)
    recipe = plain(imprecise=0.0, unnamed=0.0, low_resolution=0.0, no_motion=0.0, no_place=0.0)
    recipe = replace(recipe, shapes=1.0)
    args = e.args
    for name, model in models.items():
        s = Setting(4, 1.0, recipe) if name == "student" else Setting(args.steps, args.guidance, recipe)
        rows, texts = [], []
        for clips, g in e.batches(8, s):
            video = e.generate(model, clips, s, g)
            for i in range(len(video)):
                cut = clips.cutouts[-1][i, :1]
                rows.append(torch.cat([cut, video[i]]) * 2 - 1)
                texts.append(clips.captions[i])
        sheet(rows, folder / f"{name}.png")
        Image.open(folder / f"{name}.png").save(folder / f"{name}.webp", quality=82, method=6)
        (folder / f"{name}.png").unlink()
        (folder / f"{name}.txt").write_text("\n".join(texts) + "\n")


def main() -> None:
    """Runs the asked rows, saving after each."""
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    e = Evaluation(args)
    teacher = load_model(args.run / f"{args.checkpoint}.pt")
    student = load_model(args.run / f"{args.student}.pt") if args.student else None
    out: Path = args.out or args.run / "evaluation.json"
    results = json.loads(out.read_text()) if out.exists() else {}
    exact = plain(imprecise=0.0, unnamed=0.35, no_motion=0.0, no_place=0.0, low_resolution=0.0)
    full = Setting(args.steps, args.guidance, exact)
    few = Setting(args.few_steps, args.guidance, exact)
    photos = replace(e.world, subjects=photo_subjects(args.data)) if "photos" in args.rows else e.world

    def keep(name: str, value: object) -> None:
        results[name] = value
        out.write_text(json.dumps(results, indent=1))
        print(name, value, flush=True)

    for row in args.rows:
        if row == "vae":
            keep("vae", vae_row(e))
        elif row == "true":
            keep("true", e.true_row(args.clips))
        elif row == "teacher":
            keep("teacher", e.row(teacher, args.clips, full))
        elif row == "teacher_few":
            keep("teacher_few", e.row(teacher, args.clips, replace(full, steps=4)))
        elif row == "student" and student is not None:
            keep("student", e.row(student, args.clips, Setting(4, 1.0, exact)))
        elif row == "edit_background":
            keep("edit_background", e.row(teacher, args.clips // 2, replace(full, planned=False)))
        elif row == "edit_subject":
            recipe = replace(exact, rest=1.0)
            keep("edit_subject", e.row(teacher, args.clips // 2, replace(full, planned=False, recipe=recipe)))
        elif row == "photos":
            keep("photos", e.row(teacher, args.clips // 2, full, photos))
        elif row == "ablations":
            cells = {
                "full": few,
                "-SDA": replace(few, full_frame=True),
                "-APA": replace(few, fixed=1.0),
                "-HFA": replace(few, no_hfa=True),
            }
            keep("ablations", {k: e.row(teacher, args.few, v) for k, v in cells.items()})
        elif row == "sweep":
            keep(
                "sweep",
                {
                    f"image {i} text {t}": e.row(
                        teacher, args.few, replace(few, alpha_image=float(i), alpha_text=float(t))
                    )
                    for i, t in ((0, 1), (0.5, 1), (1, 1), (2, 1), (1, 0), (1, 0.5), (1, 2))
                },
            )
    if args.sheets:
        sheets(e, {"teacher": teacher, **({"student": student} if student else {})}, args.sheets)


if __name__ == "__main__":
    main()
