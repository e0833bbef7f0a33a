"""Turns the figures of `evaluate.py` into the model card.

python card.py --figures RUN/evaluation.json --notes notes.json --out ../bundled/magdiff-small/CARD.md
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from magdiff.world.captions import MOTION_PHRASES, PLACE_PHRASES

ABOUT = """# MagDiff Small

The model that ships with the studio: MagDiff of the released form, small, trained for this project from
nothing. Take a cut-out subject, say how it moves and where; or keep a part of a clip and let the text change the
rest. 128×128, 1 to 8 frames at 8 frames a second. Licence: MIT.

Two networks share the work. The *motion planner*, a diffusion model over paths, turns the sentence, the seed and the
place of the subject into eight waypoints (offset, size, turn). The *video model*, MagDiff's UNet with SDA, APA and
HFA, is given the cut-out where the path puts it in each frame, and draws the clip around it by the sentence.

## What it knows
Motions (said in several ways each): {motions}.
Places: {places}; and, less well, the scene words of its photographs.
Also: "slowly" and "quickly"; at night, at sunset, in fog, rain and snowfall; a camera that pans or zooms in.
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
| UNet (`unet`, and `unet_student` of the same shape) | widths 64, 96, 160; 8.7 M parameters; 0.9 GFLOP a frame and call at 8 frames; predicts x₀ |
| motion planner | 3 layers of width 96 over 32 tokens and 8 waypoints; 0.7 M parameters; predicts the clean path, 20 DDIM steps |
| VAE | ×8, 48 latent channels: the encoder is the PCA of 8×8 patches, the decoder (widths 16, 32, 64, 96) adds to the inverse; 2.3 GFLOP a frame |
| text encoder | CLIP form, width 128, 3 layers, 32 tokens |
| image encoder | CLIP vision form, 64 px, patch 8, width 128, 3 layers; resampler to 4 tokens a frame |
| HFA | pyramid of 192, 160 and 128 px; every frame has the cut-out of its own |
"""

SOURCES = """
## Data and licences
| source | used for | licence |
| --- | --- | --- |
| Microsoft Fluent emoji (3D) | subjects | MIT |
| Google Noto emoji | subjects | Apache-2.0 |
| Poly Haven panoramas (views), photographs of places | a tenth of the backgrounds, VAE | CC0, MIT; a few CC-BY 2.0 |
| shapes, places, weather drawn by this project's code | subjects, places | MIT |

Held out, never trained on: every tenth subject name (by hash, both looks together), every tenth panorama, other
seeds of every place, all photographed objects and all real clips. None of the material is part of this repository;
the contact sheets show shapes and places drawn by our own code.
"""


def percent(value: float) -> str:
    """0.913 → "91.3 %"."""
    return f"{100 * value:.1f} %"


def judged(text: str, met: bool | None) -> str:
    """A cell with a plain verdict."""
    return text if met is None else f"{text} ({'met' if met else 'missed'})"


def main_table(r: dict[str, Any]) -> list[str]:
    """The rows of the wanted table."""
    rows = ["| measure | got | wanted | clips |", "| --- | --- | --- | --- |"]

    def add(name: str, got: str, wanted: str, n: object) -> None:
        rows.append(f"| {name} | {got} | {wanted} | {n} |")

    if "vae" in r:
        v = r["vae"]
        add(
            "VAE, held-out composites",
            judged(f"{v['composites']:.2f} dB", v["composites"] >= 30),
            "≥ 30 dB",
            v["n"],
        )
        add(
            "VAE, frames of real clips",
            judged(f"{v['real_frames']:.2f} dB", v["real_frames"] >= 27),
            "≥ 27 dB",
            v["n_real"],
        )
    if "true" in r:
        t = r["true"]
        add(
            "motion reader on true renders",
            judged(percent(t["motion_reader"]), t["motion_reader"] >= 0.97),
            "≥ 97 %",
            512,
        )
        add("place reader on true renders", percent(t["place_reader"]), "", 512)
    for key, label in (
        ("teacher", "teacher, 25 steps"),
        ("student", "student, 4 steps"),
        ("teacher_few", "teacher, 4 steps"),
        ("photos", "photographed subjects, teacher"),
    ):
        if key not in r:
            continue
        x = r[key]
        n = x["clips"]
        share = x["consistency"] / x["consistency_true"]
        add(
            f"{label}: identity, subject in frame 1",
            judged(f"{x['identity_psnr']:.2f} dB", x["identity_psnr"] >= 24),
            "≥ 24 dB",
            n,
        )
        add(f"{label}: motion", judged(percent(x["motion"]), x["motion"] >= 0.9), "≥ 90 %", n)
        add(f"{label}: place", judged(percent(x["place"]), x["place"] >= 0.8), "≥ 80 %", n)
        add(f"{label}: frame consistency against true", judged(f"{share:.3f}", share >= 0.97), "≥ 0.97", n)
        likeness = x["likeness"] / x["likeness_true"]
        add(
            f"{label}: likeness of the subject over the clip against true",
            judged(f"{likeness:.3f}", likeness >= 0.85),
            "≥ 0.85",
            n,
        )
        add(f"{label}: subject along its planned path, frames 2–8", f"{x['path_psnr']:.2f} dB", "reported", n)
        floor = f"; floor {r['true']['fvd_like']:.1f}" if "true" in r else ""
        add(f"{label}: Fréchet distance in motion features{floor}", f"{x['fvd_like']:.1f}", "reported", n)
    if "edit_background" in r:
        x = r["edit_background"]
        add(
            "edit, background changed: kept subject",
            judged(f"{x['kept_psnr']:.2f} dB", x["kept_psnr"] >= 24),
            "≥ 24 dB",
            x["clips"],
        )
        add(
            "edit, background changed: place",
            judged(percent(x["place"]), x["place"] >= 0.8),
            "≥ 80 %",
            x["clips"],
        )
    if "edit_subject" in r:
        x = r["edit_subject"]
        add(
            "edit, subject changed: the rest",
            judged(f"{x['kept_psnr']:.2f} dB", x["kept_psnr"] >= 24),
            "≥ 24 dB",
            x["clips"],
        )
        add("edit, subject changed: named subject recognised", "not measured", "≥ 60 %", "")
    return rows


def cells(title: str, rows: dict[str, dict[str, float]]) -> list[str]:
    """A table of ablation or sweep cells."""
    out = [
        "",
        title,
        "| | identity | motion | place | Fréchet | clips |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, x in rows.items():
        out.append(
            f"| {name} | {x['identity_psnr']:.2f} dB | {percent(x['motion'])} | {percent(x['place'])} "
            f"| {x['fvd_like']:.1f} | {x['clips']} |"
        )
    return out


def main() -> None:
    """Writes the card."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--figures", type=Path, nargs="+", required=True)
    p.add_argument("--notes", type=Path, help="Markdown placed under the table: cost, misses, outlook")
    p.add_argument("--out", type=Path, required=True)
    args = p.parse_args()
    r: dict[str, Any] = {}
    for path in args.figures:
        r.update(json.loads(path.read_text()))
    motions = ", ".join(MOTION_PHRASES)
    lines = [ABOUT.format(motions=motions, places=", ".join(PLACE_PHRASES)), PARTS]
    lines += [
        "## Figures",
        "Held-out subjects and place seeds, the same seeds in every row, daylight and a fixed camera.",
        "",
    ]
    lines += main_table(r)
    if "ablations" in r:
        lines += cells("### Ablations, switched in the trained model (none retrained), 4 steps", r["ablations"])
    if "sweep" in r:
        lines += cells("### α sweep: the learned α multiplied, 4 steps", r["sweep"])
    if args.notes:
        lines += ["", args.notes.read_text().rstrip()]
    lines += [
        "",
        "`sheets/` shows clips of shapes drawn by our code: the cut-out, then eight frames; captions beside.",
        SOURCES,
    ]
    args.out.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
