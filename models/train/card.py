"""Turns the figures of `evaluate.py` into the model card.

python card.py --figures RUN/evaluation.json --notes notes.md --out ../bundled/magdiff-small/CARD.md
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from magdiff.measuring.prepared import SIZES
from magdiff.world.captions import MOTION_PHRASES, PLACE_PHRASES
from magdiff.world.subjects import FAMILIAR_WORDS

ABOUT = """# MagDiff Small

The model that ships with the studio: MagDiff of the released form, small, trained for this project from
nothing. Take a cut-out subject, say how it moves and where; or keep a part of a clip and let the text change the
rest. 128×128, 1 to 16 frames at 8 frames a second. Licence: MIT.

Two networks share the work. The *motion planner*, a diffusion model over paths, turns the sentence, the seed and the
place of the subject into eight waypoints (offset, size, turn). The *video model*, MagDiff's UNet with SDA, APA and
HFA, is given the cut-out where the path puts it in each frame, and draws the clip around it by the sentence. Its last
layers correct what the noisy latents say, hold what does not move, bring detail out where it is a guess, and lay the
subject's latents over it by its mask, to the pixel. The world is an illustrated one: fifteen places of limited palettes, never twice the same.

## What it knows
Motions (said in several ways each): {motions}.
Places: {places}.
Also: "slowly" and "quickly"; at night, at sunset, in fog, rain and snowfall; a camera that pans or zooms in.
Subjects it can draw where an edit asks for one: {words}.
`tokenizer/words.json` lists every word it has seen, with its count.

## What it cannot do
Anything outside that world: no people walking, no limbs that bend, no interaction, one subject at a time, no
lettering, no camera moves but those. Subjects are carried as pictures: they move, turn and change size as a whole.
Low-contrast and noisy subjects come out weakest, as the paper says of the method.
"""

PARTS = """
## Sizes
| part | size |
| --- | --- |
| UNet | widths 128, 192, 160; 17.9 M parameters; 3.2 GFLOP a frame and call at 8 frames; told where its cells lie; guidance by the text built in; predicts x₀, the subject laid over what is drawn |
| motion planner | 3 layers of width 96 over 32 tokens and 8 waypoints; 0.7 M parameters; predicts the clean path, 20 DDIM steps |
| VAE | ×8, 48 latent channels: the encoder is the PCA of 8×8 patches, the decoder (widths 16, 32, 64, 96) adds to the inverse; 2.3 GFLOP a frame |
| text encoder | CLIP form, width 128, 3 layers, 32 tokens |
| image encoder | CLIP vision form, 64 px, patch 8, width 128, 3 layers; resampler to 16 tokens a frame |
| HFA | pyramid of 192, 160 and 128 px; every frame has the cut-out of its own |
"""

SOURCES = """
## Data and licences
| source | used for | licence |
| --- | --- | --- |
| Microsoft Fluent emoji (3D) | subjects | MIT |
| Google Noto emoji | subjects | Apache-2.0 |
| Poly Haven panoramas (views), photographs of places | VAE | CC0, MIT; a few CC-BY 2.0 |
| shapes, places, weather drawn by this project's code | subjects, places | MIT |

Held out, never trained on: every tenth subject name (by hash, both looks together), other seeds of every
place, all photographed objects and all real clips. None of the material is part of this repository;
the contact sheets show shapes and places drawn by our own code.
"""


def percent(value: float) -> str:
    """0.913 → "91.3 %"."""
    return f"{100 * value:.1f} %"


def decibels(value: float) -> str:
    """24.318 → "24.3 dB"."""
    return f"{value:.1f} dB"


def judged(text: str, met: bool) -> str:
    """A cell with a plain verdict."""
    return f"{text} ({'met' if met else 'missed'})"


Figures = dict[str, dict[str, float]]


def row(name: str, got: str, wanted: str, clips: float) -> str:
    """One line of the main table."""
    return f"| {name} | {got} | {wanted} | {clips:.0f} |"


def reader_rows(r: Figures) -> list[str]:
    """The VAE, and the readers on true renders."""
    v, t = r["vae"], r["true"]
    return [
        row("VAE, held-out composites", judged(decibels(v["composites"]), v["composites"] >= 30), "≥ 30 dB", v["n"]),
        row("VAE, frames of real clips", judged(decibels(v["real_frames"]), v["real_frames"] >= 27), "≥ 27 dB", v["n_real"]),
        row("motion reader on true renders", judged(percent(t["motion_reader"]), t["motion_reader"] >= 0.97), "≥ 97 %", 512),
        row("place reader on true renders", percent(t["place_reader"]), "reported", 512),
        row(f"reader of the {len(FAMILIAR_WORDS)} familiar words on true renders", percent(t["familiar_reader"]), "reported", 512),
    ]  # fmt: skip


def generated_rows(x: dict[str, float], label: str, true: dict[str, float], wanted: bool) -> list[str]:
    """The rows of generated clips; `wanted`: whether they are held to figures of their own."""
    share = x["consistency"] / x["consistency_true"]
    sharp, grain = x["sharp"] / x["sharp_true"], x["grain"] / x["grain_true"]
    lines: list[tuple[str, str, bool, str]] = [
        ("identity, subject in frame 1", decibels(x["identity_psnr"]), x["identity_psnr"] >= 24, "≥ 24 dB"),
        (
            f"motion; of true renders along the same paths {percent(x['motion_true'])}",
            percent(x["motion"]),
            x["motion"] >= 0.9,
            "≥ 90 %",
        ),
        ("place, by a reader of restyled renders", percent(x["place"]), x["place"] >= 0.9, "≥ 90 %"),
        ("sharpness of the place: gradient energy against true", f"{sharp:.2f}", 0.85 <= sharp <= 1.15, "0.85–1.15"),
        ("grain of the place against true", f"{grain:.2f}", grain <= 1.2, "≤ 1.2"),
        (f"flicker of the place; true {x['flicker_true']:.2f}", f"{x['flicker']:.2f} /255", x["flicker"] <= 1, "≤ 1 /255"),
        ("frame consistency against true", f"{share:.3f}", share >= 0.97, "≥ 0.97"),
    ]  # fmt: skip
    out = [
        row(f"{label}: {name}", judged(got, met), want, x["clips"])
        if wanted
        else row(f"{label}: {name}", got, "reported", x["clips"])
        for name, got, met, want in lines
    ]
    path = row(
        f"{label}: subject along its planned path, frames 2–8", decibels(x["path_psnr"]), "reported", x["clips"]
    )
    distance = f"{label}: Fréchet distance in motion features; floor {true['fvd_like']:.1f}"
    out += [path, row(distance, f"{x['fvd_like']:.1f}", "reported", x["clips"])]
    if "place_frechet" in x:
        got, floor = x["place_frechet"], true["place_frechet"]
        name = f"{label}: Fréchet distance in place features; floor {floor:.2f}"
        out.append(row(name, judged(f"{got:.2f}", got <= 3 * floor), "≤ 3 × floor", x["clips"]))
        name = f"{label}: kernel distance in place features (unbiased; below zero where sets of equally many of each place are alike); floor {true['place_kernel']:.4f}"
        out.append(row(name, f"{x['place_kernel']:.4f}", "reported", x["clips"]))
    return out


def edit_rows(r: Figures) -> list[str]:
    """The rows of edits."""
    out = []
    if x := r.get("edit_background"):
        out += [
            row("edit, background changed: kept subject", judged(decibels(x["kept_psnr"]), x["kept_psnr"] >= 24), "≥ 24 dB", x["clips"]),
            row("edit, background changed: place", judged(percent(x["place"]), x["place"] >= 0.8), "≥ 80 %", x["clips"]),
        ]  # fmt: skip
    if x := r.get("edit_subject"):
        out += [
            row("edit, subject changed: the rest", judged(decibels(x["kept_psnr"]), x["kept_psnr"] >= 24), "≥ 24 dB", x["clips"]),
            row("edit, subject changed: named subject recognised", judged(percent(x["recognised"]), x["recognised"] >= 0.9), "≥ 90 %", x["clips"]),
        ]  # fmt: skip
    return out


def subject_table(rows: Figures) -> list[str]:
    """Subjects of other kinds and sizes, a line each."""
    lines = ["", "### Other subjects, as users run it", "",
        "| | identity | along the path | motion (of true renders) | place | sharpness | grain | flicker | clips |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    for label, x in rows.items():
        got = [decibels(x["identity_psnr"]), decibels(x["path_psnr"])]
        got += [f"{percent(x['motion'])} ({percent(x['motion_true'])})", percent(x["place"])]
        got += [f"{x['sharp'] / x['sharp_true']:.2f}", f"{x['grain'] / x['grain_true']:.2f}"]
        lines.append(f"| {label} | {' | '.join(got)} | {x['flicker']:.2f} /255 | {x['clips']:.0f} |")
    return lines


def cells(title: str, rows: Figures, motion: bool) -> list[str]:
    """A table of ablation or sweep cells."""
    more = (
        (["motion", "Fréchet"], lambda x: [percent(x["motion"]), f"{x['fvd_like']:.1f}"])
        if motion
        else ([], lambda x: [])
    )
    heads = ["", "identity", "place", *more[0], "clips"]
    out = ["", title, "| " + " | ".join(heads) + " |", "| " + " | ".join(["---"] * len(heads)) + " |"]
    for name, x in rows.items():
        values = [name, f"{x['identity_psnr']:.2f} dB", percent(x["place"]), *more[1](x), f"{x['clips']:.0f}"]
        out.append("| " + " | ".join(values) + " |")
    return out


def main() -> None:
    """Writes the card."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--figures", type=Path, required=True)
    p.add_argument(
        "--notes", type=Path, required=True, help="Markdown placed under the tables: reading, misses, cost"
    )
    p.add_argument("--out", type=Path, required=True)
    args = p.parse_args()
    r: Figures = json.loads(args.figures.read_text())
    lines = [
        ABOUT.format(
            motions=", ".join(MOTION_PHRASES), places=", ".join(PLACE_PHRASES), words=", ".join(FAMILIAR_WORDS)
        ),
        PARTS,
        "## Figures",
        "Held-out subjects and place seeds, the same seeds in every row (where it has fewer clips, the first of them), "
        "daylight and a fixed camera; measured through the graphs that ship, in ONNX Runtime with their float16 weights.",
        "",
        "| measure | got | wanted | clips |",
        "| --- | --- | --- | --- |",
        *reader_rows(r),
    ]
    if x := r.get("copy"):
        got = judged(decibels(x["decibels"]), x["decibels"] >= 45)
        lines += [
            row("input without noise through the UNet, cells without the subject", got, "≥ 45 dB", x["clips"])
        ]
    for key, label in (
        ("used", "as users run it"),
        ("teacher", "full weights"),
        ("four steps", "in four steps instead of eight"),
        ("unguided", "without guidance"),
    ):
        if key in r:
            lines += generated_rows(r[key], label, r["true"], key == "used")
    for key, x in r.items():
        if key.startswith("through the studio"):
            got = f"{decibels(x['identity_psnr'])}, {percent(x['motion'])}, {percent(x['place'])}"
            of = key.removeprefix("through the studio").removeprefix(", ")
            label = "made by `magdiff generate`" + (f", {of}" if of else "")
            lines += [row(f"{label}: identity, motion, place", got, "reported", x["clips"])]
    lines += edit_rows(r)
    if x := r.get("harmony"):
        for what in ("brightness", "warmth"):
            got = judged(f"{x[what]:.2f}", x[what] >= 0.7)
            lines += [
                row(
                    f"the subject's {what} follows that of a true render's place: correlation",
                    got,
                    "≥ 0.7",
                    x["clips"],
                )
            ]
        got = judged(percent(x["shadows"]), x["shadows"] >= 0.9)
        lines += [row("a shadow on the ground where the true render has one", got, "≥ 90 %", x["true_shadows"])]
    others = {
        "photos": "photographed subjects",
        "real_clips": "subjects out of real clips",
        "real_clips_lifted": "the same, cut out with nothing darker than 0.1",
        **{f"size {size:.0%}": f"subjects of {size:.0%} of the frame" for size in SIZES},
    }
    if any(key in r for key in others):
        lines += subject_table({label: r[key] for key, label in others.items() if key in r})
    ablations = {"full": r["used"], **{k: v for k, v in r.items() if k.startswith("without ")}}
    if len(ablations) > 1:
        lines += cells("### Ablations, switched in the trained model (none retrained)", ablations, True)
    sweep = {k.removeprefix("sweep "): v for k, v in r.items() if k.startswith("sweep ")}
    if sweep:
        lines += cells("### α sweep: the learned α multiplied", sweep, False)
    lines += ["", args.notes.read_text().rstrip(), SOURCES]
    args.out.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
