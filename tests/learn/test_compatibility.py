import pytest

from ganvas.errors import BadRecipe
from ganvas.learn import recipe as recipes
from ganvas.learn.compatibility import INCOMPATIBILITY_REASONS
from ganvas.learn.methods import METHODS
from ganvas.learn.nets.factory import DISCRIMINATORS, GENERATORS
from tests.learn.conftest import make_tiny_recipe

CONFLICTS = [
    ("cut", "options.generator.network=unet", "nothing to contrast"),
    ("pix2pix", "options.generator.network=dcgan", "it takes noise"),
    ("cyclegan", "options.adversary.discriminator.network=dcgan", "photos come in any"),
    ("dcgan", "options.generator.network=resnet9", "it takes photos"),
    ("dcgan", "options.adversary.discriminator.network=patch70", "larger than the pictures"),
    ("dcgan", "options.generator.size=64", "Set both alike"),
    ("dcgan", "options.adversary.objective=wgan-gp", "batch norm mixes them"),
    ("pix2pix", "options.generator.depth=6", "multiple of 64"),
    ("pix2pix", "data.pairs=none", "learns from pairs"),
    ("cut", "data.pairs=names", "does not use that pictures are pairs"),
    ("cut", 'data.source=""', "needs a folder of photos"),
    ("cut", "options.descent.accumulate=3", "divisors of data.batch"),
    ("cut", "options.adversary.smoothing=0.9", "Smoothing goes from 0"),
    ("cut", "options.adversary.aim=0.6", "nothing to steer"),
    ("cyclegan", "options.adversary.discriminator.network=multi-scale", "too small for multi-scale"),
    ("dcgan", "data.target_part=[0.5,0,0.2,1]", "edges from 0 to 1"),
    ("pix2pix", "data.target_part=[0,0,1,0.5]", "not for them"),
    ("pix2pix", "data.target_enlarge=2", "Of pairs all are learnt"),
    ("pix2pix", "data.target_only=['a*']", "Of pairs all are learnt"),
    ("pix2pix", "data.hints={dabs=0.6,painted=0.6}", "at most 1 together"),
    ("house", "data.hints={dabs=0.5}", "there are no pairs"),
    ("house", "options.generator={cells=true,skips=true}", "no way up"),
    ("house", "options={generator={cells=true},texture=true}", "a texture could be laid"),
    ("house", "options.generator={cells=true,fine=1}", "fine blocks"),
    ("house-pairs", "options.generator.local={cells=true,skips=true}", "no way up"),
    ("house-pairs", "options.generator.local={spread=4,blocks=0}", "the block after it"),
    ("house", "options.strokes={spacing=[8.0]}", "one spacing, length, width and detail"),
    (
        "house",
        "options={generator={skips=true},strokes={spacing=[8.0],length=[9.0],width=[3.0],detail=[0.0]}}",
        "With strokes the generator has no skips",
    ),
    ("house", "data.unpaired={source='somewhere'}", "there are none"),
    ("house-pairs", "data.hints={dabs=1,turned=2}", "shares from 0 to 1"),
    ("house-pairs", "options.even=1.5", "from 0 to 1"),
    ("house", "about.canvas=32", "about.canvas is 32 pixels"),
    ("house", "about.drawing=8", "about.drawing is 8 pixels"),
    ("house", "options={rehearse=2,adversary={pool=5}}", "cannot be rehearsed"),
    ("house", "options={rehearse=-1}", "judged again"),
    ("house", "options.layers=['/@1_2']", "no layer '/@1_2'"),
]


@pytest.mark.parametrize(("method", "setting", "reason"), CONFLICTS)
def test_what_does_not_fit_is_refused_with_the_reason(method, setting, reason, domains):
    with pytest.raises(BadRecipe, match=reason):
        recipes.override_settings(make_tiny_recipe(method, domains), [setting])


def test_smoothing_is_refused_where_there_are_no_labels(domains):
    with pytest.raises(BadRecipe, match=r"no labels"):
        recipes.override_settings(
            make_tiny_recipe("cut", domains), ["options.adversary.objective=hinge", "options.adversary.smoothing=0.1"]
        )


@pytest.mark.parametrize("name", [name for name in METHODS if name != "house"])
def test_every_network_either_goes_with_a_method_or_has_a_reason_not_to(name):
    method, family = METHODS[name], "cut" if name == "fastcut" else name
    for part, known, all_of_them in (
        ("generator", method.supported_generators, GENERATORS),
        ("discriminator", method.supported_discriminators, DISCRIMINATORS),
    ):
        left_out = set(all_of_them) - set(known)
        assert not [
            network for network in left_out if not {(family, network), (part, network)} & set(INCOMPATIBILITY_REASONS)
        ]


def test_an_unknown_name_lists_the_known_ones(domains):
    with pytest.raises(BadRecipe, match=r"objective.*'vanilla', 'least-squares', 'hinge' or 'wgan-gp'"):
        recipes.override_settings(make_tiny_recipe("cut", domains), ["options.adversary.objective=magic"])


def test_naming_one_setting_of_a_table_keeps_the_methods_others():
    given = {"generator": {"channels": 8}}
    data = {"target": "art", "crop": 64}
    recipe = recipes.build_recipe({"name": "x", "method": "dcgan", "data": data, "options": given})
    assert (recipe.options.generator.network, recipe.options.generator.norm) == ("dcgan", "batch")
    assert recipe.options.generator.channels == 8


def test_the_recipes_of_the_methods_fit():
    from tests.house import ROOT

    found = [recipes.load_recipe(path) for path in (ROOT / "recipes" / "methods").glob("*.toml")]
    assert {recipe.method for recipe in found} == set(METHODS)
