"""Pages link to one sheet each; what is written in many files is in it, in its order, layers and media."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client, override_settings

from supportdesk import stylesheets

CSS = Path(__file__).resolve().parents[2] / "static" / "css"


@pytest.mark.parametrize("name", stylesheets.BUNDLES)
def test_a_bundle_is_whole_and_asks_for_nothing_else(name: str) -> None:
    found = finders.find(name)
    assert isinstance(found, str)
    text = Path(found).read_text(encoding="utf-8")
    assert text.startswith('@charset "UTF-8";')
    assert "@import" not in text
    assert "/*" not in text
    assert text.count("{") == text.count("}")
    assert finders.find(name, find_all=True) == [found]


def test_every_sheet_of_ours_is_in_a_bundle() -> None:
    bundles = "".join(stylesheets.bundle(source) for source in stylesheets.BUNDLES.values())
    for sheet in CSS.rglob("*.css"):
        last = re.sub(r"/\*.*?\*/|@import[^;]*;", "", sheet.read_text(), flags=re.DOTALL).strip().splitlines()[-1:]
        assert all(line in bundles for line in last), sheet


@pytest.fixture
def sheets(tmp_path: Path):
    stylesheets_of = tmp_path / "static"
    stylesheets_of.mkdir()
    with override_settings(STATICFILES_DIRS=[stylesheets_of]):
        finders.get_finder.cache_clear()
        yield stylesheets_of
    finders.get_finder.cache_clear()


def test_layers_and_media_of_an_import_stand_around_its_text(sheets: Path) -> None:
    (sheets / "in").mkdir()
    (sheets / "a.css").write_text('@layer x, y;\n@import url("in/b.css") layer(x) print;\np { top: 0; } /* gone */')
    (sheets / "in" / "b.css").write_text('@import url("c.css");\nq::before { content: "/* kept */"; }')
    (sheets / "in" / "c.css").write_text('@charset "UTF-8";b { top: 1px; }')
    assert stylesheets.bundle("a.css") == (
        "@layer x, y;\n@media print {\n@layer x {\nb { top: 1px; }\n"
        'q::before { content: "/* kept */"; }\n}\n}\np { top: 0; }\n'
    )


@pytest.mark.parametrize("text", ["p { background: url(x.svg); }", "@import 'b.css';", '@import "b.css" screen;'])
def test_what_would_lead_elsewhere_from_a_bundle_is_refused(sheets: Path, text: str) -> None:
    (sheets / "a.css").write_text(text)
    with pytest.raises(ValueError, match="cannot be followed"):
        stylesheets.bundle("a.css")
    (sheets / "a.css").write_text('@import url("lost.css");')
    with pytest.raises(FileNotFoundError):
        stylesheets.bundle("a.css")


def test_collecting_names_a_bundle_by_what_is_in_it(tmp_path: Path) -> None:
    manifest = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=manifest, SERVE_STATIC_FROM_SOURCE=False):
        call_command("collectstatic", interactive=False, verbosity=0)
    collected = sorted(path.name for path in (tmp_path / "css" / "all").glob("site.*.css*"))
    assert len(collected) == 2
    assert re.fullmatch(r"site\.[0-9a-f]{12}\.css", collected[0])
    assert collected[1] == f"{collected[0]}.gz"


@pytest.mark.django_db
def test_a_page_links_to_its_bundle_and_to_no_other_sheet() -> None:
    page = Client().get("/accounts/login/").content.decode()
    assert re.findall(r'<link rel="stylesheet" href="([^"]+)"', page) == ["/static/css/all/site.css"]
