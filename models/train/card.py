"""Turns the figures of `evaluate.py` into the model card.

python card.py --figures RUN/evaluation.json --notes notes.md --out ../bundled/magdiff-small/CARD.md
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from magdiff.world.captions import MOTION_PHRASES, PLACE_PHRASES
from magdiff.world.subjects import FAMILIAR_WORDS

ABOUT = """# MagDiff Small

The model that ships with the studio: MagDiff of the released form, small, trained for this project from
nothing. Take a cut-out subject, say how it moves and where; or keep a part of a clip and let the text change the
rest. 128×128, 1 to 16 frames at 8 frames a second. Licence: MIT.

Two networks share the work. The *motion planner*, a diffusion model over paths, turns the sentence, the seed and the
place of the subject into eight waypoints (offset, size, turn). The *video model*, MagDiff's UNet with SDA, APA and
HFA, is given the cut-out where the path puts it in each frame, and draws the clip around it by the sentence. Its last
layer lays the subject's latents over what it has drawn, along their outline to the pixel.

## What it knows
Motions (said in several ways each): {motions}.
Places: {places}; and, less well, the scene words of its photographs.
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
| UNet (`unet`, and `unet_student` of the same shape) | widths 64, 96, 160; 8.7 M parameters; 1.0 GFLOP a frame and call at 8 frames; predicts x₀, the subject laid over what is drawn |
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


def generated_rows(x: dict[str, float], label: str, floor: float, wanted: bool) -> list[str]:
    """The rows of generated clips; `wanted`: whether they are held to figures of their own."""
    share, likeness = x["consistency"] / x["consistency_true"], x["likeness"] / x["likeness_true"]
    lines: list[tuple[str, str, bool, str]] = [
        ("identity, subject in frame 1", decibels(x["identity_psnr"]), x["identity_psnr"] >= 24, "≥ 24 dB"),
        ("likeness of the subject over the clip against true", f"{likeness:.3f}", likeness >= 0.85, "≥ 0.85"),
        (
            f"motion; of true renders along the same paths {percent(x['motion_true'])}",
            percent(x["motion"]),
            x["motion"] >= 0.9,
            "≥ 90 %",
        ),
        ("place", percent(x["place"]), x["place"] >= 0.8, "≥ 80 %"),
        ("frame consistency against true", f"{share:.3f}", share >= 0.97, "≥ 0.97"),
    ]
    out = [
        row(f"{label}: {name}", judged(got, met), want, x["clips"])
        if wanted
        else row(f"{label}: {name}", got, "reported", x["clips"])
        for name, got, met, want in lines
    ]
    path = row(
        f"{label}: subject along its planned path, frames 2–8", decibels(x["path_psnr"]), "reported", x["clips"]
    )
    distance = f"{label}: Fréchet distance in motion features; floor {floor:.1f}"
    return [*out, path, row(distance, f"{x['fvd_like']:.1f}", "reported", x["clips"])]


def edit_rows(r: Figures, suffix: str, label: str) -> list[str]:
    """The rows of edits by the teacher or the student."""
    out = []
    if x := r.get(f"edit_background{suffix}"):
        out += [
            row(f"{label}, background changed: kept subject", judged(decibels(x["kept_psnr"]), x["kept_psnr"] >= 24), "≥ 24 dB", x["clips"]),
            row(f"{label}, background changed: place", judged(percent(x["place"]), x["place"] >= 0.8), "≥ 80 %", x["clips"]),
        ]  # fmt: skip
    if x := r.get(f"edit_subject{suffix}"):
        out += [
            row(f"{label}, subject changed: the rest", judged(decibels(x["kept_psnr"]), x["kept_psnr"] >= 24), "≥ 24 dB", x["clips"]),
            row(f"{label}, subject changed: named subject recognised", judged(percent(x["recognised"]), x["recognised"] >= 0.6), "≥ 60 %", x["clips"]),
        ]  # fmt: skip
    return out


def compared(r: Figures) -> list[str]:
    """Student against teacher, and subjects that a camera saw against those of the packs, as shares."""
    out = [
        "",
        "### Student against teacher, photographs and real clips against packs",
        "| measure | student / teacher, within 10 % | photographs / packs, within 20 % | real clips / packs, within 20 % |",
        "| --- | --- | --- | --- |",
    ]
    for key, label in (
        ("identity_psnr", "identity"),
        ("likeness", "likeness"),
        ("motion", "motion"),
        ("place", "place"),
        ("consistency", "frame consistency"),
    ):
        shares = [
            (r["student"][key] / r["teacher"][key], 0.9),
            (r["photos"][key] / r["student"][key], 0.8),
            (r["real_clips"][key] / r["student"][key], 0.8),
        ]
        verdicts = [judged(f"{share:.3f}", share >= least) for share, least in shares]
        out.append("| " + " | ".join([label, *verdicts]) + " |")
    for key, label in (
        ("edit_background", "kept_psnr"),
        ("edit_subject", "kept_psnr"),
        ("edit_subject", "recognised"),
    ):
        if f"{key}_teacher" in r and key in r:
            a = r[key][label] / r[f"{key}_teacher"][label]
            what = {"kept_psnr": "what is kept", "recognised": "named subject"}[label]
            out.append(f"| {key.replace('_', ', ')}: {what} | {judged(f'{a:.3f}', a >= 0.9)} | | |")
    return out


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
        "Held-out subjects and place seeds, the same seeds in every row, daylight and a fixed camera; measured through "
        "the graphs that ship, in ONNX Runtime with their float16 weights.",
        "",
        "| measure | got | wanted | clips |",
        "| --- | --- | --- | --- |",
        *reader_rows(r),
    ]
    floor = r["true"]["fvd_like"]
    for key, label in (
        ("teacher", "teacher, 25 steps"),
        ("student", "student, 4 steps"),
        ("teacher_4", "teacher, 4 steps"),
        ("photos", "photographed subjects, student"),
        ("photos_teacher", "photographed subjects, teacher"),
        ("real_clips", "subjects out of real clips, student"),
        ("real_clips_lifted", "the same, cut out with nothing darker than 0.1"),
    ):
        if key in r:
            lines += generated_rows(r[key], label, floor, key.startswith(("teacher", "student")))
    if x := r.get("through the studio"):
        got = f"{decibels(x['identity_psnr'])}, {percent(x['motion'])}, {percent(x['place'])}"
        what = "student, made by `magdiff generate`: identity, motion, place"
        lines += [row(what, got, "reported", x["clips"])]
    lines += edit_rows(r, "_teacher", "edit, teacher") + edit_rows(r, "", "edit, student")
    lines += compared(r)
    ablations = {"full": r["student"], **{k: v for k, v in r.items() if k.startswith("without ")}}
    lines += cells("### Ablations, switched in the trained student (none retrained)", ablations, True)
    sweep = {k.removeprefix("sweep "): v for k, v in r.items() if k.startswith("sweep ")}
    lines += cells("### α sweep: the student's learned α multiplied", sweep, False)
    lines += ["", args.notes.read_text().rstrip(), SOURCES]
    args.out.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
