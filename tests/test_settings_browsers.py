"""Origins of pages: spelled as browsers spell them, and every one that is wrong is named."""

import pytest

from chunk_service.settings.browsers import parse_origins


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("", set()),
        ("*", {"*"}),
        ("https://app.example.com", {"https://app.example.com"}),
        ("HTTPS://App.Example.COM:443", {"https://app.example.com"}),
        (
            "http://localhost:80, http://localhost:3000",
            {"http://localhost", "http://localhost:3000"},
        ),
        ("https://a:80 http://a:443", {"https://a:80", "http://a:443"}),
        ("http://[::1]:5173\nhttp://127.0.0.1", {"http://[::1]:5173", "http://127.0.0.1"}),
        ("capacitor://localhost", {"capacitor://localhost"}),
    ],
)
def test_origins_are_spelled_as_a_browser_sends_them(text: str, origins: set[str]) -> None:
    assert parse_origins(text) == origins
    assert parse_origins(parse_origins(text)) == origins


@pytest.mark.parametrize(
    "wrong",
    [
        "app.example.com",
        "https://app.example.com/",
        "https://app.example.com/path",
        "https://app.example.com?x",
        "https://user@app.example.com",
        "https://*.example.com",
        "https://bücher.example",
        "https://a:0",
        "https://a:65536",
        "https://a:",
        "https://",
        "null",
        "file://",
    ],
)
def test_what_is_no_origin_is_refused_and_not_repeated(wrong: str) -> None:
    with pytest.raises(ValueError, match="entry 2: expected scheme://host") as caught:
        parse_origins(f"https://good.example {wrong}")
    assert wrong not in str(caught.value).split()


def test_all_that_are_wrong_are_named_and_a_star_stands_alone() -> None:
    with pytest.raises(ValueError, match="entry 1, 3: "):
        parse_origins("a, https://b, *")
