"""A cookie of somebody else's does not hide ours."""

from ganvas.web.guards.access import read_login_cookie


def test_a_foreign_cookie_before_ours_is_tolerated():
    assert read_login_cookie('prefs={"a":1}; ganvas=1.abc') == "1.abc"
