"""Tokenizer, schedule, masks, motion paths and the model's conditions."""

from __future__ import annotations

from collections import Counter

import torch
import torch.nn.functional as F

from distil import interval, target_clean
from fit_hold import standing
from magdiff.measuring.quality import blurred, flicker, gradient_energy, grain, psnr_within
from magdiff.measuring.shipped import join_cells
from magdiff.model import Conditions, Drop, MagDiff, ModelConfig
from magdiff.modules.precondition import Precondition, hold
from magdiff.modules.subject_mix import SubjectMix, along_edge, beside, touched
from magdiff.modules.unet import UnetConfig
from magdiff.modules.vae import AutoencoderKL, VaeConfig
from magdiff.muon import orthogonalise
from magdiff.patches import add_patch_head, linear_parts, patch_kernel, pixel_head, set_patch_encoder
from magdiff.planner import MotionPlanner, PlannerConfig, from_points, plan, subject_start, to_points
from magdiff.schedule import NoiseSchedule, ddim_sample, ddim_step, mixed_noise
from magdiff.tokenizer import END, START, Tokenizer
from magdiff.world.motions import MOTION_WORDS, motion_paths


def test_every_known_word_is_one_token() -> None:
    words = Counter({"ball": 5, "jumps": 3, "on": 9, "the": 20, "beach": 4})
    t = Tokenizer.learn(words, 16)
    ids = t.encode("The ball JUMPS on the  beach")
    end = t.vocab[END]
    assert ids[0] == t.vocab[START]
    assert len(ids) == 16
    assert ids.index(end) == 7
    assert [k for i in ids[1:7] for k, v in t.vocab.items() if v == i] == [
        "the</w>", "ball</w>", "jumps</w>", "on</w>", "the</w>", "beach</w>",
    ]  # fmt: skip
    assert t.encode("") == [t.vocab[START], *[end] * 15]
    assert len(set(t.encode("zebra")[1:6])) > 1


def test_schedule_ends_in_pure_noise_and_recovers_a_known_clip() -> None:
    s = NoiseSchedule()
    assert s.alphas_cumprod[-1] == 0
    assert s.trailing(4) == [999, 749, 499, 249]
    clean = torch.randn(1, 2, 1, 4, 4)

    def perfect(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        a = s.alphas_cumprod[t].view(-1, 1, 1, 1, 1)
        # as good as a network that sees through noise half the way
        return clean + (1 - a) * 0.1 * (x - clean)

    out = ddim_sample(perfect, torch.randn(1, 2, 1, 4, 4), s, 10)
    assert (out - clean).abs().max() < 0.02


def test_mixed_noise_is_normal_and_shared_as_asked() -> None:
    noise = mixed_noise(torch.Generator().manual_seed(1), (3, 4, 2, 64, 64), torch.tensor([0.0, 0.5, 1.0]))
    assert (noise.flatten(1).var(1) - 1).abs().max() < 0.05
    between = (noise[:, :, 0] * noise[:, :, 1]).mean((1, 2, 3))
    assert (between - torch.tensor([0.0, 0.5, 1.0])).abs().max() < 0.05


def test_target_clean_undoes_a_ddim_step() -> None:
    s = NoiseSchedule()
    x, clean = torch.randn(2, 3), torch.randn(2, 3)
    for times in interval(s, 4, 2):
        a = s.alphas_cumprod[times[0]]
        b = s.alphas_cumprod[times[-1]] if times[-1] >= 0 else torch.ones_like(a)
        after = ddim_step(x, clean, a, b, "sample")
        assert (target_clean(x, after, a, b) - clean).abs().max() < 1e-3


def test_a_patch_encoder_sees_each_cell_alone_and_its_kernel_agrees() -> None:
    g = torch.Generator().manual_seed(2)
    vae = AutoencoderKL(VaeConfig(latent_channels=12, patch_head=True)).eval()
    x = F.interpolate(torch.rand(24, 3, 16, 16, generator=g), size=(64, 64), mode="bilinear") * 2 - 1
    set_patch_encoder(vae, x, torch.ones(24, 64, 64))
    add_patch_head(vae, x)
    z = vae.encode(x)[0]
    cut = x.clone()
    cut[..., 32:] = -1
    assert (vae.encode(cut)[0] - z)[..., :4].square().mean() < 4e-3 * z.square().mean()
    assert (F.conv2d(x, *patch_kernel(vae), stride=8) - z).square().mean() < 4e-3 * z.square().mean()
    # what is left of the picture is what the components beyond the twelfth hold
    error = (vae.decode(z) - x).square().sum((0, 1, 2, 3)) / (24 * 64)
    worth = pixel_head(vae).square().sum(0)
    assert error < 0.2 * (worth * z.var((0, 2, 3))).sum()


def test_laying_over_in_latents_is_laying_over_in_pixels() -> None:
    g = torch.Generator().manual_seed(3)
    vae = AutoencoderKL(VaeConfig(latent_channels=48, patch_head=True)).eval()
    smooth = F.interpolate(torch.rand(24, 3, 8, 8, generator=g), size=(64, 64), mode="bilinear")
    outline = F.interpolate(torch.rand(24, 1, 8, 8, generator=g), size=(64, 64), mode="bilinear") > 0.5
    subject, plate = (0.4 + 0.6 * smooth) * outline, smooth.mean((2, 3), keepdim=True).expand_as(smooth)
    whole = torch.where(outline, subject, plate)
    set_patch_encoder(vae, torch.cat([subject, plate, whole]) * 2 - 1, torch.ones(72, 64, 64))
    add_patch_head(vae, torch.cat([subject, plate, whole]) * 2 - 1)
    mix = SubjectMix(48, 8)
    mix.take_linear_parts(*linear_parts(vae))
    mask = F.pixel_unshuffle(outline.float(), 8)
    kernel, bias = patch_kernel(vae)
    over, under, wanted = (F.conv2d(x * 2 - 1, kernel, bias, stride=8) for x in (subject, plate, whole))
    laid = mix(over, mask, under, torch.full((24, 2, 8, 8), 20.0))
    assert (laid - wanted).square().mean() < 0.1 * (over - wanted).square().mean()
    assert (laid - wanted).square().mean() < 0.1 * (under - wanted).square().mean()
    nothing = torch.zeros_like(mask)
    assert torch.allclose(mix(over, nothing, under, torch.full((24, 2, 8, 8), 20.0)), under, atol=1e-5)
    shut = mix(over, nothing, under, torch.full((24, 2, 8, 8), -20.0))
    assert torch.allclose(shut, mix.black.view(1, -1, 1, 1).expand_as(shut), atol=1e-5)


def test_along_an_edge_the_place_is_what_is_beside_it() -> None:
    mask = torch.zeros(1, 16, 3, 3)
    mask[:, :8, :, 1], mask[..., 2] = 1.0, 1.0  # free, half covered, covered
    edge = along_edge(mask * 0.6)[0, 0]
    wanted = torch.tensor([0.0, 0.6 * 0.5**0.25, 0.0]).expand(3, 3)
    assert torch.allclose(edge, wanted, atol=1e-3)
    drawn = torch.arange(9.0).view(1, 1, 3, 3)
    found = beside(drawn, 1 - touched(mask))[0, 0]
    assert abs(found[1, 1] - 3.0) < 0.01 and abs(found[0, 1] - 0.54) < 0.05


def test_a_small_step_at_a_border_of_cells_becomes_a_ramp_and_an_edge_stays() -> None:
    stairs = (torch.arange(32.0) // 8 * 0.1 - 1).expand(1, 3, 24, 32)
    assert (join_cells(stairs, 8)[..., 1:] - join_cells(stairs, 8)[..., :-1]).abs().max() < 0.025
    edge = torch.where(torch.arange(32) < 16, -0.8, 0.6).expand(1, 3, 24, 32)
    assert torch.equal(join_cells(edge, 8), edge)


def test_a_planner_starts_at_rest_and_its_points_are_paths() -> None:
    g = torch.Generator().manual_seed(3)
    motion = torch.arange(len(MOTION_WORDS))
    path = motion_paths(g, motion, torch.ones(len(motion)), 8, torch.full((len(motion),), 0.4))
    back = from_points(to_points(path))
    for one, other in zip(vars(path).values(), vars(back).values(), strict=True):
        assert torch.allclose(one, other, atol=1e-5)
    planner = MotionPlanner(
        PlannerConfig(vocab_size=10, hidden_size=32, intermediate_size=64, num_attention_heads=2)
    )
    planned = plan(planner, torch.zeros(2, 32, dtype=torch.long), torch.zeros(2, 3), torch.randn(2, 8, 4), 3)
    assert planned.dx.shape == (2, 8)
    assert not planned.dx[:, 0].any() and bool((planned.scale[:, 0] == 1).all())
    alpha = torch.zeros(1, 40, 40)
    alpha[:, 4:12, 10:30] = 1
    assert torch.allclose(subject_start(alpha), torch.tensor([[0.0, -0.6, 0.5]]))


def test_muon_makes_rows_orthonormal() -> None:
    u = orthogonalise(torch.randn(8, 40)).float()
    assert ((u @ u.T).diag() - 1).abs().max() < 0.5


@torch.no_grad()
def test_conditions() -> None:
    torch.manual_seed(0)
    unet = UnetConfig(
        sample_size=4,
        in_channels=8,
        out_channels=4,
        block_out_channels=[32, 32],
        attention_head_dim=[1, 1],
        cross_attention_dim=32,
        text_context_len=8,
        subject_patch=2,
    )
    cfg = ModelConfig(vocab=20, width=32, text_length=8, image_size=16, unet=unet)
    model = MagDiff(cfg, torch.randn(3, 4, 4, 4))
    opened = torch.tensor([[True, False, False], [True, True, True]])
    c = Conditions(
        torch.randint(0, 20, (2, 8)),
        torch.randint(0, 255, (2, 3, 3, 16, 16), dtype=torch.uint8),
        torch.randn(2, 3, 3, 4, 4, 4),
        opened,
        torch.full((2, 3, 8, 8), 255, dtype=torch.uint8),
    )
    context, subject = model.encode(c, torch.zeros(8, dtype=torch.long))
    assert torch.equal(subject[:, 4:], torch.ones(2, 4, 3, 4, 4))
    assert context.shape == (2, 8 + 3 * 4, 32)
    # closed frames: HFA repeats the first frame, image tokens are those of a black picture
    assert torch.equal(subject[0, :, 1], subject[0, :, 0])
    assert not torch.equal(subject[1, :, 1], subject[1, :, 0])
    assert torch.equal(context[0, 12:16], context[0, 16:20])
    yes = torch.ones(2, dtype=torch.bool)
    dropped, without = model.encode(c, torch.zeros(8, dtype=torch.long), Drop(yes, yes, torch.zeros(2)))
    assert torch.equal(dropped[0], dropped[1])
    assert torch.equal(without[0], without[1])
    assert torch.equal(without[:, 4:], torch.zeros(2, 4, 3, 4, 4))
    # with α of the image at zero the image tokens change nothing
    model.unet.set_alpha(image=0.0)
    x, t = torch.randn(2, 4, 3, 4, 4), torch.tensor([5])
    a = model.predict(x, t, context, subject)
    b = model.predict(x, t, torch.cat([context[:, :8], context[:, 8:] * 3], 1), subject)
    assert torch.allclose(a, b, atol=1e-5)


def test_precondition() -> None:
    tables = Precondition(3)
    deviation = torch.tensor([3.0, 1.0, 0.3])
    schedule = NoiseSchedule()
    tables.fit(schedule.alphas_cumprod, deviation)
    g = torch.Generator().manual_seed(1)
    clean = torch.randn(2, 3, 1, 64, 64, generator=g) * deviation.view(1, 3, 1, 1, 1)
    zero = torch.zeros_like(clean)
    for t in (0, 300, 999):
        times = torch.tensor([t])
        a, s = schedule.pair(times)
        guess = tables(a * clean + s * torch.randn(clean.shape, generator=g), zero, zero, times)
        # the best linear estimate errs by what is left unsaid, which `out` is the size of
        left = (guess - clean).square().mean((0, 2, 3, 4)).sqrt()
        assert torch.allclose(left, tables.out[t], rtol=0.05)
    assert torch.allclose(tables(clean, zero, zero, torch.tensor([0])), clean, atol=0.02)


def test_what_is_held_is_the_mean_of_the_frames_that_have_a_share() -> None:
    drawn = torch.randn(1, 4, 3, 2, 2, generator=torch.Generator().manual_seed(1))
    share = torch.zeros(1, 1, 3, 2, 2)
    assert torch.equal(hold(drawn, share), drawn)
    share[:, :, :2] = 1.0
    held = hold(drawn, share)
    assert torch.allclose(held[:, :, 0], drawn[:, :, :2].mean(2), atol=1e-4)
    assert torch.equal(held[:, :, 2], drawn[:, :, 2])
    assert torch.equal(hold(drawn[:, :, :1], share[:, :, :1]), drawn[:, :, :1])


def test_what_stands_still_is_told_by_the_true_clip() -> None:
    z = torch.randn(1, 4, 1, 2, 2, generator=torch.Generator().manual_seed(1)).repeat(1, 1, 5, 1, 1)
    z[:, :, 3, 0, 0] += 1.0
    wanted = torch.ones(1, 1, 5, 2, 2)
    wanted[:, :, 3, 0, 0] = 0.0
    assert torch.equal(standing(z), wanted)


def test_quality_says_no_to_grain_and_blur() -> None:
    ramp = torch.linspace(0.2, 0.8, 64).expand(2, 3, 64, 64).clone()
    ramp[:, :, 20:40, 20:40] += 0.2
    everywhere = torch.ones(2, 64, 64)
    noisy = ramp + 0.02 * torch.randn(ramp.shape, generator=torch.Generator().manual_seed(2))
    assert grain(noisy, everywhere) > 20 * grain(ramp, everywhere)
    assert gradient_energy(blurred(ramp), everywhere) < 0.7 * gradient_energy(ramp, everywhere)
    clip = torch.stack([ramp, ramp + 1 / 255], dim=1)
    assert abs(float(flicker(clip, torch.ones(2, 2, 64, 64))) - 1) < 1e-3
    assert abs(float(psnr_within(ramp, ramp + 0.1, everywhere)) - 20) < 1e-3
