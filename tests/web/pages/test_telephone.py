"""The telephone's page, as it comes from the server; tests/browser/phone/ talks through it."""


async def test_without_scripts_it_names_the_number_to_ring(browser):
    page = await browser.get("/telephone")
    assert page.status == 200
    assert "switched off in your browser. Ring +1 415-555-0100 instead." in page.text
