"""Writes one fixed recipe with every intermediate result, for checking other runtimes.

    python parity.py --model models/bundled/magdiff-small --out test/golden/bundled/case.safetensors

Weights are read back from the exported float16 files and computed in float32. The subject is a shape drawn
here; text guidance acts as in the release (both branches keep the image). See the README beside the case.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from magdiff.folder import load_folder, load_planner
from magdiff.model import Conditions, pyramid_latents
from magdiff.planner import from_points
from magdiff.schedule import NoiseSchedule, ddim_sample
from magdiff.world.clips import SCALES
from magdiff.world.textures import coordinates

PROMPT = "the ball jumps on the beach"
GUIDANCE = 1.3  # of the case, whatever users run the model with


@torch.no_grad()
def plan_case(folder: Path, ids: Tensor, steps: int = 20) -> dict[str, Tensor]:
    """One path planned from fixed noise, in the network's units and in half frames, factor and radians."""
    planner, schedule = load_planner(folder), NoiseSchedule()
    start = torch.tensor([[-0.25, 0.2, 0.45]])
    noise = torch.randn(1, planner.cfg.waypoints, 4, generator=torch.Generator().manual_seed(6))
    points = ddim_sample(lambda x, t: planner(ids, x, t, start), noise, schedule, steps)
    path = from_points(points)
    return {
        "plan_start": start,
        "plan_noise": noise,
        "plan_output": planner(ids, noise, torch.tensor([999]), start),
        "plan_timesteps": torch.tensor(schedule.trailing(steps)),
        "plan_path": torch.stack([path.dx, path.dy, path.scale, path.angle], dim=-1),
    }


def picture(size: int) -> tuple[Tensor, Tensor]:
    """A shaded striped ball on a plain ground: RGB in 0..1 rounded to bytes (3, s, s), mask (s, s)."""
    x, y = coordinates(size)
    r = ((x + 0.25) ** 2 + (y - 0.2) ** 2).sqrt()
    mask = (r < 0.45).float()
    light = (1.1 - 0.8 * ((x + 0.4) ** 2 + (y - 0.05) ** 2).sqrt()).clamp(0, 1)
    stripes = ((x * 9 + y * 4).sin() > 0).float()
    ball = torch.stack([light, light * (0.25 + 0.6 * stripes), light * 0.2])
    ground = torch.stack([x * 0.2 + 0.5, y * 0.2 + 0.5, 0 * x + 0.45])
    rgb = ball * mask + ground * (1 - mask)
    return (rgb.clamp(0, 1) * 255).round() / 255, mask


@torch.no_grad()
def run_case(folder: Path, frames: int, teacher_steps: int, student_steps: int) -> dict[str, Tensor]:
    """All named tensors of the case."""
    model, vae, tokenizer = load_folder(folder)
    about = json.loads((folder / "magdiff.json").read_text())
    size = about["height"]
    rgb, mask = picture(size)
    cutouts = []
    for scale in SCALES:
        s = round(size * scale)
        level = F.interpolate((rgb * mask)[None], size=(s, s), mode="bicubic", align_corners=False)
        cutouts.append(level.clamp(0, 1))
    small = F.interpolate(cutouts[-1], size=(64, 64), mode="bicubic", antialias=True)
    image = (small.clamp(0, 1) * 255).round().byte()
    hfa = pyramid_latents(vae, cutouts)
    opened = torch.zeros(1, frames, dtype=torch.bool)
    opened[:, 0] = True
    ids = torch.tensor([tokenizer.encode(PROMPT)])
    empty = torch.tensor(tokenizer.encode(""))
    c = Conditions(ids, image[None], hfa[None], opened, (mask * 255).round().byte()[None, None])
    context, subject = model.encode(c, empty)
    n_text = model.cfg.text_length
    channels = vae.cfg.latent_channels
    side = model.cfg.unet.sample_size
    noise = torch.randn(1, channels, frames, side, side, generator=torch.Generator().manual_seed(5))
    schedule = NoiseSchedule()
    final = model.sample(c, empty, noise, teacher_steps, GUIDANCE, schedule)
    first = model.predict(noise, torch.tensor([999]), context, subject)
    video = vae.decode(final.transpose(1, 2).flatten(0, 1))
    case = {
        "subject_frames": (rgb * 2 - 1)[None],
        "masks": mask[None],
        "input_ids": ids,
        "null_input_ids": empty[None],
        "image_inputs": (image.float() / 255 - model.mean) / model.std,
        "text_embeds": context[:, :n_text],
        "null_text_embeds": model.text_encoder(empty[None]),
        "image_tokens": context[:, n_text:],
        "hfa_levels": hfa,
        "subject_latents": subject,
        "initial_latents": noise,
        "unet_output": first,
        "timesteps": torch.tensor(schedule.trailing(teacher_steps)),
        "final_latents": final,
        "video": video[:1],
    }
    if about["subject"]["otherFrames"] == "planned":
        case.update(plan_case(folder, ids))
    if about["student"]:
        student, _, _ = load_folder(folder, about["student"]["folder"])
        out = student.sample(c, empty, noise, student_steps, 1.0, schedule)
        case["student_timesteps"] = torch.tensor(schedule.trailing(student_steps))
        case["student_unet_output"] = student.predict(noise, torch.tensor([999]), context, subject)
        case["student_final_latents"] = out
        case["student_video"] = vae.decode(out.transpose(1, 2).flatten(0, 1))[:1]
    return case


README = """# A recipe through the bundled model

`case.safetensors` holds one generation with `models/bundled/magdiff-small`, computed by
`models/train/parity.py` in float32 from the exported float16 weights.

| name | what |
| --- | --- |
| `subject_frames` (1,3,s,s), `masks` (1,s,s) | the given picture in −1..1 and its mask; the cut-out is picture (in 0..1) × mask |
| `input_ids`, `null_input_ids` (1,n) | "the ball jumps on the beach" and the empty prompt |
| `image_inputs` (1,3,64,64) | the cut-out at 64 px, rounded to bytes, normalised |
| `text_embeds`, `null_text_embeds`, `image_tokens` | context parts; image tokens of all frames, black after the first |
| `hfa_levels` (1,3,C,h,w) | VAE means of the three levels, largest first, averaged down to the base size; levels 1.5 and 1.25 are the cut-out enlarged bicubically (a = −0.75, half-pixel centres) and clamped |
| `subject_latents` (1,C+64,f,h,w) | pyramid output of frame 1 and behind it the mask, its 8 × 8 pixels a cell as channels, repeated |
| `initial_latents`, `timesteps`, `final_latents`, `video` | trailing DDIM, text guidance 1.3; `video` is frame 1 |
| `unet_output` | the first call without guidance at timestep 999 (context: text then image tokens) |
| `plan_start`, `plan_noise`, `plan_output` | inputs of the motion planner beside `input_ids`, and its first answer at timestep 999 |
| `plan_timesteps`, `plan_path` (1,8,4) | trailing DDIM of the path: offsets in half frames, size as a factor, angle, against the first waypoint |
| `student_…` | the same through `unet_student`, no guidance; `student_video` is frame 1 |
"""


def main() -> None:
    """Writes the case and its README."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--model", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--frames", type=int, default=3)
    p.add_argument("--teacher-steps", type=int, default=4)
    p.add_argument("--student-steps", type=int, default=4)
    args = p.parse_args()
    case = run_case(args.model, args.frames, args.teacher_steps, args.student_steps)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    guidance = json.loads((args.model / "magdiff.json").read_text())["guidance"]["text"]
    metadata = {"prompt": PROMPT, "guidance": str(guidance), "made_by": "models/train/parity.py"}
    save_file({k: v.contiguous().clone() for k, v in case.items()}, args.out, metadata=metadata)
    (args.out.parent / "README.md").write_text(README)
    print(f"{args.out}: {args.out.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
