"""Small CLIP text and vision transformers with the transformers library's key names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .attention import attend


@dataclass
class TowerConfig:
    """Width, depth and heads of one tower."""

    hidden_size: int = 128
    num_hidden_layers: int = 3
    num_attention_heads: int = 4
    intermediate_size: int = 512


class ClipAttention(nn.Module):
    """Self-attention with biases; causal for text."""

    def __init__(self, cfg: TowerConfig, causal: bool) -> None:
        super().__init__()
        self.heads, self.causal = cfg.num_attention_heads, causal
        self.k_proj = nn.Linear(cfg.hidden_size, cfg.hidden_size)
        self.v_proj = nn.Linear(cfg.hidden_size, cfg.hidden_size)
        self.q_proj = nn.Linear(cfg.hidden_size, cfg.hidden_size)
        self.out_proj = nn.Linear(cfg.hidden_size, cfg.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        out = attend(self.q_proj(x), self.k_proj(x), self.v_proj(x), self.heads, self.causal)
        projected: Tensor = self.out_proj(out)
        return projected


class ClipMlp(nn.Module):
    """Two linears with GELU."""

    def __init__(self, cfg: TowerConfig) -> None:
        super().__init__()
        self.fc1 = nn.Linear(cfg.hidden_size, cfg.intermediate_size)
        self.fc2 = nn.Linear(cfg.intermediate_size, cfg.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc2(F.gelu(self.fc1(x)))
        return out


class ClipLayer(nn.Module):
    """Pre-norm attention and MLP."""

    def __init__(self, cfg: TowerConfig, causal: bool) -> None:
        super().__init__()
        self.self_attn = ClipAttention(cfg, causal)
        self.layer_norm1 = nn.LayerNorm(cfg.hidden_size)
        self.mlp = ClipMlp(cfg)
        self.layer_norm2 = nn.LayerNorm(cfg.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.self_attn(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))


class ClipEncoder(nn.Module):
    """The stack of layers."""

    def __init__(self, cfg: TowerConfig, causal: bool) -> None:
        super().__init__()
        self.layers = nn.ModuleList([ClipLayer(cfg, causal) for _ in range(cfg.num_hidden_layers)])

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


class _TextEmbeddings(nn.Module):
    def __init__(self, vocab: int, length: int, width: int) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(vocab, width)
        self.position_embedding = nn.Embedding(length, width)
        nn.init.normal_(self.token_embedding.weight, std=0.3)
        nn.init.normal_(self.position_embedding.weight, std=0.1)

    def forward(self, ids: Tensor) -> Tensor:
        out: Tensor = self.token_embedding(ids) + self.position_embedding.weight[: ids.shape[1]]
        return out


class _TextModel(nn.Module):
    def __init__(self, cfg: TowerConfig, vocab: int, length: int) -> None:
        super().__init__()
        self.embeddings = _TextEmbeddings(vocab, length, cfg.hidden_size)
        self.encoder = ClipEncoder(cfg, True)
        self.final_layer_norm = nn.LayerNorm(cfg.hidden_size)

    def forward(self, ids: Tensor) -> Tensor:
        out: Tensor = self.final_layer_norm(self.encoder(self.embeddings(ids)))
        return out


class ClipTextModel(nn.Module):
    """ids (b, n) → last hidden state after the final norm (b, n, C)."""

    def __init__(self, cfg: TowerConfig, vocab: int, length: int) -> None:
        super().__init__()
        self.cfg, self.vocab, self.length = cfg, vocab, length
        self.text_model = _TextModel(cfg, vocab, length)

    def forward(self, ids: Tensor) -> Tensor:
        out: Tensor = self.text_model(ids)
        return out

    def to_json(self, bos: int, eos: int) -> dict[str, Any]:
        """The `config.json` of the exported folder."""
        return {
            "architectures": ["CLIPTextModel"],
            "model_type": "clip_text_model",
            "vocab_size": self.vocab,
            "max_position_embeddings": self.length,
            "hidden_act": "gelu",
            "layer_norm_eps": 1e-5,
            "projection_dim": self.cfg.hidden_size,
            "bos_token_id": bos,
            "eos_token_id": eos,
            "pad_token_id": eos,
            **vars(self.cfg),
        }


class _VisionEmbeddings(nn.Module):
    def __init__(self, width: int, size: int, patch: int) -> None:
        super().__init__()
        self.class_embedding = nn.Parameter(torch.randn(width) * 0.1)
        self.patch_embedding = nn.Conv2d(3, width, patch, stride=patch, bias=False)
        self.position_embedding = nn.Embedding((size // patch) ** 2 + 1, width)
        nn.init.normal_(self.position_embedding.weight, std=0.1)

    def forward(self, pixels: Tensor) -> Tensor:
        patches = self.patch_embedding(pixels).flatten(2).transpose(1, 2)
        cls = self.class_embedding.to(patches.dtype).expand(len(pixels), 1, -1)
        return torch.cat([cls, patches], dim=1) + self.position_embedding.weight


class _VisionModel(nn.Module):
    def __init__(self, cfg: TowerConfig, size: int, patch: int) -> None:
        super().__init__()
        self.embeddings = _VisionEmbeddings(cfg.hidden_size, size, patch)
        self.pre_layrnorm = nn.LayerNorm(cfg.hidden_size)
        self.encoder = ClipEncoder(cfg, False)
        self.post_layernorm = nn.LayerNorm(cfg.hidden_size)

    def forward(self, pixels: Tensor) -> Tensor:
        out: Tensor = self.encoder(self.pre_layrnorm(self.embeddings(pixels)))
        return out


class ClipVisionModel(nn.Module):
    """Normalised pixels (b, 3, size, size) → last hidden state, no final norm (b, 1 + patches, C)."""

    def __init__(self, cfg: TowerConfig, size: int = 64, patch: int = 8) -> None:
        super().__init__()
        self.cfg, self.size, self.patch = cfg, size, patch
        self.vision_model = _VisionModel(cfg, size, patch)

    def forward(self, pixels: Tensor) -> Tensor:
        out: Tensor = self.vision_model(pixels)
        return out

    def to_json(self) -> dict[str, Any]:
        """The `config.json` of the exported folder."""
        return {
            "architectures": ["CLIPVisionModel"],
            "model_type": "clip_vision_model",
            "image_size": self.size,
            "patch_size": self.patch,
            "num_channels": 3,
            "hidden_act": "gelu",
            "layer_norm_eps": 1e-5,
            **vars(self.cfg),
        }
