"""The network that the judge sees with is the published one: it knows things by their names, and patches add up."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganvas.judge import efficientnet
from ganvas.judge.content_scores import COMPARED_STAGES, compute_stage_size
from ganvas.judge.features import load_picture, prepare_network_input

IMAGENET_CLASSES = {  # file, class of ImageNet
    "cid22_146083": 105,  # koala
    "cid22_3616956": 933,  # cheeseburger
    "cid22_4215100": 970,  # alp
    "es_mountain8": 970,
    "es_beach8-sfiera": 976,  # promontory
    "budgie_roman-colosseum": 538,  # dome
}


@pytest.mark.parametrize("name", IMAGENET_CLASSES)
def test_it_knows_what_is_in_a_photo(data_sets: Path, name: str):
    picture = Image.fromarray(load_picture(data_sets / "photos" / f"{name}.jpg"))
    short = min(picture.size)
    left, top = (picture.width - short) // 2, (picture.height - short) // 2
    middle = picture.crop((left, top, left + short, top + short)).resize((224, 224), Image.Resampling.BICUBIC)
    scores = efficientnet.open_classifier()(prepare_network_input(np.asarray(middle)[None]))
    assert scores.shape == (1, 1000)
    assert scores.argmax() == IMAGENET_CLASSES[name]


def test_what_stages_see_lies_side_by_side():
    x = np.random.default_rng(1).uniform(-1, 1, (2, 3, 97, 130)).astype(np.float32)
    whole = efficientnet.open_stage_network(COMPARED_STAGES)(x)
    apart = [efficientnet.open_stage_network((stage,))(x) for stage in COMPARED_STAGES]
    np.testing.assert_allclose(whole, np.concatenate(apart, axis=1), atol=1e-5)
    for stage, flat in zip(COMPARED_STAGES, apart, strict=True):
        height, width = compute_stage_size((97, 130), stage)
        assert flat.shape == (2, efficientnet.STAGES[stage - 1][3] * height * width)


def test_a_batch_is_seen_as_its_pictures_are():
    x = np.random.default_rng(1).uniform(-1, 1, (3, 3, 224, 224)).astype(np.float32)
    together = efficientnet.open_feature_network()(x)
    assert together.shape == (3, efficientnet.FEATURE_COUNT)
    np.testing.assert_allclose(together[1:2], efficientnet.open_feature_network()(x[1:2]), atol=1e-4)
