"""Holds `magdiff mask follow` against the published predictor on a published size with random weights: eight frames, 1024 squared. Run:
python test/golden/make/compareSam2.py [tiny|small|base_plus|large] [threads]
Prints the largest difference of each frame's logits as a share of their range, the encoder's times and the click's; exits 1 above 1e-2.
Needs what makeSam2.py needs, and Pillow. Nothing is kept."""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
from omegaconf import OmegaConf
from PIL import Image

from makeSam2 import CONFIGS, low_logits, settle, video_predictor

NAMES = {"tiny": "t", "small": "s", "base_plus": "b+", "large": "l"}
ROOT = pathlib.Path(__file__).parents[3]
WIDTH, HEIGHT, FRAMES = 1280, 720, 8


def pictures(folder):
    """A disc and its shadow over a texture, as JPEG files, the way the predictor wants its frames."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    ground = np.stack([110 + 60 * np.sin(x / 37 + c) * np.cos(y / (23 + c)) for c in range(3)], -1)
    for index in range(FRAMES):
        disc = ((x - 560 - 20 * index) ** 2 + (y - 324) ** 2 < 140**2)[..., None]
        frame = np.where(disc, [220, 70, 40], ground).clip(0, 255).astype(np.uint8)
        Image.fromarray(frame).save(folder / f"{index:05d}.jpg", quality=95)


def main():
    size, threads = (sys.argv[1:] + ["tiny"])[0], int((sys.argv[2:] + ["2"])[0])
    torch.set_num_threads(threads)
    predictor = video_predictor(OmegaConf.load(CONFIGS / f"sam2.1/sam2.1_hiera_{NAMES[size]}.yaml").model)
    settle(predictor, 1, 2.0, 1.0)
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        clip, logits, model = folder / "clip", folder / "logits", folder / f"sam2.1_hiera_{size}.pt"
        clip.mkdir()
        pictures(clip)
        torch.save({"model": predictor.state_dict()}, model)
        points = ["1:640,324", "1:128,72,-"]
        began = time.time()
        command = ["npx", "tsx", "electron/cli/magdiff.ts", "mask", "follow", clip, "--model", model, "--logits", logits,
                   "--threads", threads, "--json", *[word for point in points for word in ("--point", point)]]
        lines = subprocess.run([str(word) for word in command], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
        said = {line["frame"]: line for line in map(json.loads, lines.splitlines()) if line["type"] == "frame"}
        ours = time.time() - began
        began = time.time()
        state = predictor.init_state(str(clip))
        predictor.add_new_points_or_box(state, 1, 1, points=[[640, 324], [128, 72]], labels=[1, 0])
        for reverse in (False, True):
            list(predictor.propagate_in_video(state, start_frame_idx=1, reverse=reverse))
        print(f"whole run: ours {ours:.1f} s with start-up, the reference {time.time() - began:.1f} s")
        worst = 0
        for frame in range(FRAMES):
            kept = low_logits(state, frame)
            golden, got = kept["pred_masks"][0, 0].numpy(), np.load(logits / f"{frame:04d}.npy")
            share = np.abs(golden - got).max() / max(np.ptp(golden), 1e-9)
            score = kept["object_score_logits"].item()
            worst = max(worst, share)
            print(f"frame {frame}: {share:.2e} of the range {np.ptp(golden):.2f}, score {said[frame]['score']:.4f} and {score:.4f}")
        bench(predictor, model, threads)
    print(f"worst {worst:.2e}")
    sys.exit(worst > 1e-2)


def bench(predictor, model, threads):
    """Encoder against PyTorch's in turns, on this machine as busy as it is; the smallest of each is told."""
    pixels = torch.randn(1, 3, 1024, 1024)
    theirs = []
    with torch.inference_mode():
        predictor.forward_image(pixels)
        for _ in range(5):
            began = time.time()
            predictor.forward_image(pixels)
            theirs.append(time.time() - began)
    command = ["npx", "tsx", "test/golden/make/benchSam2.ts", model, threads]
    ours = json.loads(subprocess.run([str(word) for word in command], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout)
    print(f"encoder: ours {ours['encoder']:.3f} s, PyTorch {min(theirs):.3f} s, ratio {ours['encoder'] / min(theirs):.2f}")
    print(f"click after the frame is encoded: {1000 * ours['click']:.0f} ms; a followed frame beside the encoder: {ours['beside']:.3f} s")


if __name__ == "__main__":
    main()
