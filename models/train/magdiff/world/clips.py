"""Composes clips: a subject on a path in a place, with its cut-out and its caption."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path as FilePath

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from .captions import CAMERA_WORDS, LIGHT_WORDS, caption
from .light import contact_shadow, grade, weather
from .motions import MOTION_WORDS, SPEED_FACTORS, Path, motion_paths, start_position, starting_size
from .places import GROUNDED, OUTDOOR, PLACE_WORDS, PlaceBank
from .stills import affine
from .subjects import FAMILIAR_WORDS, SIDE, ScenePack, SubjectPack, load_scenes, load_subjects
from .textures import rand, shape_subjects, smooth_noise

SCALES = (1.5, 1.25, 1.0)


@dataclass
class World:
    """Everything clips are made of, for one split."""

    subjects: SubjectPack
    scenes: ScenePack
    places: PlaceBank

    @staticmethod
    def load(data: FilePath, split: str, per_place: int = 160) -> World:
        """`split` "train" or "held": other subjects, other panoramas, other place seeds."""
        seed = 11 if split == "train" else 909
        return World(load_subjects(data, split), load_scenes(data, split), PlaceBank(seed, per_place, SIDE))


@dataclass
class Recipe:
    """Shares of what a batch of clips holds; `motion` and `place` fix indices, `path` the way of each subject,
    `extent` the size of all, as a share of the frame.

    `rest`: the cut-out is everything but the subject, which the sentence names; `familiar`: how many of those name
    one of `FAMILIAR` (all, where `word` fixes its index).
    """

    shapes: float = 0.15
    scenes: float = 0.0
    lights: float = 0.2
    cameras: float = 0.12
    unnamed: float = 0.35
    no_motion: float = 0.06
    no_place: float = 0.06
    imprecise: float = 0.5
    low_resolution: float = 0.3
    speeds: float = 0.3
    motion: Tensor | None = None
    place: Tensor | None = None
    rest: float = 0.0
    familiar: float = 0.0
    word: Tensor | None = None
    mask: str | None = None
    path: Path | None = None
    extent: float | None = None


@dataclass
class Clips:
    """A batch: pixels in 0..1.

    video (n, f, 3, s, s); alpha (n, f, s, s) the subject's coverage; cutouts: for each of `SCALES`
    (n, o, 3, s·scale, s·scale), SDA cut-outs on black of the first `o` frames; masks (n, o, s, s).
    """

    video: Tensor
    alpha: Tensor
    cutouts: list[Tensor]
    masks: Tensor
    source: Tensor
    captions: list[str]
    motion: Tensor
    place: Tensor
    names: list[str | None]
    kept_rest: Tensor
    open_frames: Tensor = field(default_factory=lambda: torch.zeros(0))


def _background(g: Generator, base: Tensor, camera: Tensor, frames: int, size: int) -> Tensor:
    """Camera over (n, 3, S, S) pictures → (n, f, 3, size, size)."""
    n = len(base)
    u = torch.linspace(0, 1, frames) if frames > 1 else torch.zeros(1)
    u = u.view(1, frames)
    amount = rand(g, n, 1, lo=0.25, hi=0.36)
    side = ((camera == 1).float() - (camera == 2).float()).view(n, 1)
    x = side * amount * (0.5 - u) + rand(g, n, 1, lo=-0.15, hi=0.15) * (side == 0)
    y = rand(g, n, 1, lo=-0.06, hi=0.06).expand(n, frames)
    zoom = 1 - (camera == 3).float().view(n, 1) * u * rand(g, n, 1, lo=0.22, hi=0.32)
    half = 0.8 * zoom * torch.ones(n, frames)
    theta = torch.zeros(n * frames, 2, 3)
    theta[:, 0, 0] = theta[:, 1, 1] = half.flatten()
    theta[:, 0, 2], theta[:, 1, 2] = x.flatten(), y.flatten()
    moving = frames if bool((camera > 0).any()) else 1
    if moving == 1:
        theta = theta.view(n, frames, 2, 3)[:, 0]
    grid = F.affine_grid(theta, [n * moving, 3, size, size], align_corners=False)
    source = base.unsqueeze(1).expand(-1, moving, -1, -1, -1).flatten(0, 1)
    out = F.grid_sample(source, grid, align_corners=False, padding_mode="border")
    return out.unflatten(0, (n, moving)).expand(-1, frames, -1, -1, -1)


def _render(rgba: Tensor, theta: Tensor, size: int) -> Tensor:
    """RGBA subjects (n, 4, S, S) through (n, f, 2, 3) → premultiplied (n, f, 4, size, size)."""
    n, f = theta.shape[:2]
    pre = torch.cat([rgba[:, :3] * rgba[:, 3:], rgba[:, 3:]], dim=1)
    pre = pre.unsqueeze(1).expand(-1, f, -1, -1, -1).flatten(0, 1)
    grid = F.affine_grid(theta.flatten(0, 1), [n * f, 4, size, size], align_corners=False)
    return F.grid_sample(pre, grid, align_corners=False).unflatten(0, (n, f))


def drawn_extent(g: Generator, n: int) -> Tensor:
    """Sizes of subjects (n,) before they move, as shares of the frame: 0.2 to 0.9, most of them below 0.6."""
    return 0.2 + 0.7 * rand(g, n) * rand(g, n, lo=0.3, hi=1.0)


def vary_mask(g: Generator, alpha: Tensor, kind: str) -> Tensor:
    """Coverage (m, h, w) → "exact", "eroded", "dilated" or "boxy" mask of the same shape."""
    a = alpha.unsqueeze(1)
    if kind == "eroded":
        k = 2 * int(torch.randint(1, 3, (1,), generator=g)) + 1
        return (-F.max_pool2d(-a, k, 1, k // 2)).squeeze(1)
    if kind == "dilated":
        k = 2 * int(torch.randint(2, 6, (1,), generator=g)) + 1
        return F.max_pool2d(a, k, 1, k // 2).squeeze(1)
    if kind == "boxy":
        rows = (alpha > 0.3).any(2).float()
        cols = (alpha > 0.3).any(1).float()
        pad = 2 * int(torch.randint(0, 3, (1,), generator=g)) + 1
        rows = F.max_pool1d(rows.unsqueeze(1), pad, 1, pad // 2).squeeze(1)
        cols = F.max_pool1d(cols.unsqueeze(1), pad, 1, pad // 2).squeeze(1)
        rows = (rows.cumsum(1) > 0) & (rows.flip(1).cumsum(1).flip(1) > 0)
        cols = (cols.cumsum(1) > 0) & (cols.flip(1).cumsum(1).flip(1) > 0)
        return (rows.unsqueeze(2) & cols.unsqueeze(1)).float()
    return alpha


def _choose(g: Generator, n: int, share: float, count: int) -> Tensor:
    """Index 0 for most, 1..count−1 for a `share` of n."""
    some = torch.randint(1, count, (n,), generator=g)
    return torch.where(rand(g, n) < share, some, torch.zeros_like(some))


def compose(
    g: Generator,
    world: World,
    n: int,
    frames: int,
    opened: int,
    recipe: Recipe | None = None,
    size: int = 128,
) -> Clips:
    """Draws n clips of `frames` frames with the cut-outs of the first `opened` frames."""
    r = recipe or Recipe()
    rng = random.Random(int(torch.randint(0, 2**31, (1,), generator=g)))
    motion = r.motion if r.motion is not None else torch.randint(0, 12, (n,), generator=g)
    place = r.place if r.place is not None else torch.randint(0, 15, (n,), generator=g)
    light = _choose(g, n, r.lights, len(LIGHT_WORDS))
    outdoor = torch.tensor([PLACE_WORDS[int(p)] in OUTDOOR for p in place])
    light = torch.where(outdoor, light, torch.zeros_like(light))
    grounded = torch.tensor([PLACE_WORDS[int(p)] in GROUNDED for p in place])
    camera = _choose(g, n, r.cameras, len(CAMERA_WORDS))
    base = world.places.pick(g, place)
    use_scene = rand(g, n) < r.scenes
    scene = torch.randint(0, len(world.scenes.words), (n,), generator=g)
    base[use_scene] = world.scenes.rgb[scene[use_scene]].float() / 255
    light = torch.where(use_scene, torch.zeros_like(light), light)
    background = weather(g, grade(g, _background(g, base, camera, frames, size), light), light)

    which = torch.randint(0, len(world.subjects), (n,), generator=g)
    kept_rest = rand(g, n) < r.rest
    familiar = kept_rest & (rand(g, n) < r.familiar)
    word = r.word if r.word is not None else torch.randint(0, len(FAMILIAR_WORDS), (n,), generator=g)
    for i in familiar.nonzero().flatten().tolist():
        choices = world.subjects.familiar()[int(word[i])]
        which[i] = choices[int(torch.randint(0, len(choices), (1,), generator=g))]
    rgba = world.subjects.rgba[which].float() / 255
    shaped = (rand(g, n) < r.shapes) & ~familiar
    if bool(shaped.any()):
        rgba[shaped] = shape_subjects(g, int(shaped.sum()), SIDE)
    extent = drawn_extent(g, n)
    extent = extent if r.extent is None else torch.full_like(extent, r.extent)
    speed_index = _choose(g, n, r.speeds, 3)
    factor = torch.tensor(SPEED_FACTORS)[speed_index]
    extent = extent * starting_size(motion)
    path = motion_paths(g, motion, factor, frames, extent)
    cx, cy = start_position(g, path, extent)
    path = r.path or path
    flip = (rand(g, n) < 0.5).float() * 2 - 1
    flip[familiar] = 1.0  # what is drawn by name faces as its pictures do
    flat = affine(
        (extent.view(n, 1) * path.scale).flatten(),
        path.angle.flatten(),
        (cx.view(n, 1) + path.dx).flatten(),
        (cy.view(n, 1) + path.dy).flatten(),
        flip.view(n, 1).expand(n, frames).flatten(),
    )
    theta = flat.unflatten(0, (n, frames))
    drawn = _render(rgba, theta, size)
    alpha = drawn[:, :, 3].clamp(0, 1)
    shadow = contact_shadow(alpha) * (grounded & ~use_scene).view(n, 1, 1, 1)
    background = background * (1 - 0.45 * shadow.unsqueeze(2))
    video = drawn[:, :, :3] + background * (1 - alpha.unsqueeze(2))

    # the source the cut-out is taken from: the same subject and path before another background
    other = world.places.pick(g, torch.randint(0, 15, (n,), generator=g))
    plain = smooth_noise(g, len(other[::2]), 3, SIDE // 4, 3) * 0.3 + rand(g, len(other[::2]), 3, 1, 1)
    other[::2] = F.interpolate(plain, size=(SIDE, SIDE), mode="bilinear")
    levels: list[Tensor] = []
    low = rand(g, n, 1, 1, 1, 1) < r.low_resolution
    masks = torch.zeros(n, opened, size, size)
    source = torch.zeros(0)
    for scale in reversed(SCALES):
        s = round(size * scale)
        part = _render(rgba, theta[:, :opened], s)
        back = F.interpolate(other, size=(s, s), mode="bilinear").unsqueeze(1)
        rgb = part[:, :, :3] + back * (1 - part[:, :, 3:])
        if scale == 1.0:
            for i in range(n):
                kind = r.mask or "exact"
                if r.mask is None and rng.random() < r.imprecise:
                    kind = rng.choice(["eroded", "dilated", "dilated", "boxy"])
                outline = alpha[i, :opened]
                if kept_rest[i] and r.mask is None:
                    kind = rng.choice(["exact", "dilated", "dilated", "boxy", "boxy", "boxy"])
                    if rng.random() < 0.35:  # what was brushed is seldom of the shape that comes
                        stranger = _render(rgba[i - 1 : i], theta[i : i + 1, :opened], size) if i else drawn[:1]
                        outline = torch.maximum(outline, stranger[0, :opened, 3].clamp(0, 1))
                masks[i] = vary_mask(g, outline, kind)
            rest = kept_rest.view(n, 1, 1, 1)
            masks = torch.where(rest, 1 - masks, masks)
            rgb = torch.where(rest.unsqueeze(2), video[:, :opened], rgb)
            source = rgb
            levels.insert(0, rgb * masks.unsqueeze(2))
            continue
        m = F.interpolate(masks, size=(s, s), mode="bilinear")
        exact = (masks - alpha[:, :opened]).abs().amax((1, 2, 3)).view(n, 1, 1, 1) < 1e-3
        m = torch.where(exact, part[:, :, 3], m).unsqueeze(2)
        enlarged = (
            F.interpolate(levels[-1].flatten(0, 1), size=(s, s), mode="bicubic")
            .unflatten(0, (n, opened))
            .clamp(0, 1)
        )
        use = low | kept_rest.view(n, 1, 1, 1, 1)
        levels.insert(0, torch.where(use, enlarged, rgb * m))
    names: list[str | None] = []
    texts = []
    for i in range(n):
        name: str | None = world.subjects.names[int(which[i])]
        if familiar[i]:
            name = FAMILIAR_WORDS[int(word[i])]
        if shaped[i]:
            name = "shape"
        hidden = rng.random() < r.unnamed and not bool(kept_rest[i])
        names.append(name)
        where = world.scenes.words[int(scene[i])] if use_scene[i] else PLACE_WORDS[int(place[i])]
        texts.append(
            caption(
                rng,
                None if hidden else name,
                None if rng.random() < r.no_motion or frames == 1 else MOTION_WORDS[int(motion[i])],
                [0, -1, 1][int(speed_index[i])] if motion[i] else 0,
                None if rng.random() < r.no_place else where,
                LIGHT_WORDS[int(light[i])],
                CAMERA_WORDS[int(camera[i])] if frames > 1 else "fixed",
            )
        )
    return Clips(video.clamp(0, 1), alpha, levels, masks, source, texts, motion, place, names, kept_rest)
