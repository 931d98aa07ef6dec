"""The backbones of KerasHub that have a spec in specs/hub, and how the proof calls each.

``arguments`` go to KerasHub's class and ``variables`` to the spec: the same network, small enough
to be allocated. ``inputs`` makes a batch of examples; ``published`` holds the parameters that
KerasHub states for its presets (``keras_hub.models.CLASS.presets``, metadata, ``params``), by
variant of the spec.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy

EXAMPLES = 3
LENGTH = 9
"""The number of tokens in an example."""
VOCABULARY = 13

Array = numpy.ndarray[Any, Any]
Inputs = Mapping[str, Array]
Draw = Callable[[numpy.random.Generator], Inputs]


class Case(NamedTuple):
    """A class of KerasHub and the spec of the same network."""

    backbone: str
    spec: str
    arguments: Mapping[str, Any]
    variables: Mapping[str, Any]
    inputs: Draw
    published: Mapping[str, int]


def image(name: str, size: int) -> Draw:
    """Images of ``size`` × ``size`` under the name of their input."""
    return lambda draw: {name: draw.normal(size=(EXAMPLES, size, size, 3)).astype("float32")}


def tokens(prefix: str = "", *, segments: bool = False, length: int = LENGTH) -> Draw:
    """Whole numbers below the vocabulary's size, and a mask that leaves out up to two at the end."""

    def drawn(draw: numpy.random.Generator) -> Inputs:
        shape = (EXAMPLES, length)
        lengths = length - numpy.arange(EXAMPLES)[:, None]
        return {
            f"{prefix}token_ids": draw.integers(0, VOCABULARY, shape).astype("int32"),
            **({"segment_ids": draw.integers(0, 2, shape).astype("int32")} if segments else {}),
            f"{prefix}padding_mask": (numpy.arange(length) < lengths).astype("int32"),
        }

    return drawn


def both(*draws: Draw) -> Draw:
    """What several draws give, together."""
    return lambda draw: {name: array for one in draws for name, array in one(draw).items()}


def spectrogram(draw: numpy.random.Generator) -> Inputs:
    """Sound of a few frames and five frequencies."""
    return {"encoder_features": draw.normal(size=(EXAMPLES, 12, 5)).astype("float32")}


SIZES = {"num_layers": 3, "num_heads": 2, "hidden_dim": 8}
SMALL = {"depth": 3, "heads": 2, "width": 8, "mlp": 12}
IMAGE = {"image_shape": (32, 32, 3), "patch_size": 8}
TEXT = {
    "vocabulary_size": VOCABULARY,
    "max_sequence_length": 16,
    "intermediate_dim": 12,
    **SIZES,
}
SMALL_TEXT = {"vocabulary": VOCABULARY, "length": 16, **SMALL}
LLAMA = {
    "vocabulary_size": VOCABULARY,
    "num_layers": 3,
    "num_query_heads": 4,
    "hidden_dim": 16,
    "intermediate_dim": 12,
    "layer_norm_epsilon": 1e-5,
}
SMALL_LLAMA = {"vocabulary": VOCABULARY, "depth": 3, "heads": 4, "width": 16, "mlp": 12}

CASES: list[Case] = [
    Case(
        "BertBackbone",
        "hub/bert",
        TEXT,
        SMALL_TEXT,
        tokens(segments=True),
        {
            "bert_tiny_en_uncased": 4_385_920,
            "bert_base_en_uncased": 109_482_240,
            "bert_large_en_uncased": 335_141_888,
        },
    ),
    Case(
        "DistilBertBackbone",
        "hub/distil_bert",
        TEXT,
        SMALL_TEXT,
        tokens(),
        {"distil_bert_base_en_uncased": 66_362_880, "distil_bert_base_multi": 134_734_080},
    ),
    Case(
        "RobertaBackbone",
        "hub/roberta",
        TEXT,
        SMALL_TEXT,
        tokens(),
        {"roberta_base_en": 124_052_736, "roberta_large_en": 354_307_072},
    ),
    Case(
        "AlbertBackbone",
        "hub/albert",
        {**TEXT, "embedding_dim": 6},
        {**SMALL_TEXT, "embedding": 6},
        tokens(segments=True),
        {
            "albert_base_en_uncased": 11_683_584,
            "albert_large_en_uncased": 17_683_968,
            "albert_extra_extra_large_en_uncased": 222_595_584,
        },
    ),
    Case(
        "GPT2Backbone",
        "hub/gpt2",
        TEXT,
        SMALL_TEXT,
        tokens(),
        {
            "gpt2_base_en": 124_439_808,
            "gpt2_medium_en": 354_823_168,
            "gpt2_extra_large_en": 1_557_611_200,
        },
    ),
    Case("OPTBackbone", "hub/opt", TEXT, SMALL_TEXT, tokens(), {"opt_125m_en": 125_237_760}),
    Case(
        "LlamaBackbone",
        "hub/llama",
        {**LLAMA, "num_key_value_heads": 4},
        {**SMALL_LLAMA, "key_value_heads": 4},
        tokens(),
        {"llama2_7b_en": 6_738_415_616},
    ),
    Case(
        "MistralBackbone",
        "hub/mistral",
        {**LLAMA, "num_key_value_heads": 2, "sliding_window": 16},
        {**SMALL_LLAMA, "key_value_heads": 2},
        tokens(),
        {"mistral_7b_en": 7_241_732_096},
    ),
    Case(
        "T5Backbone",
        "hub/t5",
        {
            "vocabulary_size": VOCABULARY,
            **SIZES,
            "intermediate_dim": 12,
            "key_value_dim": 6,
            "use_gated_activation": False,
        },
        {"vocabulary": VOCABULARY, **SMALL, "head_width": 6},
        both(tokens("encoder_", length=40), tokens("decoder_", length=30)),
        {
            "t5_small_multi": 60_506_624,
            "t5_base_multi": 222_903_552,
            "flan_base_multi": 247_577_856,
        },
    ),
    Case(
        "WhisperBackbone",
        "hub/whisper",
        {
            "vocabulary_size": VOCABULARY,
            **SIZES,
            "intermediate_dim": 32,
            "num_mels": 5,
            "max_encoder_sequence_length": 12,
            "max_decoder_sequence_length": 16,
        },
        {
            "vocabulary": VOCABULARY,
            "depth": 3,
            "heads": 2,
            "width": 8,
            "mels": 5,
            "frames": 12,
            "length": 16,
        },
        both(spectrogram, tokens("decoder_")),
        {
            "whisper_tiny_multi": 37_760_640,
            "whisper_base_multi": 72_593_920,
            "whisper_small_multi": 241_734_912,
            "whisper_large_multi": 1_543_304_960,
        },
    ),
    Case(
        "ViTBackbone",
        "hub/vit",
        {**IMAGE, **SIZES, "mlp_dim": 12},
        {"size": 32, "patch": 8, **SMALL},
        image("images", 32),
        {
            "vit_base_patch16_224_imagenet": 85_798_656,
            "vit_large_patch32_384_imagenet": 305_607_680,
            "vit_huge_patch14_224_imagenet21k": 630_764_800,
        },
    ),
    Case(
        "DeiTBackbone",
        "hub/deit",
        {**IMAGE, **SIZES, "intermediate_dim": 12},
        {"size": 32, "patch": 8, **SMALL},
        image("images", 32),
        {
            "deit_tiny_distilled_patch16_224_imagenet": 5_524_800,
            "deit_small_distilled_patch16_224_imagenet": 21_666_432,
            "deit_base_distilled_patch16_384_imagenet": 86_092_032,
        },
    ),
    Case(
        "MiTBackbone",
        "hub/mit",
        {
            "layerwise_depths": [2, 2, 1, 1],
            "num_layers": 4,
            "layerwise_num_heads": [1, 2, 5, 8],
            "layerwise_sr_ratios": [8, 4, 2, 1],
            "max_drop_path_rate": 0.1,
            "layerwise_patch_sizes": [7, 3, 3, 3],
            "layerwise_strides": [4, 2, 2, 2],
            "image_shape": (64, 64, 3),
            "hidden_dims": [4, 6, 10, 16],
        },
        {"size": 64, "depths": [2, 2, 1, 1], "widths": [4, 6, 10, 16]},
        image("images", 64),
        # The presets' parameters are with a head of ten classes.
        {"mit_b0_ade20k_512": 3_321_962 - 2_570, "mit_b5_ade20k_640": 81_448_138 - 5_130},
    ),
    Case(
        "src.models.vae.vae_backbone.VAEBackbone",
        "hub/vae",
        {
            "encoder_num_filters": [32, 64, 64],
            "encoder_num_blocks": [2, 2, 2],
            "decoder_num_filters": [64, 64, 32],
            "decoder_num_blocks": [3, 3, 3],
            "sampler_method": "mode",
            "sample_channels": 8,
        },
        {"size": 32, "widths": [32, 64, 64], "latent": 4},
        image("images", 32),
        {},
    ),
]

BY_SPEC = {case.spec: case for case in CASES}
