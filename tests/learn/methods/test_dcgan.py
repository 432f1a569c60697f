import pytest

from ganvas.learn import recipe as recipes
from ganvas.learn.training import loop
from ganvas.learn.training.run import Run
from tests.learn.conftest import make_tiny_recipe


@pytest.mark.parametrize("size", [28, 64, 128])
def test_dcgan_trains_both_networks_at_each_size(size, domains, tmp_path):
    sizes = [f"data.crop={size}", f"options.generator.size={size}", f"options.adversary.discriminator.size={size}"]
    channels = ["options.generator.channels=4", "options.adversary.discriminator.channels=4"]
    recipe = recipes.override_settings(make_tiny_recipe("dcgan", domains, 2), sizes + channels)
    batch_at = loop.make_batch_function(recipe)
    fresh = loop.create_method(recipe, batch_at).state_dict()
    method = loop.start_training(recipe, tmp_path / "run")
    assert method.generate(batch_at(0)).shape == (2, 3, size, size)
    (sheet,) = Run(tmp_path / "run").samples_folder.glob("*.jpg")
    assert sheet.stat().st_size > 0
    now = method.state_dict()
    for network in (
        (now["maker"]["live"], fresh["maker"]["live"]),
        (now["adversary"]["network"], fresh["adversary"]["network"]),
    ):
        assert any((network[0][name] != network[1][name]).any() for name in network[0] if name.endswith("weight"))
