"""Every script at tiny sizes on a data folder drawn here: training, resuming, distilling, export, parity."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from magdiff.world.subjects import FAMILIAR, held_out

ROOT = Path(__file__).resolve().parents[1]


def word(i: int) -> str:
    """Name i; every fifth one is held out."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    names = [a + b for a in letters for b in letters]
    held = [n for n in names if held_out(n)]
    kept = [n for n in names if not held_out(n)]
    return held[i // 5] if i % 5 == 0 else kept[i]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    subjects, scenes = [], []
    (folder / "subjects").mkdir()
    (folder / "scenes/img").mkdir(parents=True)
    names = [*(word(i) for i in range(40)), *(n for known in FAMILIAR.values() for n in known)]
    for i, name in enumerate(names):
        rgba = rng.integers(0, 255, (24, 24, 4), dtype=np.uint8)
        rgba[4:20, 4:20, 3] = 255
        Image.fromarray(rgba).save(folder / f"subjects/s{i}.png")
        subjects.append({"file": f"s{i}.png", "name": name})
    for i in range(20):
        image = rng.integers(0, 255, (32, 40, 3), dtype=np.uint8)
        Image.fromarray(image).save(folder / f"scenes/img/{word(i)}.png")
        scenes.append({"file": f"img/{word(i)}.png", "scene": "room"})
    for part, rows in (("subjects", subjects), ("scenes", scenes)):
        (folder / part / "labels.jsonl").write_text("\n".join(json.dumps(r) for r in rows) + "\n")
    return folder


def script(name: str, *args: object) -> str:
    command = [sys.executable, str(ROOT / name), *map(str, args)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_whole_recipe(data: Path, tmp_path: Path) -> None:
    run, tiny = tmp_path / "run", ["--size", 64, "--per-place", 2, "--batch-scale", 0.1]
    frozen = run / "vae_frozen.pt"
    few = ["--channels", 16, 16, 16, 32, "--latent-channels", 8, "--size", 64, "--pictures", 8, "--per-place", 2]
    script("make_vae.py", "--data", data, "--out", frozen, *few)
    decoder = ["--size", 64, "--batch", 2, "--steps", 2, "--latent-noise", 0.1]
    script("train_vae.py", "--data", data, "--out", run / "decoder", "--decoder-of", frozen, *decoder)
    script("make_tokenizer.py", "--data", data, "--run", run)
    unet = ["train_unet.py", "--data", data, "--run", run, "--widths", 32, 32, *tiny]
    script(*unet, "--name", "frames", "--steps", 2)
    before = torch.load(run / "frames.pt", weights_only=True)["model"]["unet.conv_in.weight"]
    script(*unet, "--name", "frames", "--steps", 3)
    state = torch.load(run / "frames.pt", weights_only=True)
    assert state["step"] == 3
    assert not torch.equal(before, state["model"]["unet.conv_in.weight"])
    script(*unet, "--name", "clips", "--init", "frames", "--mix", "clip=1", "--steps", 1)
    script("distil.py", "--data", data, "--run", run, "--teacher", "clips", "--steps", 1, *tiny)
    planner = ["--steps", 2, "--batch", 4, "--captions", 1]
    script("train_planner.py", "--data", data, "--run", run, *planner)
    out = tmp_path / "model"
    parts = ["--student", "student", "--planner", "planner"]
    script("export.py", "--run", run, "--checkpoint", "clips", *parts, "--out", out)
    about = json.loads((out / "magdiff.json").read_text())
    assert about["student"]["folder"] == "unet_student"
    assert about["width"] == 64
    case = tmp_path / "case.safetensors"
    script("parity.py", "--model", out, "--out", case, "--frames", 2, "--teacher-steps", 2)
    assert case.exists()


def test_resumed_training_is_the_same_training(data: Path, tmp_path: Path) -> None:
    losses = []
    for name, stops in (("once", [4]), ("twice", [2, 4])):
        out = tmp_path / name
        for stop in stops:
            # the rate depends on --steps; a stop by budget keeps it, so the step count is the budget here
            script(
                "train_vae.py", "--data", data, "--out", out, "--size", 32, "--batch", 2,
                "--channels", 8, 8, 8, 16, "--steps", stop, "--precision", "fp32", "--threads", 1,
            )  # fmt: skip
        state = torch.load(out / "vae.pt", weights_only=True)
        losses.append(state["vae"]["encoder.conv_in.weight"])
    assert torch.allclose(*losses, atol=1e-6)
