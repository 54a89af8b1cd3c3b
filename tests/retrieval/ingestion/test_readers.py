from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from retrieval.errors import ArticleRejected
from retrieval.ingestion.readers import iter_paths, read_article

TEXT = "Flood cuts off towns\r\n\r\nThe river rose – by 2 m.\r\n"


def write(path: Path, content: bytes | str = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_folders_globs_and_files_come_once_and_sorted(tmp_path: Path) -> None:
    b, a = write(tmp_path / "b.txt"), write(tmp_path / "a.md")
    deep = write(tmp_path / "sub/deep/c.TEXT")
    write(tmp_path / "image.png")
    write(tmp_path / ".hidden/x.txt")
    assert list(iter_paths([tmp_path])) == [a, b, deep]
    assert list(iter_paths([b, str(tmp_path / "*.txt"), str(tmp_path), "-", "-"])) == [b, a, deep, "-"]
    assert list(iter_paths([str(tmp_path / "**/*.TEXT")])) == [deep]


@pytest.mark.parametrize(
    ("name", "reason"), [("gone.txt", "no such file"), ("*.none", "no file matches"), ("empty", "holds no article")]
)
def test_a_path_without_articles_is_rejected_by_name(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "empty").mkdir()
    (found,) = iter_paths([str(tmp_path / name)])
    with pytest.raises(ArticleRejected, match=reason) as raised:
        read_article(found)
    assert str(tmp_path / name) in str(raised.value)


def test_text_is_kept_unchanged_but_for_the_byte_order_mark(tmp_path: Path) -> None:
    path = write(tmp_path / "a b.txt", "\ufeff" + TEXT)
    article = read_article(path)
    assert article.text == TEXT
    assert article.url == path.resolve().as_uri()
    assert article.published_at is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0", "binary"),
        (b"\x01\x02\x03\x04 text", "binary"),
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\t\xc2\xa0", "empty"),
        ("Señor".encode("latin-1"), r"byte 2 is 0xf1.*iconv"),
        ("Flood".encode("utf-16"), r"UTF-16.*iconv"),
        (b"x" * 1001, "1,001 bytes are over the limit of 1,000"),
        (b"<!DOCTYPE html><html></html>", "HTML"),
    ],
    ids=["nul", "controls", "empty", "blank", "latin-1", "utf-16", "large", "html"],
)
def test_a_bad_file_is_rejected_with_name_reason_and_remedy(tmp_path: Path, content: bytes, reason: str) -> None:
    path = write(tmp_path / "bad.txt", content)
    with pytest.raises(ArticleRejected, match=reason) as raised:
        read_article(path, max_bytes=1000)
    assert str(path) in str(raised.value)
    assert ";" in str(raised.value)


def test_a_large_file_is_rejected_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000_000)  # sparse: reading it would fill the memory
    with pytest.raises(ArticleRejected, match="over the limit"):
        read_article(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_rejected(tmp_path: Path) -> None:
    path = write(tmp_path / "secret.txt")
    path.chmod(0)
    with pytest.raises(ArticleRejected, match="permissions"):
        read_article(path)


def test_a_pipe_and_other_formats_are_rejected(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(ArticleRejected, match="regular file"):
        read_article(tmp_path / "pipe.txt")
    with pytest.raises(ArticleRejected, match=r"\.pdf files are not read"):
        read_article(write(tmp_path / "a.pdf"))
    with pytest.raises(ArticleRejected, match="cannot be read"):
        read_article(next(p for p in iter_paths(["a\0b.txt"]) if isinstance(p, Path)))


def test_standard_input_has_no_url_and_a_limit() -> None:
    assert read_article("-", stdin=io.BytesIO(TEXT.encode())).url is None
    with pytest.raises(ArticleRejected, match=r"<stdin>.*limit"):
        read_article("-", stdin=io.BytesIO(b"x" * 11), max_bytes=10)


def test_front_matter_gives_fields_and_the_text_stays_whole(tmp_path: Path) -> None:
    text = (
        '---\ntitle: "Flood: cuts off towns"\ndate: 2021-03-03\nsource: Valley News\n'
        "authors:\n  - Jane Doe\n  - Omar Haddad\nurl: https://news.example/flood\nlanguage: fr\n---\n\nThe river rose."
    )
    article = read_article(write(tmp_path / "a.md", text))
    assert article.text == text
    assert (article.title, article.published_at, article.publisher) == (
        "Flood: cuts off towns",
        "2021-03-03",
        "Valley News",
    )
    assert (article.authors, article.url, article.language) == (
        ("Jane Doe", "Omar Haddad"),
        "https://news.example/flood",
        "fr",
    )


@pytest.mark.parametrize("text", ["---\n\nNot front matter\n---\n", "--- a title\nx: y\n---\n", "---\nkey: value\nno end"])
def test_other_rules_are_no_front_matter(tmp_path: Path, text: str) -> None:
    assert read_article(write(tmp_path / "a.md", text)).title is None
