"""Walks through the console, each by the person whose work it is; every page is judged on the way."""


def test_an_operator_walks(visit):
    operator = visit("li.yuncheng")
    for path, picture in (
        ("/", "operator-home"),
        ("/agreements", "agreements"),
        ("/service-agreements/service-agreement-000001", "agreement"),
        ("/seats/seat-000002", "seat"),
        ("/applications", "applications"),
        ("/catalogue", "catalogue"),
        ("/accounts", "accounts"),
        ("/me", "me"),
    ):
        assert operator.go(path).status == 200, path
        operator.look(picture)
