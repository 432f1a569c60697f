import pytest

from ganvas.errors import BadRecipe
from ganvas.learn import recipe as recipes
from tests.learn.conftest import make_tiny_recipe


def test_a_saved_recipe_is_read_back_as_it_was(method, domains, tmp_path):
    recipe = make_tiny_recipe(method, domains)
    recipes.save_recipe(recipe, tmp_path / "recipe.toml")
    assert recipes.load_recipe(tmp_path / "recipe.toml") == recipe


def test_an_unknown_key_names_the_known_ones_at_any_depth(domains):
    plain = recipes.serialise_recipe(make_tiny_recipe("house", domains))
    plain["options"]["generator"]["colour"] = 3
    with pytest.raises(BadRecipe, match=r"options.generator has no setting 'colour'.*blocks, cells, channels"):
        recipes.build_recipe(plain)


def test_an_unknown_method_names_the_known_ones():
    with pytest.raises(BadRecipe, match=r"no method 'hause'.*house"):
        recipes.build_recipe({"name": "x", "method": "hause"})


def test_a_value_of_the_wrong_kind_is_named_with_its_place(domains):
    with pytest.raises(BadRecipe, match=r"recipe\.schedule\.steps.*'many'"):
        recipes.override_settings(make_tiny_recipe("house", domains), ["schedule.steps=many"])


def test_an_unknown_objective_names_the_known_ones(domains):
    with pytest.raises(BadRecipe, match=r"objective.*'hinge'.*'hings'"):
        recipes.override_settings(make_tiny_recipe("house", domains), ["options.objective=hings"])


def test_a_recipe_without_data_says_so():
    with pytest.raises(BadRecipe, match=r"recipe\.data"):
        recipes.build_recipe({"name": "x"})


def test_text_numbers_and_lists_can_be_set(domains):
    changed = recipes.override_settings(
        make_tiny_recipe("house", domains), ["name=other", "options.content=0.5", 'options.layers=["2_2"]']
    )
    assert (changed.name, changed.options.content, changed.options.layers) == ("other", 0.5, ("2_2",))


def test_a_setting_without_an_equals_sign_is_refused(domains):
    with pytest.raises(BadRecipe, match=r"no equals sign"):
        recipes.override_settings(make_tiny_recipe("house", domains), ["options.content"])


def test_a_path_through_a_value_is_refused(domains):
    with pytest.raises(BadRecipe, match=r"name"):
        recipes.override_settings(make_tiny_recipe("house", domains), ["name.first=x"])


def test_a_missing_file_and_a_broken_one_are_explained(tmp_path):
    with pytest.raises(BadRecipe, match=r"no recipe"):
        recipes.load_recipe(tmp_path / "none.toml")
    (tmp_path / "broken.toml").write_text("a = = 3")
    with pytest.raises(BadRecipe, match=r"is not TOML"):
        recipes.load_recipe(tmp_path / "broken.toml")


def test_another_method_starts_from_its_own_options(domains):
    changed = recipes.override_settings(make_tiny_recipe("house", domains), ["method=house", "schedule.steps=9"])
    assert changed.schedule.steps == 9 and changed.options.width == 4


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_recipe_is_read_as_editors_save_it(encoding, domains, tmp_path):
    recipe = recipes.override_settings(make_tiny_recipe("house", domains), ['about.title.zh="莫奈"'])
    recipes.save_recipe(recipe, tmp_path / "recipe.toml")
    text = (tmp_path / "recipe.toml").read_text(encoding="utf-8").replace("\n", "\r\n")
    (tmp_path / "saved.toml").write_bytes(text.encode(encoding))
    assert recipes.load_recipe(tmp_path / "saved.toml") == recipe


def test_a_recipe_in_another_encoding_is_refused_with_what_would_be_right(tmp_path):
    (tmp_path / "recipe.toml").write_bytes('name = "莫奈"'.encode("gbk"))
    with pytest.raises(BadRecipe, match=r"recipe\.toml is neither UTF-8 nor UTF-16\. Save"):
        recipes.load_recipe(tmp_path / "recipe.toml")


def test_a_folder_is_no_recipe(tmp_path):
    with pytest.raises(BadRecipe, match=r"cannot be read: Is a directory"):
        recipes.load_recipe(tmp_path)
