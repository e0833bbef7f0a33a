"""Makes the golden data beside this folder that the released code does not come with: CLIP text and vision, the tokenizer,
the small decoder, the HFA pyramid, and a torch zip. Reference implementations: transformers and diffusers on small random
configurations; for the pyramid, torch's own layers. Run: python test/golden/make/makeGoldens.py [output folder]
Needs torch, transformers, diffusers and safetensors; the data is committed, so nothing else needs this script."""

import json
import pathlib
import sys

import numpy
import torch
from diffusers import AutoencoderTiny
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer, CLIPVisionConfig, CLIPVisionModel

from halfWeights import half

OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "data")


def folder(name):
    path = OUT / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def shake(module, seed):
    """Gives norms and biases values that matter; fresh modules have ones and zeros there."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn(parameter.shape, generator=generator))
    return module


def write(path, config, state, cases, weights="model.safetensors"):
    (path / "config.json").write_text(json.dumps(config, indent=1))
    save_file(state, path / weights, metadata={"format": "pt"})
    save_file({key: value.contiguous() for key, value in cases.items()}, path / "cases.safetensors")


def prefixed(state, prefix):
    """Newer transformers drop the root's name when saving; published checkpoints have it."""
    return {key if key.startswith(prefix) else prefix + key: value for key, value in state.items()}


def clip_text(name, act, layers, hidden_layer):
    torch.manual_seed(1)
    config = CLIPTextConfig(vocab_size=120, hidden_size=48, intermediate_size=96, num_hidden_layers=layers, num_attention_heads=4,
                            max_position_embeddings=77, hidden_act=act, bos_token_id=118, eos_token_id=119)
    model, state = half(shake(CLIPTextModel(config), 2))
    ids = torch.randint(0, 118, (2, 77))
    ids[:, 0] = 118
    ids[0, 9:] = 119
    ids[1, 40:] = 119
    with torch.no_grad():
        result = model(ids, output_hidden_states=True)
        norm = model.text_model.final_layer_norm if hasattr(model, "text_model") else model.final_layer_norm
        states = result.last_hidden_state if hidden_layer == "last" else norm(result.hidden_states[-2])
    plain = {key: getattr(config, key) for key in ("vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers",
             "num_attention_heads", "max_position_embeddings", "hidden_act", "layer_norm_eps")}
    write(folder(name), {"architectures": ["CLIPTextModel"], "hidden_layer": hidden_layer, **plain}, prefixed(state, "text_model."),
          {"input_ids": ids, "states": states})


def open_clip_names(state, layers):
    """The same tower under OpenCLIP's names: joined query, key and value projections."""
    out = {
        "visual.class_embedding": state["vision_model.embeddings.class_embedding"],
        "visual.positional_embedding": state["vision_model.embeddings.position_embedding.weight"],
        "visual.conv1.weight": state["vision_model.embeddings.patch_embedding.weight"],
    }
    for kind in ("weight", "bias"):
        out[f"visual.ln_pre.{kind}"] = state[f"vision_model.pre_layrnorm.{kind}"]
        out[f"visual.ln_post.{kind}"] = state[f"vision_model.post_layernorm.{kind}"]
        for layer in range(layers):
            old, new = f"vision_model.encoder.layers.{layer}", f"visual.transformer.resblocks.{layer}"
            out[f"{new}.attn.in_proj_{kind}"] = torch.cat([state[f"{old}.self_attn.{part}_proj.{kind}"] for part in "qkv"])
            for theirs, ours in (("attn.out_proj", "self_attn.out_proj"), ("ln_1", "layer_norm1"), ("ln_2", "layer_norm2"),
                                 ("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2")):
                out[f"{new}.{theirs}.{kind}"] = state[f"{old}.{ours}.{kind}"]
    return {key: value.contiguous() for key, value in out.items()}


def clip_vision():
    torch.manual_seed(3)
    config = CLIPVisionConfig(hidden_size=48, intermediate_size=96, num_hidden_layers=3, num_attention_heads=4, image_size=32, patch_size=8,
                              hidden_act="gelu")
    model, state = half(shake(CLIPVisionModel(config), 4))
    state = prefixed(state, "vision_model.")
    pixels = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        result = model(pixels, output_hidden_states=True)
    plain = {key: getattr(config, key) for key in ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
             "image_size", "patch_size", "hidden_act", "layer_norm_eps")}
    cases = {"pixel_values": pixels, "last": result.hidden_states[-1], "penultimate": result.hidden_states[-2]}
    write(folder("clip_vision"), {"architectures": ["CLIPVisionModel"], **plain}, state, cases)
    write(folder("clip_vision_open"), {"architectures": ["CLIPVisionModel"], "naming": "open-clip", **plain}, open_clip_names(state, 3), cases,
          "open_clip_model.safetensors")


def tiny_decoder():
    torch.manual_seed(5)
    config = dict(latent_channels=4, encoder_block_out_channels=(16, 16, 16), decoder_block_out_channels=(16, 16, 16),
                  num_encoder_blocks=(1, 1, 1), num_decoder_blocks=(2, 1, 1))
    model, state = half(shake(AutoencoderTiny(**config), 6))
    latent = 2 * torch.randn(2, 4, 6, 9)
    with torch.no_grad():
        decoded = model.decode(latent).sample
    write(folder("tiny_decoder"), {"_class_name": "AutoencoderTiny", **config}, state, {"latent": latent, "decoded": decoded},
          "diffusion_pytorch_model.safetensors")


def hfa_pyramid():
    torch.manual_seed(7)
    channels, levels, hidden = 4, 3, 24
    conv_in, conv_out = torch.nn.Conv2d(channels * levels, hidden, 3, padding=1), torch.nn.Conv2d(hidden, channels, 3, padding=1)
    modules = torch.nn.ModuleDict({"conv_in": conv_in, "conv_out": conv_out})
    modules, state = half(modules)
    cases = {}
    for case, sizes in (("square", [(12, 12), (10, 10), (8, 8)]), ("wide", [(12, 24), (11, 21), (8, 16)])):
        inputs = [torch.randn(2, channels, *size) for size in sizes]
        with torch.no_grad():
            reduced = [torch.nn.functional.adaptive_avg_pool2d(level, sizes[-1]) for level in inputs]
            output = inputs[-1] + conv_out(torch.nn.functional.silu(conv_in(torch.cat(reduced, 1))))
        cases.update({f"{case}.level_{index}": level for index, level in enumerate(inputs)})
        cases[f"{case}.output"] = output
    write(folder("hfa_pyramid"), {"latent_channels": channels, "levels": levels, "hidden_channels": hidden}, state, cases,
          "diffusion_pytorch_model.safetensors")


def byte_letters():
    """The printable letter each byte goes by in byte-level vocabularies."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters, spare = {}, 0
    for byte in range(256):
        letters[byte] = chr(byte) if byte in kept else chr(256 + spare)
        spare += byte not in kept
    return letters


def tokenizer():
    letters = byte_letters()
    corpus = "a photo of a red car driving down the street the cat runs through green grass it's the dog's ball walking slowly".split()
    words = [[letters[byte] for byte in word.encode()] for word in corpus]
    for word in words:
        word[-1] += "</w>"
    merges = []
    for _ in range(70):
        counts = {}
        for word in words:
            for pair in zip(word, word[1:]):
                counts[pair] = counts.get(pair, 0) + 1
        if not counts:
            break
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        for word in words:
            index = 0
            while index + 1 < len(word):
                if (word[index], word[index + 1]) == best:
                    word[index : index + 2] = ["".join(best)]
                index += 1
    tokens = list(letters.values()) + [letter + "</w>" for letter in letters.values()] + ["".join(pair) for pair in merges]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    path = folder("tokenizer")
    (path / "vocab.json").write_text(json.dumps({token: index for index, token in enumerate(tokens)}, ensure_ascii=False))
    (path / "merges.txt").write_text("#version: 0.2\n" + "\n".join(" ".join(pair) for pair in merges) + "\n")
    reference = CLIPTokenizer.from_pretrained(path)
    texts = ["", "a photo of a red car", "A  Photo\tof\n the CAT!!!", "it's the dog's ball, isn't it?", "we'll've 12 cars in 2024", "naïve café – “quoted”",
             "日本語 と emoji 🚗💨", "under_score-dash/slash (parens) [brackets]", "the " * 90, "e\u0301 vs \u00e9", "'s 't ''ll", "x" * 300, "<|endoftext|> tail"]
    cases = [{"text": text, "ids": reference(text, padding="max_length", truncation=True, max_length=77)["input_ids"]} for text in texts]
    (path / "cases.json").write_text(json.dumps(cases, ensure_ascii=False, indent=0))


class Pair(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(3, 5)
        self.second = torch.nn.Linear(5, 2)


class TemporalTransformer(torch.nn.Module):
    """The release's TransformerTemporalModel, step by step, its exchanged axes at the end included."""

    def __init__(self, channels):
        super().__init__()
        linear = torch.nn.Linear
        attention = {part: linear(512, 512, bias=False) for part in ("to_q", "to_k", "to_v")}
        attention["to_out"] = torch.nn.ModuleList([linear(512, 512)])
        feed_forward = torch.nn.ModuleDict({"0": torch.nn.ModuleDict({"proj": linear(512, 4096)}), "2": linear(2048, 512)})
        block = {"norm1": torch.nn.LayerNorm(512), "attn1": torch.nn.ModuleDict(attention), "norm3": torch.nn.LayerNorm(512),
                 "ff": torch.nn.ModuleDict({"net": feed_forward})}
        self.norm = torch.nn.GroupNorm(32, channels, eps=1e-6)
        self.proj_in, self.proj_out = linear(channels, 512), linear(512, channels)
        self.transformer_blocks = torch.nn.ModuleList([torch.nn.ModuleDict(block)])

    def forward(self, clip):
        b, c, f, h, w = clip.shape
        x = self.proj_in(self.norm(clip).permute(0, 3, 4, 2, 1).reshape(b * h * w, f, c))
        block = self.transformer_blocks[0]
        normal = block["norm1"](x)
        heads = [block["attn1"][part](normal).view(-1, f, 8, 64).transpose(1, 2) for part in ("to_q", "to_k", "to_v")]
        attended = torch.nn.functional.scaled_dot_product_attention(*heads).transpose(1, 2).reshape(-1, f, 512)
        x = x + block["attn1"]["to_out"][0](attended)
        value, gate = block["ff"]["net"]["0"]["proj"](block["norm3"](x)).chunk(2, -1)
        x = x + block["ff"]["net"]["2"](value * torch.nn.functional.gelu(gate))
        return clip + self.proj_out(x).reshape(b, h, w, c, f).permute(0, 3, 4, 1, 2)


def temporal_transformer():
    """Its inner width is fixed at 512, so weights made by a formula (networks.test.ts has it too) stand in for megabytes of random ones."""
    torch.manual_seed(9)
    module = TemporalTransformer(32)
    with torch.no_grad():
        for key, parameter in module.named_parameters():
            index = numpy.arange(parameter.numel(), dtype=numpy.float64)
            wave = numpy.sin(12.9898 * index + sum(map(ord, key)))
            norm = parameter.dim() == 1 and key.endswith("weight")
            scale = 0.1 if parameter.dim() == 1 else 1.5 / parameter.shape[1] ** 0.5
            parameter.copy_(torch.from_numpy(wave * scale + norm).reshape(parameter.shape))
        clip = torch.randn(2, 32, 3, 4, 5)
        output = module(clip)
    path = folder("temporal_transformer")
    save_file({"clip": clip, "output": output.contiguous()}, path / "cases.safetensors")


def torch_zip():
    """A state dict as torch.save writes it, in three element types, with a view into a shared storage."""
    torch.manual_seed(8)
    state = Pair().state_dict()
    state["half"] = torch.randn(4, 3).half()
    state["brain"] = torch.randn(7).bfloat16()
    shared = torch.randn(12)
    state["shared.tail"] = shared[4:].view(2, 4)
    path = folder("torch_zip")
    torch.save({"state_dict": state, "epoch": 3, "note": "text"}, path / "checkpoint.pth")
    torch.save({"weight": torch.randn(3, 4).t()}, path / "transposed.pth")
    torch.save({"weight": torch.randn(2), "module": Pair()}, path / "module.pth")
    save_file({key: value.float().contiguous().clone() for key, value in state.items()}, path / "cases.safetensors")


clip_text("clip_text_15", "quick_gelu", 3, "last")
clip_text("clip_text_21", "gelu", 4, "penultimate")
clip_vision()
tiny_decoder()
hfa_pyramid()
tokenizer()
temporal_transformer()
torch_zip()
