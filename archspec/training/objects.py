"""The classes of Keras that a recipe may name, with the types of their arguments, as literal
tables: optimizers, schedules, losses, metrics, callbacks, augmentations.

Names and arguments are those of Keras's constructors (the tests compare them with Keras). Left
out are ``name``, ``dtype`` and ``data_format``, which a recipe has no use for, and arguments that
take functions or objects. A class that is missing in one of the versions of Keras that archspec
runs on is left out too.
"""

from __future__ import annotations

from typing import Any

from archspec.frontend.expressions.expression import ExpressionError, is_expression, parse
from archspec.layers.types import (
    COUNT,
    EPSILON,
    FLAG,
    INTEGER,
    NUMBER,
    POSITIVE,
    SEED,
    Expects,
    Refused,
    Type,
    choice,
    either,
    number,
    optional,
    sequence,
)
from archspec.spelling import did_you_mean, listed_names
from archspec.training.formulas import Steps
from archspec.training.shapes import Argument, Arguments, Case, ClassOf, Leaf, OneOf, is_mapping

RATE = number("a number from 0 up to, but not, 1", 0, below=1)
SHARE = number("a number from 0 to 1", 0, 1)
ABOVE_0 = number("a positive number", above=0)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Refused("a text", A_TEXT)
    return value


A_TEXT = Expects("text")
TEXT = Type("a text", A_TEXT, {"type": "string"}, _text)


def counted(minimum: int) -> Type:
    """An integer, or a formula of the number of steps, such as ``$steps`` or ``5 *
    $steps_per_epoch``, which stays a text.
    """
    inner = COUNT if minimum == 0 else POSITIVE
    words = f"{inner.words}, or a formula such as `$steps` or `5 * $steps_per_epoch`"
    expects = inner.expects

    def accept(value: Any) -> Any:
        if not isinstance(value, str) or not is_expression(value):
            try:
                return inner.accept(value)
            except Refused as refused:
                raise Refused(words, expects, help=refused.help) from None
        try:
            names = [name.text for name in parse(value).names]
        except ExpressionError as error:
            raise Refused(words, expects, help=str(error)) from None
        for name in names:
            if name not in Steps._fields:
                has = f"it may use {listed_names([f'${one}' for one in Steps._fields])}"
                near = did_you_mean(name, Steps._fields, "`${}`")
                raise Refused(words, expects, help=near or has)
        return value

    formula = {"type": "string", "pattern": "[$]"}
    return Type(words, expects, {"anyOf": [inner.schema, formula]}, accept)


def _arguments(**types: Type) -> Arguments:
    return {name: Argument(Leaf(type)) for name, type in types.items()}


def _needed(**types: Type) -> Arguments:
    return {name: Argument(Leaf(type), required=True) for name, type in types.items()}


STEPS, STEPS_OR_NONE = counted(1), counted(0)

SCHEDULES: dict[str, Arguments] = {
    "CosineDecay": {
        **_needed(initial_learning_rate=EPSILON, decay_steps=STEPS),
        **_arguments(alpha=SHARE, warmup_target=optional(ABOVE_0), warmup_steps=STEPS_OR_NONE),
    },
    "CosineDecayRestarts": {
        **_needed(initial_learning_rate=ABOVE_0, first_decay_steps=STEPS),
        **_arguments(t_mul=ABOVE_0, m_mul=ABOVE_0, alpha=SHARE),
    },
    "ExponentialDecay": {
        **_needed(initial_learning_rate=ABOVE_0, decay_steps=STEPS, decay_rate=ABOVE_0),
        **_arguments(staircase=FLAG),
    },
    "InverseTimeDecay": {
        **_needed(initial_learning_rate=ABOVE_0, decay_steps=STEPS, decay_rate=EPSILON),
        **_arguments(staircase=FLAG),
    },
    "PiecewiseConstantDecay": _needed(
        boundaries=sequence("a list of steps", STEPS_OR_NONE, 1),
        values=sequence("a list of learning rates, one more than boundaries", EPSILON, 2),
    ),
    "PolynomialDecay": {
        **_needed(initial_learning_rate=ABOVE_0, decay_steps=STEPS),
        **_arguments(end_learning_rate=EPSILON, power=ABOVE_0, cycle=FLAG),
    },
}

SCHEDULE = ClassOf("optimizers.schedules", "a schedule of the learning rate", SCHEDULES)

LEARNING_RATE = OneOf(
    "a positive number, or a schedule such as `{CosineDecay: {...}}`",
    (
        Case(is_mapping, SCHEDULE),
        Case(lambda value: isinstance(value.data, str), SCHEDULE),
        Case(lambda value: isinstance(value.data, int | float), Leaf(EPSILON)),
    ),
)

_EVERY_OPTIMIZER: Arguments = {
    "learning_rate": Argument(LEARNING_RATE),
    **_arguments(
        weight_decay=optional(EPSILON),
        clipnorm=optional(ABOVE_0),
        clipvalue=optional(ABOVE_0),
        global_clipnorm=optional(ABOVE_0),
        use_ema=FLAG,
        ema_momentum=SHARE,
        ema_overwrite_frequency=optional(POSITIVE),
        loss_scale_factor=optional(ABOVE_0),
        gradient_accumulation_steps=optional(
            number("an integer of at least 2", 2), "no accumulation"
        ),
    ),
}
_BETAS = {"beta_1": RATE, "beta_2": RATE, "epsilon": EPSILON}


def _optimizer(**types: Type) -> Arguments:
    return {**_EVERY_OPTIMIZER, **_arguments(**types)}


OPTIMIZERS: dict[str, Arguments] = {
    "SGD": _optimizer(momentum=SHARE, nesterov=FLAG),
    "Adam": _optimizer(**_BETAS, amsgrad=FLAG),
    "AdamW": _optimizer(**_BETAS, amsgrad=FLAG),
    "RMSprop": _optimizer(rho=SHARE, momentum=SHARE, epsilon=EPSILON, centered=FLAG),
    "Adadelta": _optimizer(rho=SHARE, epsilon=EPSILON),
    "Adafactor": _optimizer(
        beta_2_decay=NUMBER,
        epsilon_1=EPSILON,
        epsilon_2=EPSILON,
        clip_threshold=ABOVE_0,
        relative_step=FLAG,
    ),
    "Adagrad": _optimizer(initial_accumulator_value=EPSILON, epsilon=EPSILON),
    "Adamax": _optimizer(**_BETAS),
    "Ftrl": _optimizer(
        learning_rate_power=number("a number of at most 0", maximum=0),
        initial_accumulator_value=EPSILON,
        l1_regularization_strength=EPSILON,
        l2_regularization_strength=EPSILON,
        l2_shrinkage_regularization_strength=EPSILON,
        beta=EPSILON,
    ),
    "Lamb": _optimizer(**_BETAS),
    "Lion": _optimizer(beta_1=number("a number above 0, up to 1", maximum=1, above=0), beta_2=RATE),
    "Nadam": _optimizer(**_BETAS),
}

OPTIMIZER = ClassOf(
    "optimizers",
    "an optimizer",
    OPTIMIZERS,
    {"LossScaleOptimizer": "`precision: mixed_float16` scales the loss by itself"},
)

_REDUCTION = {"reduction": choice("sum", "sum_over_batch_size", "mean_with_sample_weight")}
_AXIS = {"axis": INTEGER}
_CLASSES = {"from_logits": FLAG}
_SMOOTH = {"label_smoothing": SHARE}


def _loss(**types: Type) -> Arguments:
    return _arguments(**types, **_REDUCTION)


LOSSES: dict[str, Arguments] = {
    "SparseCategoricalCrossentropy": _loss(
        **_CLASSES, ignore_class=optional(INTEGER, "none"), **_AXIS
    ),
    "CategoricalCrossentropy": _loss(**_CLASSES, **_SMOOTH, **_AXIS),
    "BinaryCrossentropy": _loss(**_CLASSES, **_SMOOTH, **_AXIS),
    "CategoricalFocalCrossentropy": _loss(
        alpha=SHARE, gamma=EPSILON, **_CLASSES, **_SMOOTH, **_AXIS
    ),
    "BinaryFocalCrossentropy": _loss(
        apply_class_balancing=FLAG, alpha=SHARE, gamma=EPSILON, **_CLASSES, **_SMOOTH, **_AXIS
    ),
    "CategoricalHinge": _loss(),
    "CosineSimilarity": _loss(**_AXIS),
    "Hinge": _loss(),
    "Huber": _loss(delta=ABOVE_0),
    "KLDivergence": _loss(),
    "LogCosh": _loss(),
    "MeanAbsoluteError": _loss(),
    "MeanAbsolutePercentageError": _loss(),
    "MeanSquaredError": _loss(),
    "MeanSquaredLogarithmicError": _loss(),
    "Poisson": _loss(),
    "SquaredHinge": _loss(),
}

LOSS = ClassOf("losses", "a loss", LOSSES)

_THRESHOLD = {"threshold": SHARE}
_THRESHOLDS = {
    "thresholds": optional(
        either("a number from 0 to 1, or a list of them", SHARE, sequence("a list", SHARE, 1))
    )
}
_AT = {"num_thresholds": POSITIVE, "class_id": optional(COUNT)}
_RETRIEVED = {**_THRESHOLDS, "top_k": optional(POSITIVE), "class_id": optional(COUNT)}
_AVERAGE = {"average": optional(choice("micro", "macro", "weighted"))}

METRICS: dict[str, Arguments] = {
    "SparseCategoricalAccuracy": {},
    "CategoricalAccuracy": {},
    "BinaryAccuracy": _arguments(**_THRESHOLD),
    "SparseTopKCategoricalAccuracy": _arguments(k=POSITIVE),
    "TopKCategoricalAccuracy": _arguments(k=POSITIVE),
    "AUC": _arguments(
        num_thresholds=number("an integer above 1", 2),
        curve=choice("ROC", "PR"),
        summation_method=choice("interpolation", "minoring", "majoring"),
        multi_label=FLAG,
        num_labels=optional(POSITIVE),
        **_CLASSES,
    ),
    "BinaryCrossentropy": _arguments(**_CLASSES, **_SMOOTH),
    "CategoricalCrossentropy": _arguments(**_CLASSES, **_SMOOTH, **_AXIS),
    "SparseCategoricalCrossentropy": _arguments(
        **_CLASSES, ignore_class=optional(INTEGER), **_AXIS
    ),
    "CategoricalHinge": {},
    "CosineSimilarity": _arguments(**_AXIS),
    "F1Score": _arguments(**_AVERAGE, threshold=optional(SHARE)),
    "FBetaScore": _arguments(**_AVERAGE, beta=ABOVE_0, threshold=optional(SHARE)),
    "FalseNegatives": _arguments(**_THRESHOLDS),
    "FalsePositives": _arguments(**_THRESHOLDS),
    "Hinge": {},
    "KLDivergence": {},
    "LogCoshError": {},
    "MeanAbsoluteError": {},
    "MeanAbsolutePercentageError": {},
    "MeanSquaredError": {},
    "MeanSquaredLogarithmicError": {},
    "Poisson": {},
    "Precision": _arguments(**_RETRIEVED),
    "PrecisionAtRecall": {**_needed(recall=SHARE), **_arguments(**_AT)},
    "R2Score": _arguments(
        class_aggregation=optional(choice("uniform_average", "variance_weighted_average")),
        num_regressors=COUNT,
    ),
    "Recall": _arguments(**_RETRIEVED),
    "RecallAtPrecision": {**_needed(precision=SHARE), **_arguments(**_AT)},
    "RootMeanSquaredError": {},
    "SensitivityAtSpecificity": {**_needed(specificity=SHARE), **_arguments(**_AT)},
    "SpecificityAtSensitivity": {**_needed(sensitivity=SHARE), **_arguments(**_AT)},
    "SquaredHinge": {},
    "TrueNegatives": _arguments(**_THRESHOLDS),
    "TruePositives": _arguments(**_THRESHOLDS),
}

METRIC = ClassOf(
    "metrics",
    "a metric",
    METRICS,
    {
        "Accuracy": (
            "it compares values for equality: `SparseCategoricalAccuracy` is for labels that are"
            " numbers of classes, `CategoricalAccuracy` for one number a class"
        )
    },
)

_MONITOR = {"monitor": TEXT, "mode": choice("auto", "min", "max")}

CALLBACKS: dict[str, Arguments] = {
    "EarlyStopping": _arguments(
        **_MONITOR,
        min_delta=NUMBER,
        patience=COUNT,
        baseline=optional(NUMBER),
        restore_best_weights=FLAG,
        start_from_epoch=COUNT,
    ),
    "ReduceLROnPlateau": _arguments(
        **_MONITOR, factor=RATE, patience=COUNT, min_delta=NUMBER, cooldown=COUNT, min_lr=EPSILON
    ),
}

CALLBACK = ClassOf(
    "callbacks",
    "a callback of a recipe",
    CALLBACKS,
    {
        "ModelCheckpoint": "`checkpoint: {every: epoch, best: val_loss}` keeps the best weights",
        "BackupAndRestore": "a run is saved at every epoch, and the same command goes on",
        "CSVLogger": "every run writes log.csv",
        "TensorBoard": "write `outputs: [tensorboard]`",
        "TerminateOnNaN": "a loss that is not a number always ends a run, with exit code 3",
        "LearningRateScheduler": "give the optimizer's `learning_rate` a schedule",
        "ProgbarLogger": "`archspec train` shows its progress",
    },
)

_RANGE = sequence("a list of two numbers", NUMBER, 2, 2)
_FACTOR = either("a number, or a list of two", NUMBER, _RANGE)
_VALUES = {"value_range": _RANGE, "seed": SEED}
_FILL = {
    "fill_mode": choice("constant", "reflect", "wrap", "nearest"),
    "fill_value": NUMBER,
    "interpolation": choice("nearest", "bilinear"),
    "seed": SEED,
}
_ONE_FACTOR = {**_needed(factor=_FACTOR), **_arguments(**_VALUES)}

AUGMENTATIONS: dict[str, Arguments] = {
    "RandomFlip": _arguments(
        mode=choice("horizontal", "vertical", "horizontal_and_vertical"), seed=SEED
    ),
    "RandomRotation": {**_needed(factor=_FACTOR), **_arguments(**_FILL)},
    "RandomTranslation": {
        **_needed(height_factor=_FACTOR, width_factor=_FACTOR),
        **_arguments(**_FILL),
    },
    "RandomZoom": {
        **_needed(height_factor=_FACTOR),
        **_arguments(width_factor=optional(_FACTOR), **_FILL),
    },
    "RandomShear": _arguments(x_factor=_FACTOR, y_factor=_FACTOR, **_FILL),
    "RandomCrop": {**_needed(height=POSITIVE, width=POSITIVE), **_arguments(seed=SEED)},
    "RandomBrightness": _ONE_FACTOR,
    "RandomContrast": _ONE_FACTOR,
    "RandomHue": _ONE_FACTOR,
    "RandomSaturation": _ONE_FACTOR,
    "RandomSharpness": _ONE_FACTOR,
    "RandomColorDegeneration": _ONE_FACTOR,
    "RandomPosterization": _ONE_FACTOR,
    "RandomGrayscale": _arguments(factor=SHARE, seed=SEED),
    "RandomErasing": _arguments(
        factor=_FACTOR, scale=_FACTOR, fill_value=optional(NUMBER), **_VALUES
    ),
    "GaussianNoise": {**_needed(stddev=SHARE), **_arguments(seed=SEED)},
}

AUGMENTATION = ClassOf("layers", "an augmentation", AUGMENTATIONS)

FAMILIES = (OPTIMIZER, SCHEDULE, LOSS, METRIC, CALLBACK, AUGMENTATION)
"""Every table, for what goes over all of them."""
