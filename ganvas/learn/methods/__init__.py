"""The methods, by name: one file a method, one line here."""

from ganvas.learn.methods.cut import CutMethod, FastCutMethod
from ganvas.learn.methods.cyclegan import CycleGanMethod
from ganvas.learn.methods.dcgan import DcganMethod
from ganvas.learn.methods.house import HouseMethod
from ganvas.learn.methods.house_pairs import HousePairsMethod
from ganvas.learn.methods.pix2pix import Pix2PixMethod
from ganvas.learn.methods.protocol import Method

METHODS: dict[str, type[Method]] = {
    "house": HouseMethod,
    "house-pairs": HousePairsMethod,
    "dcgan": DcganMethod,
    "pix2pix": Pix2PixMethod,
    "cyclegan": CycleGanMethod,
    "cut": CutMethod,
    "fastcut": FastCutMethod,
}
