import pytest
from django.core.files.base import ContentFile

from core.storage import StaticFilesStorage


def collect(tmp_path, **files):
    """Post-process files as collectstatic does; return the storage and what went wrong."""
    storage = StaticFilesStorage(location=str(tmp_path), base_url="/static/")
    paths = {}
    for name, content in files.items():
        path = name.replace("_", ".")
        storage.save(path, ContentFile(content))
        paths[path] = (storage, path)
    results = list(storage.post_process(paths))
    return storage, [done for _, _, done in results if isinstance(done, Exception)]


def test_files_get_the_hash_of_their_content_in_their_name(tmp_path):
    storage, errors = collect(tmp_path, a_css="b { background: url(i.svg) }", i_svg="<svg/>")

    assert errors == []
    assert storage.url("a.css") != "/static/a.css"
    assert storage.stored_name("i.svg") in (tmp_path / storage.stored_name("a.css")).read_text()


def test_a_package_may_name_a_source_map_that_it_does_not_ship(tmp_path):
    css, js = "b{}\n/*# sourceMappingURL=a.css.map */", "1\n//# sourceMappingURL=b.js.map"

    assert collect(tmp_path, a_css=css, b_js=js)[1] == []


def test_a_file_that_is_missing_inside_a_stylesheet_is_an_error(tmp_path):
    _, errors = collect(tmp_path, a_css="b { background: url(nowhere.svg) }")

    assert "nowhere.svg" in str(errors[0])


def test_a_file_that_was_not_collected_yet_is_linked_by_its_own_name(tmp_path):
    storage = StaticFilesStorage(location=str(tmp_path), base_url="/static/")

    assert storage.url("core/nitro.css") == "/static/core/nitro.css"


def test_a_file_that_does_not_exist_is_an_error(tmp_path):
    storage = StaticFilesStorage(location=str(tmp_path), base_url="/static/")

    with pytest.raises(ValueError, match=r"nitro\.sss"):
        storage.url("core/nitro.sss")
