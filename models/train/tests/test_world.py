"""What the training world draws: motion paths, places, masks, subjects and shadows."""

from __future__ import annotations

import torch

from magdiff.pool import region_of
from magdiff.world.clips import Recipe, World, compose, contact_shadow, vary_mask
from magdiff.world.motions import MOTION_WORDS, motion_paths, start_position
from magdiff.world.places import PLACE_WORDS, PlaceBank, draw_place
from magdiff.world.subjects import FAMILIAR, ScenePack, SubjectPack


def test_motions_start_where_the_cut_out_is() -> None:
    g = torch.Generator().manual_seed(0)
    motion = torch.arange(len(MOTION_WORDS))
    size = torch.full((len(motion),), 0.4)
    path = motion_paths(g, motion, torch.ones(len(motion)), 8, size)
    for part, at in ((path.dx, 0), (path.dy, 0), (path.scale, 1), (path.angle, 0)):
        assert (part[:, 0] - at).abs().max() < 1e-5
    assert path.dx[MOTION_WORDS.index("left"), -1] < -0.3
    assert path.dy[MOTION_WORDS.index("up"), -1] < -0.3
    cx, cy = start_position(g, path, size)
    assert cx.abs().max() < 1
    assert cy.abs().max() < 1


def test_places_are_finite_and_differ_by_seed() -> None:
    for kind in PLACE_WORDS:
        a = draw_place(kind, torch.Generator().manual_seed(1), 2, 32)
        b = draw_place(kind, torch.Generator().manual_seed(2), 2, 32)
        assert a.shape == (2, 3, 32, 32)
        assert a.isfinite().all()
        assert a.min() >= 0
        assert a.max() <= 1
        assert (a - b).abs().mean() > 0.005


def test_masks_shrink_and_grow() -> None:
    g = torch.Generator().manual_seed(0)
    alpha = torch.zeros(1, 32, 32)
    alpha[:, 10:20, 12:18] = 1
    assert vary_mask(g, alpha, "eroded").sum() < alpha.sum() < vary_mask(g, alpha, "dilated").sum()
    assert (vary_mask(g, alpha, "boxy") >= alpha).all()


def lopsided_world() -> World:
    """Every familiar subject is the same square, red on the left and blue on the right."""
    picture = torch.zeros(4, 160, 160, dtype=torch.uint8)
    picture[3, 20:140, 20:140] = 255
    picture[0, :, :80] = 255
    picture[2, :, 80:] = 255
    names = [n for known in FAMILIAR.values() for n in known]
    subjects = SubjectPack(picture.expand(len(names), -1, -1, -1), names)
    scenes = ScenePack(torch.zeros(1, 3, 160, 160, dtype=torch.uint8), ["room"])
    return World(subjects, scenes, PlaceBank(1, 1, 160))


def test_what_is_drawn_by_name_faces_as_its_picture_and_its_whole_hole_counts() -> None:
    plain = {"shapes": 0.0, "lights": 0.0, "scenes": 0.0, "imprecise": 0.0}
    still = torch.zeros(8, dtype=torch.long)
    g = torch.Generator().manual_seed(5)
    world = lopsided_world()
    clips = compose(g, world, 8, 1, 1, Recipe(**plain, rest=1.0, familiar=1.0, motion=still, mask="boxy"))
    region = region_of(clips)
    for video, alpha, mask, seen in zip(clips.video, clips.alpha, clips.masks, region, strict=True):
        columns = (alpha[0] > 0.9).any(0).nonzero().flatten()
        left, right = columns[: len(columns) // 3], columns[-(len(columns) // 3) :]
        inside = (alpha[0] > 0.9).float()
        red = (video[0, 0] * inside)[:, left].sum() / inside[:, left].sum()
        blue = (video[0, 2] * inside)[:, right].sum() / inside[:, right].sum()
        assert red > 0.9
        assert blue > 0.9
        assert torch.equal(seen[0], torch.maximum(1 - mask[0], alpha[0]))
    whole = compose(g, world, 8, 1, 1, Recipe(**plain, motion=still))
    assert torch.equal(region_of(whole), whole.alpha)


def test_shadow_lies_where_a_subject_stands_and_not_before_the_sky() -> None:
    alpha = torch.zeros(2, 2, 64, 64)
    alpha[0, :, 40:56, 20:36] = 1.0
    alpha[1, :, 8:24, 20:36] = 1.0
    shadow = contact_shadow(alpha)
    assert shadow[0, 0, 55, 28] > 0.9
    assert shadow[0, 0, 40, 28] == 0
    assert shadow[1].max() == 0


def test_places_are_of_their_seed_and_in_range() -> None:
    for kind in PLACE_WORDS:
        first, again = (draw_place(kind, torch.Generator().manual_seed(5), 2, 40) for _ in range(2))
        assert torch.equal(first, again)
        assert first.min() >= 0
        assert first.max() <= 1
        assert first.std() > 0.03
