"""The review desk by keyboard: marked in the navigation, keys without script that never clash."""

import re

from tests.web.test_oversight import DEVELOPER, run

REVIEWER = "zhou.minxing"


def keys_of(page):
    """Return the access keys of a page, those of the narrow menu (the same as the wide one's) left out."""
    wide = re.sub(r'<details class="narrow">.*?</details>', "", page, flags=re.DOTALL)
    return re.findall(r'accesskey="([^"]*)"', wide)


def test_the_desk_and_what_belongs_to_it_are_marked_in_the_navigation(shared):
    async def walk():
        client = await shared.visitor(REVIEWER)
        for path in ("/reviews", "/releases/release-000001", "/submissions"):
            page = (await client.get("/console" + path)).text
            marked = re.findall(r'<a href="/console(/[^"]*)"[^>]*aria-current="page"', page)
            assert set(marked) == {"/submissions"}, path

    run(walk())


def test_keys_never_clash_and_lead_somewhere(shared):
    async def walk():
        client = await shared.visitor(REVIEWER)
        queue = (await client.get("/console/reviews")).text
        first = re.search(r'href="(/console/submissions/[^"]*)" accesskey="n"', queue)
        assert first, "nothing waits in the demo"
        assert "<kbd>N</kbd>" in queue
        for path in ("/console/reviews", first[1], "/console/submissions/submission-000001"):
            page = (await client.get(path)).text
            found = keys_of(page)
            assert len(found) == len(set(found)), path
            for target in re.findall(r'<nav class="jumps.*?</nav>', page, re.DOTALL):
                for name in re.findall(r'href="#([^"]*)"', target):
                    assert re.search(rf'<h2 id="{name}"[^>]*tabindex="-1"', page), name

    run(walk())


def test_an_author_has_no_keys_of_reviewers(shared):
    async def walk():
        author = await shared.visitor(DEVELOPER)
        page = (await author.get("/console/submissions/submission-000001")).text
        assert 'class="jumps' not in page
        assert "<kbd>V</kbd>" not in page

    run(walk())
