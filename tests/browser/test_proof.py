"""`mfa-setup test login`, with a person at a browser."""

import pytest
from playwright.sync_api import expect

from browser.site import Site
from browser.visitor import Visitor
from support.documents import document

pytestmark = pytest.mark.browser


def test_a_login_in_the_browser_is_proved(visitor: Visitor, site: Site) -> None:
    with site.start("test", "login", "--no-browser", "--add-callback") as process:
        assert process.stderr is not None
        address = next(line.strip() for line in process.stderr if line.startswith("http"))
        visitor.page.goto(address)
        visitor.sign_up()
        visitor.enroll()
        visitor.enter(visitor.code())
        expect(visitor.page.get_by_text("close this")).to_be_visible()
        out, err = process.communicate(timeout=30)

    assert process.returncode == 0, (out, err)
    proof = document(out)["outputs"]["proof"]
    assert proof["amr"] == ["mfa"]
    assert proof["factor"] == "sms"
    assert proof["phone"].endswith(visitor.phone[-4:])
