import os

import pytest

from embedded.environment_file import read_environment_file


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a file, read it, and return what this process knows then."""

    def write_and_read(text):
        monkeypatch.setattr(os, "environ", {"ALREADY": "here"})
        monkeypatch.setattr("environ.Env.ENVIRON", os.environ)
        file = tmp_path / "nitro.env"
        file.write_text(text, encoding="utf-8")
        read_environment_file(file)
        return dict(os.environ)

    return write_and_read


def test_values_are_taken_as_they_stand(write):
    known = write("# comment\n\nexport A=$5#7 %(x)s\nB='two words'\nC=postgresql://a:b=c@h/d\nALREADY=else\n")

    assert known == {"A": "$5#7 %(x)s", "B": "two words", "C": "postgresql://a:b=c@h/d", "ALREADY": "here"}


@pytest.mark.parametrize("line", ["SECRET_KEY: abc", "SECRET_KEY = abc", " SECRET_KEY=abc", "abc"])
def test_a_line_that_says_nothing_ends_the_process_without_repeating_it(write, line):
    with pytest.raises(SystemExit, match=r"Line 2 of .*nitro\.env") as raised:
        write(f"DEBUG=false\n{line}\n")

    assert "abc" not in str(raised.value)


def test_a_file_that_is_not_there_ends_the_process(tmp_path):
    with pytest.raises(SystemExit, match="cannot be read"):
        read_environment_file(tmp_path / "nitro.env")
