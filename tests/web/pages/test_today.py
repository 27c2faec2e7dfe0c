"""The first page."""


async def test_an_empty_business_is_told_what_to_do(browser):
    page = await browser.get("/today")
    assert (page.status, "No calls yet. Ring +1 415-555-0100 and say hello." in page.text) == (200, True)
    assert "Nothing is booked today." in page.text


async def test_a_telephone_that_is_not_answered_says_why(browser):
    page = await browser.get("/today")
    assert "The telephone is not being answered. No voice is set up" in page.text
