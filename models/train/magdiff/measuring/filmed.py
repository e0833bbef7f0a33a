"""Subjects and frames that a camera saw, for the evaluation."""

from __future__ import annotations

import json
import math
import subprocess
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..world.subjects import SubjectPack, square_picture


def photo_subjects(data: Path) -> SubjectPack:
    """The photographed objects with their masks as RGBA subjects."""
    rows = [json.loads(line) for line in (data / "photos/labels.jsonl").open()]
    pictures, names = [], []
    for row in rows:
        if not row.get("mask"):
            continue
        image = Image.open(data / "photos" / row["file"]).convert("RGB")
        mask = Image.open(data / "photos" / row["mask"]).convert("L").resize(image.size)
        image.putalpha(mask)
        pictures.append(image)
        names.append(row.get("name") or "thing")
    return pack_of(pictures, names)


def clip_subjects(data: Path) -> SubjectPack:
    """Up to 24 frames' subjects of each real clip that comes with masks, none smaller than 4 % of its frame."""
    pictures, names = [], []
    for folder in sorted((data / "videos/masks_derived").iterdir()):
        masks = [Image.open(path).convert("L") for path in sorted(folder.glob("*.png"))[::10]]
        width, height = masks[0].size
        raw = decoded(folder.parent.parent / f"{folder.name}.mp4", "select=not(mod(n\\,10))")
        both = zip(raw.reshape(-1, height, width, 3), masks, strict=True)
        shown = [(frame, mask) for frame, mask in both if np.asarray(mask).mean() >= 0.04 * 255]
        for frame, mask in shown[:: math.ceil(len(shown) / 24)]:
            image = Image.fromarray(frame)
            image.putalpha(mask)
            pictures.append(image)
            names.append(folder.name.removesuffix("-detection").split("-")[-1])
    return pack_of(pictures, names)


def pack_of(pictures: list[Image.Image], names: list[str]) -> SubjectPack:
    """RGBA pictures as a pack."""
    stack = np.stack([square_picture(x) for x in pictures])
    return SubjectPack(torch.from_numpy(stack).permute(0, 3, 1, 2).contiguous(), names)


def decoded(path: Path, filters: str, *options: str) -> np.ndarray:
    """A clip's frames after ffmpeg's `filters`, one after the other, as RGB bytes; needs `ffmpeg` on the path."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-vf", filters, "-vsync", "0", *options]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.uint8).copy()


def real_frames(data: Path, size: int = 128) -> Tensor:
    """Four frames of each real clip, (n, 3, size, size) in −1..1."""
    crop = f"select=not(mod(n\\,20)),crop=min(iw\\,ih):min(iw\\,ih),scale={size}:{size}:flags=area"
    paths = sorted((data / "videos").glob("*.mp4"))
    frames = np.concatenate([decoded(p, crop, "-frames:v", "4").reshape(-1, size, size, 3) for p in paths])
    return torch.from_numpy(frames).permute(0, 3, 1, 2).float() / 127.5 - 1
