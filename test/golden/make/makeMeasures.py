"""Makes the golden data of the measures: formulas by torchmetrics and scipy; backbones by transformers and torchvision on small random
configurations, and I3D by smallI3d.py. Run: python test/golden/make/makeMeasures.py [output folder]
Needs torch, torchvision, transformers 4, torchmetrics, scipy and safetensors; the data is committed, so nothing else needs this script."""

import json
import pathlib
import sys

import numpy
import scipy.linalg
import torch
import torch.nn.functional as F
import torchvision
from safetensors.torch import save_file
from torchmetrics.functional.image import peak_signal_noise_ratio
from torchmetrics.image.inception import InceptionScore
from torchvision.models import inception as torchvision_inception
from transformers import (
    CLIPConfig,
    CLIPModel,
    Dinov2Config,
    Dinov2Model,
    Dinov2WithRegistersConfig,
    Dinov2WithRegistersModel,
    ViTConfig,
    ViTModel,
)

from halfWeights import half
from smallI3d import I3d

OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "measures")
NARROW = 16  # how much narrower the convolutional backbones are than the published ones


def folder(name):
    path = OUT / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def shake(module, seed):
    """Gives norms, biases and running statistics values that matter."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in [*module.named_parameters(), *module.named_buffers()]:
            if value.dim() == 1 and value.is_floating_point():
                value.add_(0.2 * torch.randn(value.shape, generator=generator).abs())
    return module


def rounded(*shape):
    return torch.randn(*shape).half()


def write(name, state, cases, config=None, weights="model.safetensors"):
    path = folder(name)
    if config:
        (path / "config.json").write_text(json.dumps(config, indent=1))
    save_file(state, path / weights, metadata={"format": "pt"})
    save_file({key: value.contiguous() for key, value in cases.items()}, path / "cases.safetensors")


def frechet(a, b):
    """The textbook form, with scipy's matrix root."""
    difference = a.mean(0) - b.mean(0)
    ca, cb = numpy.cov(a, rowvar=False), numpy.cov(b, rowvar=False)
    root = scipy.linalg.sqrtm(ca @ cb)
    return float(difference @ difference + numpy.trace(ca + cb - 2 * root.real))


def inception_score(logits):
    score = InceptionScore(feature=torch.nn.Identity(), splits=1)
    # The metric wants pictures of bytes; the identity hands its features over as they are.
    score.features.append(logits)
    return float(score.compute()[0])


def formulas():
    random = numpy.random.default_rng(1)

    def vectors(n, d, move=0.0):
        mixing = random.normal(size=(d, d)) / d**0.5
        return numpy.float32(numpy.float32(random.normal(size=(n, d)) @ mixing + move).round(5))

    cases = []
    for n, m, d in ((40, 50, 6), (90, 70, 12), (6, 5, 24), (3, 40, 10)):
        a, b = vectors(n, d), vectors(m, d, 0.3)
        cases.append({"first": a.tolist(), "second": b.tolist(), "distance": frechet(numpy.float64(a), numpy.float64(b))})
    logits = [vectors(12, 7) * 3, vectors(5, 20) * 6]
    scores = [{"logits": x.round(5).tolist(), "score": inception_score(torch.from_numpy(x.round(5)))} for x in logits]
    frames, to = torch.from_numpy(vectors(7, 16)), torch.from_numpy(vectors(1, 16)[0])
    likeness = {
        "frames": frames.tolist(),
        "to": to.tolist(),
        "consistency": float(F.cosine_similarity(frames[1:], frames[:-1]).mean()),
        "likeness": float(F.cosine_similarity(frames, to.unsqueeze(0)).mean()),
    }
    a, b = (torch.randint(0, 256, (3, 6, 5, 3), generator=torch.Generator().manual_seed(s)) for s in (1, 2))
    b[:, :3] = a[:, :3]
    mask = torch.zeros(6, 5, dtype=torch.bool)
    mask[1:5, 1:4] = True
    psnr = float(peak_signal_noise_ratio(b[:, mask].float(), a[:, mask].float(), data_range=255.0))
    flat = {"source": a.flatten().tolist(), "made": b.flatten().tolist(), "mask": mask.flatten().int().tolist()}
    change = (b[1:].float() - b[:-1].float()).abs()[:, ~mask].mean()
    pixels = {"width": 5, "height": 6, "frames": 3, **flat, "psnr": psnr, "flicker": float(change)}
    whole = {"frechet": cases, "inception": scores, "likeness": likeness, "pixels": pixels}
    (folder("formulas") / "cases.json").write_text(json.dumps(whole))


def clip():
    torch.manual_seed(3)
    text = dict(vocab_size=120, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
                max_position_embeddings=20, bos_token_id=118, eos_token_id=119, hidden_act="quick_gelu")
    vision = dict(hidden_size=48, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4, image_size=32, patch_size=8,
                  hidden_act="quick_gelu")
    model, state = half(shake(CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=24)), 4))
    state.pop("text_model.embeddings.position_ids", None)
    ids = torch.randint(0, 118, (2, 20))
    ids[:, 0] = 118
    ids[0, 7:] = 119
    ids[1, 15:] = 119
    pixels = rounded(2, 3, 32, 32)
    with torch.no_grad():
        images = model.get_image_features(pixel_values=pixels.float())
        sentences = model.get_text_features(input_ids=ids)
    cases = {"pixels": pixels, "ids": ids.int(), "ends": torch.tensor([7, 15]).int(), "images": images, "sentences": sentences}
    config = {"model_type": "clip", "projection_dim": 24, "text_config": text, "vision_config": vision}
    write("clip", state, cases, config)
    write("clip_open", open_clip_names(state), cases, config, "open_clip_model.safetensors")


def open_clip_names(state):
    """The same towers under OpenCLIP's names: joined projections, matrices of the ends the other way round."""
    out = {
        "visual.class_embedding": state["vision_model.embeddings.class_embedding"],
        "visual.positional_embedding": state["vision_model.embeddings.position_embedding.weight"],
        "visual.conv1.weight": state["vision_model.embeddings.patch_embedding.weight"],
        "visual.proj": state["visual_projection.weight"].T,
        "token_embedding.weight": state["text_model.embeddings.token_embedding.weight"],
        "positional_embedding": state["text_model.embeddings.position_embedding.weight"],
        "text_projection": state["text_projection.weight"].T,
        "logit_scale": state["logit_scale"],
    }
    for kind in ("weight", "bias"):
        out[f"visual.ln_pre.{kind}"] = state[f"vision_model.pre_layrnorm.{kind}"]
        out[f"visual.ln_post.{kind}"] = state[f"vision_model.post_layernorm.{kind}"]
        out[f"ln_final.{kind}"] = state[f"text_model.final_layer_norm.{kind}"]
        for tower, root in (("vision_model", "visual."), ("text_model", "")):
            for layer in (0, 1):
                old, new = f"{tower}.encoder.layers.{layer}", f"{root}transformer.resblocks.{layer}"
                out[f"{new}.attn.in_proj_{kind}"] = torch.cat([state[f"{old}.self_attn.{part}_proj.{kind}"] for part in "qkv"])
                for theirs, ours in (("attn.out_proj", "self_attn.out_proj"), ("ln_1", "layer_norm1"), ("ln_2", "layer_norm2"),
                                     ("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2")):
                    out[f"{new}.{theirs}.{kind}"] = state[f"{old}.{ours}.{kind}"]
    return {key: value.contiguous().clone() for key, value in out.items()}


SIZES = dict(hidden_size=48, num_hidden_layers=2, num_attention_heads=4)


def dino():
    torch.manual_seed(5)
    config = ViTConfig(**SIZES, intermediate_size=96, image_size=32, patch_size=8)
    model, state = half(shake(ViTModel(config, add_pooling_layer=False), 6))
    pixels = rounded(2, 3, 32, 32)
    with torch.no_grad():
        embedding = model(pixels.float()).last_hidden_state[:, 0]
    cases = {"pixels": pixels, "embedding": embedding}
    plain = {"model_type": "vit", **SIZES, "layer_norm_eps": config.layer_norm_eps}
    write("dino", state, cases, plain)
    write("dino_original", original_names(state), cases, plain)


def original_names(state):
    """DINO's own names: joined query, key and value."""
    out = {
        "cls_token": state["embeddings.cls_token"],
        "pos_embed": state["embeddings.position_embeddings"],
    }
    for kind in ("weight", "bias"):
        out[f"patch_embed.proj.{kind}"] = state[f"embeddings.patch_embeddings.projection.{kind}"]
        out[f"norm.{kind}"] = state[f"layernorm.{kind}"]
        for layer in (0, 1):
            old, new = f"encoder.layer.{layer}", f"blocks.{layer}"
            parts = [state[f"{old}.attention.attention.{part}.{kind}"] for part in ("query", "key", "value")]
            out[f"{new}.attn.qkv.{kind}"] = torch.cat(parts)
            for theirs, ours in (("attn.proj", "attention.output.dense"), ("norm1", "layernorm_before"), ("norm2", "layernorm_after"),
                                 ("mlp.fc1", "intermediate.dense"), ("mlp.fc2", "output.dense")):
                out[f"{new}.{theirs}.{kind}"] = state[f"{old}.{ours}.{kind}"]
    return {key: value.contiguous().clone() for key, value in out.items()}


def dinov2():
    """Asked at another size than its places were learned for, as DINOv2 always is."""
    for name, kind, settings in (
        ("dinov2", (Dinov2Config, Dinov2Model), {}),
        ("dinov2_registers", (Dinov2WithRegistersConfig, Dinov2WithRegistersModel), {"num_register_tokens": 3}),
    ):
        torch.manual_seed(7)
        config = kind[0](**SIZES, mlp_ratio=2, image_size=56, patch_size=7, layerscale_value=0.5, **settings)
        model, state = half(shake(kind[1](config), 8))
        pixels = rounded(2, 3, 35, 35)
        with torch.no_grad():
            embedding = model(pixels.float()).last_hidden_state[:, 0]
        plain = {"model_type": "dinov2", **SIZES, "layer_norm_eps": config.layer_norm_eps}
        write(name, state, {"pixels": pixels, "embedding": embedding}, plain)


class NarrowConvolution(torchvision_inception.BasicConv2d):
    def __init__(self, inputs, outputs, **settings):
        super().__init__(inputs if inputs == 3 else inputs // NARROW, outputs // NARROW, **settings)


def pooled_as_in_2015(model, pixels):
    """The 2015 model's averages leave out what lies around the picture, and its last block takes a maximum in place of one."""
    average = F.avg_pool2d

    def without_border(x, kernel_size, stride=None, padding=0):
        return average(x, kernel_size, stride, padding, count_include_pad=False)

    def last_block(x):
        F.avg_pool2d = F.max_pool2d
        try:
            return torch.cat(model.Mixed_7c._forward(x), 1)
        finally:
            F.avg_pool2d = without_border

    F.avg_pool2d, model.Mixed_7c.forward = without_border, last_block
    try:
        return model(pixels)
    finally:
        F.avg_pool2d = average


def inception():
    blocks = [torchvision_inception.InceptionA, torchvision_inception.InceptionB, torchvision_inception.InceptionC,
              torchvision_inception.InceptionD, torchvision_inception.InceptionE, torchvision_inception.InceptionAux]

    def narrow(block):
        return lambda *given, **settings: block(*given, conv_block=NarrowConvolution, **settings)

    torch.manual_seed(9)
    chosen = [NarrowConvolution, *(narrow(block) for block in blocks)]
    model = torchvision_inception.Inception3(10, aux_logits=False, transform_input=False, inception_blocks=chosen, init_weights=False)
    model.fc = torch.nn.Linear(2048 // NARROW, 10)
    model, state = half(shake(model, 10))
    pixels = rounded(1, 3, 79, 79)
    with torch.no_grad():
        cases = {"pixels": pixels, "logits": model(pixels.float()), "logits_2015": pooled_as_in_2015(model, pixels.float())}
    write("inception", state, cases)


def r3d():
    torch.manual_seed(11)
    model = torchvision.models.video.r3d_18(weights=None)

    def shrink(module):
        for name, child in module.named_children():
            if isinstance(child, torch.nn.Conv3d):
                inputs = child.in_channels if child.in_channels == 3 else child.in_channels // NARROW
                new = torch.nn.Conv3d(inputs, child.out_channels // NARROW, child.kernel_size, child.stride, child.padding, bias=False)
                setattr(module, name, new)
            elif isinstance(child, torch.nn.BatchNorm3d):
                setattr(module, name, torch.nn.BatchNorm3d(child.num_features // NARROW))
            else:
                shrink(child)

    shrink(model)
    model.fc = torch.nn.Linear(512 // NARROW, 6)
    model, state = half(shake(model, 12))
    model.fc = torch.nn.Identity()
    clip = rounded(1, 3, 8, 32, 32)
    with torch.no_grad():
        write("r3d", state, {"clip": clip, "embedding": model(clip.float())})


def i3d():
    torch.manual_seed(13)
    model, state = half(shake(I3d(12, NARROW), 14))
    clip = rounded(1, 3, 17, 33, 33)
    with torch.no_grad():
        write("i3d", state, {"clip": clip, "logits": model(clip.float())})


formulas()
clip()
dino()
dinov2()
inception()
r3d()
i3d()
