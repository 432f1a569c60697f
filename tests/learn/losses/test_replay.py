"""What was judged of late, and is judged again."""

import torch

from ganvas.learn.losses.replay import ReplayBuffer


def make_maps(*values: float) -> dict[str, torch.Tensor]:
    """Two layers of as many crops."""
    crops = torch.tensor(values).view(-1, 1, 1, 1)
    return {"/1_2": crops.expand(-1, 2, 4, 4), "/3_3": -crops.expand(-1, 3, 2, 2)}


def read_crop_values(found: dict[str, torch.Tensor]) -> list[float]:
    """Whose maps these are; each layer says the same."""
    assert torch.equal(found["/1_2"][:, 0, 0, 0], -found["/3_3"][:, 0, 0, 0])
    return found["/1_2"][:, 0, 0, 0].tolist()


def test_the_new_come_first_and_some_of_the_last_behind_them():
    torch.manual_seed(1)
    rehearsal = ReplayBuffer(replayed=2, size=4)
    assert read_crop_values(rehearsal.extend_with_replay(make_maps(1, 2))) == [1, 2], "nothing is there yet"
    assert sorted(read_crop_values(rehearsal.extend_with_replay(make_maps(3, 4)))[2:]) == [1, 2]
    rehearsal.extend_with_replay(make_maps(5, 6))
    again = [one for _ in range(20) for one in read_crop_values(rehearsal.extend_with_replay(make_maps(7, 8)))[2:]]
    assert set(again) <= {3, 4, 5, 6, 7, 8}, "1 and 2 have made room"


def test_its_state_is_what_it_keeps():
    ours, theirs = ReplayBuffer(replayed=3, size=6), ReplayBuffer(replayed=3, size=6)
    for first in (1, 3, 5):
        ours.extend_with_replay(make_maps(first, first + 1))
    theirs.load_state_dict(ours.state_dict())
    for rehearsal in (ours, theirs):
        torch.manual_seed(2)
        rehearsal.said = read_crop_values(rehearsal.extend_with_replay(make_maps(9)))
    assert ours.said == theirs.said and len(ours.said) == 4
