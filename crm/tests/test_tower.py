import tomllib

from django.conf import settings


def test_every_module_of_the_top_floor_stands_in_the_contract():
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    listed = {name.strip() for layer in layers for name in layer.split("|")}
    found = {
        f"crm.{path.stem}"
        for path in (settings.BASE_DIR / "crm").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert found - {"crm.__init__"} - listed == set()


def test_apps_stand_on_their_own_floors_in_the_order_of_the_tower():
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    floors = ["lifecycle", "satisfaction", "complaints", "customers", "crm.accounts"]
    places = [layers.index(floor) for floor in floors]
    assert places == sorted(places)
