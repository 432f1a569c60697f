import pytest

from ganvas.learn import loop
from ganvas.learn import recipe as recipes
from ganvas.learn.run import Run
from tests.learn.conftest import tiny


@pytest.mark.parametrize("size", [28, 64, 128])
def test_dcgan_trains_both_networks_at_each_size(size, domains, tmp_path):
    sizes = [f"data.crop={size}", f"options.generator.size={size}", f"options.adversary.discriminator.size={size}"]
    channels = ["options.generator.channels=4", "options.adversary.discriminator.channels=4"]
    recipe = recipes.change(tiny("dcgan", domains, 2), sizes + channels)
    batch_at = loop.pictured(recipe)
    fresh = loop.fresh(recipe, batch_at).state_dict()
    method = loop.train(recipe, tmp_path / "run")
    assert method.picture(batch_at(0)).shape == (2, 3, size, size)
    (sheet,) = Run(tmp_path / "run").samples.glob("*.jpg")
    assert sheet.stat().st_size > 0
    now = method.state_dict()
    for network in (
        (now["maker"]["live"], fresh["maker"]["live"]),
        (now["adversary"]["network"], fresh["adversary"]["network"]),
    ):
        assert any((network[0][name] != network[1][name]).any() for name in network[0] if name.endswith("weight"))
