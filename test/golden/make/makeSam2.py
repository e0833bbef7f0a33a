"""Makes the golden cases of SAM 2 and 2.1 beside this folder (sam2/): small random weights in a torch file of the published form, and
what the published predictor makes of them. Run: python test/golden/make/makeSam2.py [output folder]
Needs torch and sam2 (pip install sam2 --no-deps; hydra-core iopath omegaconf tqdm); the data is committed, so nothing else needs this
script."""

import contextlib
import json
import pathlib
import sys
import types

import numpy as np
import torch
from safetensors.torch import save_file

# sam2 imports torchvision for its picture predictor's transforms, which nothing here uses.
if "torchvision" not in sys.modules:
    stub, transforms = types.ModuleType("torchvision"), types.ModuleType("torchvision.transforms")
    transforms.Normalize = transforms.Resize = transforms.ToTensor = object
    stub.transforms = transforms
    sys.modules["torchvision"], sys.modules["torchvision.transforms"] = stub, transforms

import sam2
import sam2.modeling.sam2_base as base_module
import sam2.sam2_video_predictor as predictor_module
from hydra.utils import instantiate
from omegaconf import OmegaConf

SIZE = 128
FRAMES = 10
CONFIGS = pathlib.Path(sam2.__path__[0]) / "configs"


def small_config(name):
    """The published configuration with every width and count made small."""
    model = OmegaConf.load(CONFIGS / name).model
    encoder, attention, memory = model.image_encoder, model.memory_attention, model.memory_encoder
    encoder.trunk.update(dict(embed_dim=8, num_heads=1, stages=[1, 2, 3, 2], global_att_blocks=[4],
                              window_spec=[8, 4, 6, 3], window_pos_embed_bkg_spatial_size=[7, 7]))
    encoder.neck.d_model = encoder.neck.position_encoding.num_pos_feats = 32
    encoder.neck.backbone_channel_list = [64, 32, 16, 8]
    attention.d_model = attention.layer.d_model = 32
    attention.num_layers = 2
    attention.layer.dim_feedforward = 64
    for part in (attention.layer.self_attention, attention.layer.cross_attention):
        part.embedding_dim = 32
        part.feat_sizes = [SIZE // 16, SIZE // 16]
    attention.layer.cross_attention.kv_in_dim = 16
    memory.out_dim = memory.position_encoding.num_pos_feats = 16
    memory.fuser.layer.dim = 32
    # The memory encoder's widths inside follow its arguments alone, and so do these.
    memory.mask_downsampler.embed_dim = 32
    memory.in_dim = 32
    model.image_size = SIZE
    return model


def video_predictor(model):
    """The video predictor with the settings of build_sam2_video_predictor; holes are filled by a CUDA kernel alone, so not here."""
    model._target_ = "sam2.sam2_video_predictor.SAM2VideoPredictor"
    model.sam_mask_decoder_extra_args = dict(
        dynamic_multimask_via_stability=True,
        dynamic_multimask_stability_delta=0.05,
        dynamic_multimask_stability_thresh=0.98,
    )
    model.binarize_mask_from_pts_for_mem_enc = True
    with small_heads() if model.image_size == SIZE else contextlib.nullcontext():
        return instantiate(model, _recursive_=True).eval()


@contextlib.contextmanager
def small_heads():
    """The mask decoder's widths inside are written into the program: smaller ones while a small model is made."""
    transformer, decoder = base_module.TwoWayTransformer, base_module.MaskDecoder
    base_module.TwoWayTransformer = lambda **sizes: transformer(**{**sizes, "mlp_dim": 128})
    base_module.MaskDecoder = lambda **sizes: decoder(**{**sizes, "iou_head_hidden_dim": 48})
    yield
    base_module.TwoWayTransformer, base_module.MaskDecoder = transformer, decoder


def settle(predictor, seed, presence, gain):
    """Random values that matter, as half precision holds them; `presence` is added to the score of the subject being
    there. At a gain of 1 one memory rounded the other way to bfloat16 stays a small difference."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in predictor.named_parameters():
            if parameter.dim() == 1 and name.endswith("weight"):
                parameter.add_(0.2 * torch.randn(parameter.shape, generator=generator))
            elif parameter.dim() == 1:
                parameter.copy_(0.2 * torch.randn(parameter.shape, generator=generator))
            elif "embed" in name or "token" in name or "tpos" in name or "no_" in name:
                parameter.copy_(0.5 * torch.randn(parameter.shape, generator=generator))
            elif parameter.dim() >= 2:
                fan = parameter[0].numel()
                parameter.copy_(gain * torch.randn(parameter.shape, generator=generator) / fan**0.5)
            if name.endswith("gamma"):
                parameter.copy_(0.5 + 0.1 * torch.randn(parameter.shape, generator=generator))
        predictor.sam_mask_decoder.pred_obj_score_head.layers[2].bias.add_(presence)
        for parameter in predictor.parameters():
            parameter.copy_(parameter.half().float())
        matrix = predictor.sam_prompt_encoder.pe_layer.positional_encoding_gaussian_matrix
        matrix.copy_(torch.randn(matrix.shape, generator=generator).half().float())


def clip(seed):
    """A disc that moves over a texture: (frames, height, width, 3) of bytes."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    waves = [(random.uniform(4, 20), random.uniform(4, 20), random.uniform(0, 6)) for _ in range(3)]
    ground = np.stack([0.5 + 0.3 * np.sin(a * x + b * y + c) for a, b, c in waves], -1)
    frames = []
    for index in range(FRAMES):
        disc = ((x - 0.3 - 0.04 * index) ** 2 + (y - 0.5) ** 2 < 0.03)[..., None]
        frames.append(np.where(disc, [0.9, 0.2, 0.1], ground))
    return (np.stack(frames) * 255).round().astype(np.uint8)


def state_of(predictor, frames):
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    images = ((torch.from_numpy(frames).float() / 255 - mean) / std).permute(0, 3, 1, 2).contiguous()
    predictor_module.load_video_frames = lambda **_: (images, SIZE, SIZE)
    return predictor.init_state("frames"), images


def low_logits(state, frame):
    kept = [state[kind][0][place][frame] for kind in ("temp_output_dict_per_obj", "output_dict_per_obj")
            for place in ("cond_frame_outputs", "non_cond_frame_outputs") if frame in state[kind][0][place]]
    return kept[0]


def make(folder, config, seed, presence, gain=1.0, corrections=False):
    model = small_config(config)
    model.add_all_frames_to_correct_as_cond = corrections
    predictor = video_predictor(model)
    settle(predictor, seed, presence, gain)
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"model": {key: value.half() for key, value in predictor.state_dict().items()}}, folder / "model.pt")
    frames = clip(seed)
    tensors = {"frames": torch.from_numpy(frames)}
    state, images = state_of(predictor, frames)
    with torch.inference_mode():
        out = predictor.forward_image(images[:1])["backbone_fpn"]
        for name, value in zip(("high0", "high1", "features"), out):
            tensors[f"encoder.{name}"] = value.flatten(2).permute(0, 2, 1)

        mask = (np.hypot(*(np.mgrid[0:SIZE, 0:SIZE] - SIZE / 2)) < 30)
        prompts = {
            "click": dict(points=[[40.0, 64.0]], labels=[1]),
            "clicks": dict(points=[[40.0, 64.0], [100.0, 20.0], [60.0, 70.0]], labels=[1, 0, 1]),
            "box": dict(points=None, labels=None, box=[20.0, 30.0, 70.0, 100.0]),
            "box_and_click": dict(points=[[100.0, 20.0]], labels=[0], box=[20.0, 30.0, 70.0, 100.0]),
            "mask": dict(mask=mask),
        }
        said = {}
        for name, prompt in prompts.items():
            state, _ = state_of(predictor, frames)
            if "mask" in prompt:
                predictor.add_new_mask(state, 0, 1, mask)
                tensors["mask"] = torch.from_numpy(mask.astype(np.uint8))
            else:
                predictor.add_new_points_or_box(state, 0, 1, **prompt)
                said[name] = prompt
            kept = low_logits(state, 0)
            tensors[f"prompt.{name}.logits"] = kept["pred_masks"][0, 0]
            tensors[f"prompt.{name}.score"] = kept["object_score_logits"][0]
            tensors[f"prompt.{name}.pointer"] = kept["obj_ptr"][0]

        # A click on frame 2, followed to the end and back, corrected on frame 6, followed again both ways.
        state, _ = state_of(predictor, frames)
        predictor.add_new_points_or_box(state, 2, 1, points=[[48.0, 64.0]], labels=[1])
        follow = lambda: [list(predictor.propagate_in_video(state, start_frame_idx=2, reverse=way)) for way in (False, True)]
        follow()
        record(tensors, "first", state)
        predictor.add_new_points_or_box(state, 6, 1, points=[[70.0, 64.0], [20.0, 20.0]], labels=[1, 0])
        tensors["corrected.logits"] = low_logits(state, 6)["pred_masks"][0, 0]
        follow()
        record(tensors, "second", state)
    case = {"format": "sam2", "image_size": SIZE, "heads": 1, "windows": [8, 4, 6, 3], "global_blocks": [4],
            "prompts": said, "key": 2, "click": [48, 64], "correction": 6,
            "corrections_condition": corrections,
            "clicks": [[70, 64, 1], [20, 20, 0]]}
    (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")
    save_file({key: value.contiguous().clone() for key, value in tensors.items()}, folder / "case.safetensors")
    print(folder.name, {key: f"{value.float().min():.3f}..{value.float().max():.3f}" for key, value in tensors.items() if "logits" in key or "score" in key})


def record(tensors, name, state):
    for frame in range(FRAMES):
        kept = low_logits(state, frame)
        tensors[f"{name}.{frame}.logits"] = kept["pred_masks"][0, 0]
        tensors[f"{name}.{frame}.score"] = kept["object_score_logits"][0]


if __name__ == "__main__":
    out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "sam2")
    torch.set_num_threads(1)
    make(out / "v21", "sam2.1/sam2.1_hiera_t.yaml", 3, 2.0)
    make(out / "v20", "sam2/sam2_hiera_t.yaml", 5, 2.0)
    make(out / "v21_absent", "sam2.1/sam2.1_hiera_t.yaml", 3, 1.25, gain=1.4, corrections=True)
