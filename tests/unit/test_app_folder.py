"""What the files of an app tell: which config file it reads, under which names, and where it is reached."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from mfa_setup import appconfig
from mfa_setup.appconfig import ConfigFile
from mfa_setup.errors import InvalidValueError

PLACEHOLDERS = '{\n  "domain": "{DOMAIN}",\n  "clientId": "{CLIENT_ID}"\n}\n'


def package(*names: str, **scripts: str) -> str:
    """A `package.json` that needs some packages."""
    return json.dumps({"dependencies": dict.fromkeys(names, "*"), "scripts": scripts})


def put(folder: Path, files: Mapping[str, str]) -> Path:
    """A folder with some files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def found(folder: Path, write_config: str | None = None, *, environment: Mapping[str, str] | None = None) -> ConfigFile:
    """The config file of the app in a folder."""
    named = folder / write_config if write_config else None
    config = appconfig.locate(None if named else folder, named, environment=environment)
    assert config is not None
    return config


VUE_CLI, CRA, NUXT = ("@vue/cli-service", "vue"), ("react", "react-scripts"), ("nuxt", "vue")


@pytest.mark.parametrize(
    ("files", "name", "prefix", "port"),
    [
        ({"vite.config.js": "", "auth_config.json.example": PLACEHOLDERS}, "auth_config.json", "", 5173),
        ({"vite.config.js": "", "auth_config.json": PLACEHOLDERS}, "auth_config.json", "", 5173),
        ({"vite.config.js": "", "auth_config.json.sample": PLACEHOLDERS}, "auth_config.json", "", 5173),
        ({"vite.config.js": "", "auth_config.example.json": PLACEHOLDERS}, "auth_config.json", "", 5173),
        ({"src/auth_config.json.example": "", "package.json": package(*CRA)}, "src/auth_config.json", "", 3000),
        ({"auth_config.json.example": "", "package.json": package("express")}, "auth_config.json", "", None),
        ({"auth_config.json": PLACEHOLDERS, "angular.json": "{}"}, "auth_config.json", "", 4200),
        ({"vite.config.ts": ""}, ".env.local", "VITE_", 5173),
        ({"package.json": package("vite")}, ".env.local", "VITE_", 5173),
        ({"package.json": package(*CRA)}, ".env.local", "REACT_APP_", 3000),
        ({"package.json": package(*CRA, "vite"), "vite.config.js": ""}, ".env.local", "VITE_", 5173),
        ({"package.json": package(*VUE_CLI)}, ".env.local", "VUE_APP_", 8080),
        ({"vue.config.js": ""}, ".env.local", "VUE_APP_", 8080),
        ({"package.json": package(*NUXT)}, ".env", "NUXT_PUBLIC_", 3000),
        ({"package.json": package("@sveltejs/kit", "vite"), "vite.config.js": ""}, ".env.local", "PUBLIC_", 5173),
        ({"svelte.config.js": "", "package.json": package("svelte", "vite")}, ".env.local", "VITE_", 5173),
        ({"package.json": package("gatsby")}, ".env.development", "GATSBY_", 8000),
        ({"next.config.js": "", ".env.local": "NEXT_PUBLIC_AUTH0_DOMAIN=x"}, ".env.local", "NEXT_PUBLIC_", 3000),
        ({"next.config.mjs": "", ".env.example": "NEXT_PUBLIC_AUTH0_DOMAIN="}, ".env.local", "NEXT_PUBLIC_", 3000),
        (
            {
                "vite.config.js": "export default { envPrefix: ['VITE_', 'REACT_APP_'] }",
                ".env": "REACT_APP_AUTH0_DOMAIN=x",
            },
            ".env.local",
            "REACT_APP_",
            5173,
        ),
        ({"vite.config.js": "export default {\n // envPrefix: 'OLD_'\n}"}, ".env.local", "VITE_", 5173),
        ({"vite.config.js": "export default { envDir: './env' }", "env/.env": ""}, "env/.env.local", "VITE_", 5173),
        ({"vite.config.js": "export default { root: 'client' }", "client/a": ""}, "client/.env.local", "VITE_", 5173),
        (
            {"src/auth_config.json.example": PLACEHOLDERS, "auth_config.json": PLACEHOLDERS, "vite.config.js": ""},
            "auth_config.json",
            "",
            5173,
        ),
        ({"vite.config.js": "export default { envPrefix: 'REACT_APP_' }"}, ".env.local", "REACT_APP_", 5173),
        ({"package.json": package(*NUXT), ".env": "VITE_AUTH0_DOMAIN=x"}, ".env", "VITE_", 3000),
        ({".env.local": "VITE_AUTH0_DOMAIN=x"}, ".env.local", "VITE_", None),
        (
            {"package.json": package("vite", "express-openid-connect", "@auth0/auth0-react")},
            ".env.local",
            "VITE_",
            5173,
        ),
    ],
    ids=str,
)
def test_an_app_is_told_by_its_packages_and_files(
    tmp_path: Path, files: Mapping[str, str], name: str, prefix: str, port: int | None
) -> None:
    config = found(put(tmp_path, files))
    assert config.path == tmp_path / name
    assert config.url == (f"http://localhost:{port}" if port else None)
    if prefix:
        assert config.names == (f"{prefix}AUTH0_DOMAIN", f"{prefix}AUTH0_CLIENT_ID")


@pytest.mark.parametrize(
    ("files", "text", "hint"),
    [
        ({"package.json": package("next", "@auth0/nextjs-auth0")}, "logs users in on", "Regular Web Application"),
        ({"package.json": package("express", "express-openid-connect")}, "logs users in on the server", "--no-app"),
        ({"package.json": package("express")}, "Express", "Regular Web Application"),
        ({"package.json": package("express"), ".env.local": "PORT=3000"}, "Express", "Regular Web Application"),
        ({"package.json": package("parcel"), ".env.local": "PORT=3000"}, "No app config file", "--write-config"),
        (
            {"package.json": package("parcel"), ".env.local": "OKTA_DOMAIN=a.okta.com\nOKTA_CLIENT_ID=b"},
            "No app config file",
            "--write-config",
        ),
        ({"vite.config.js": "export default { envDir: '..' }"}, "reads its variables from", "--write-config"),
        ({"next.config.js": "", "package.json": package("next")}, "Next.js", "Regular Web Application"),
        ({"angular.json": "{}", "src/environments/environment.ts": ""}, "Angular", "clientId: 'CLIENT_ID'"),
        ({"package.json": package("@angular/core")}, "Angular", "domain: 'DOMAIN'"),
        ({"auth_config.json": '{"url": "u", "realm": "r", "clientId": "c"}'}, "neither an Auth0", "--write-config"),
        ({"index.html": ""}, "No app config file", "--write-config PATH"),
        ({"package.json": "broken"}, "No app config file", "--write-config PATH"),
    ],
    ids=str,
)
def test_an_app_that_cannot_be_served_is_refused(
    tmp_path: Path, files: Mapping[str, str], text: str, hint: str
) -> None:
    with pytest.raises(InvalidValueError) as refused:
        found(put(tmp_path, files))
    assert text in str(refused.value)
    assert hint in refused.value.hint
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {Path(name).name for name in files}


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({".env.local": "VITE_AUTH0_CLIENTID=x"}, ("VITE_AUTH0_DOMAIN", "VITE_AUTH0_CLIENTID")),
        ({".env": "VITE_AUTH0_DOMAIN=x\nVITE_AUTH0_CLIENTID=y"}, ("VITE_AUTH0_DOMAIN", "VITE_AUTH0_CLIENTID")),
        ({".env.example": "VITE_AUTH0_CLIENTID=y"}, ("VITE_AUTH0_DOMAIN", "VITE_AUTH0_CLIENTID")),
        ({".env": "VITE_Auth0_Domain=x"}, ("VITE_Auth0_Domain", "VITE_Auth0_ClientId")),
        (
            {".env": "VITE_AUTH0_DOMAIN=x\nVITE_AUTH0_CLIENTID=y", ".env.local": "VITE_AUTH0_DOMAIN=z"},
            ("VITE_AUTH0_DOMAIN", "VITE_AUTH0_CLIENTID"),
        ),
        ({".env": "VITE_AUTH0_DOMAIN=x\nVITE_CLIENT_ID=y"}, ("VITE_AUTH0_DOMAIN", "VITE_CLIENT_ID")),
        (
            {".env": "VITE_AUTH0_DOMAIN=x\nVITE_CLIENT_ID=1.apps.googleusercontent.com"},
            ("VITE_AUTH0_DOMAIN", "VITE_AUTH0_CLIENT_ID"),
        ),
        ({".env": "VITE_DOMAIN=dev.okta.com\nVITE_CLIENT_ID=y"}, ("VITE_AUTH0_DOMAIN", "VITE_AUTH0_CLIENT_ID")),
        ({".env": "VITE_DOMAIN=x\nVITE_CLIENT_ID=y"}, ("VITE_DOMAIN", "VITE_CLIENT_ID")),
        ({".env": "VITE_CLIENT_ID=google"}, ("VITE_AUTH0_DOMAIN", "VITE_AUTH0_CLIENT_ID")),
        ({".env": "REACT_APP_AUTH0_CLIENTID=y"}, ("VITE_AUTH0_DOMAIN", "VITE_AUTH0_CLIENT_ID")),
    ],
    ids=str,
)
def test_the_spelling_of_its_files_is_kept(tmp_path: Path, files: Mapping[str, str], names: tuple[str, str]) -> None:
    assert found(put(tmp_path, {"vite.config.js": "", **files})).names == names


def test_a_named_file_has_the_names_of_the_app_around_it(tmp_path: Path) -> None:
    app = put(tmp_path / "app", {"package.json": package(*CRA), "config/.env.staging": ""})
    assert found(app, ".env.staging").names[0] == "REACT_APP_AUTH0_DOMAIN"
    assert found(app, "config/.env.staging").names[0] == "REACT_APP_AUTH0_DOMAIN"
    put(tmp_path / "alone", {".env": "PUBLIC_AUTH0_DOMAIN=x"})
    assert found(tmp_path / "alone", ".env").names == ("PUBLIC_AUTH0_DOMAIN", "PUBLIC_AUTH0_CLIENT_ID")


@pytest.mark.parametrize(
    ("files", "port"),
    [
        ({"vite.config.js": "export default { server: { port: 3000 } }"}, 3000),
        ({"vite.config.js": "export default { server: { proxy: { '/api': { port: 1 } }, port: 3002 } }"}, 3002),
        (
            {"vite.config.js": "// server: { port: 9 }\nexport default { server: { host: 'http://x', port: 3003 } }"},
            3003,
        ),
        ({"vite.config.js": "export default { server: { port: Number(process.env.PORT) || 3004 } }"}, 3004),
        ({"vite.config.js": "export default { preview: { port: 3005 } }"}, 5173),
        ({"package.json": package("vite", dev="vite --port 3006")}, 3006),
        ({"package.json": package("vite", dev="vite --port=3007 --host")}, 3007),
        ({"package.json": package("vite"), ".env": "PORT=3008"}, 5173),
        ({"package.json": package(*CRA, start="PORT=3009 react-scripts start")}, 3009),
        ({"package.json": package(*CRA), ".env": "PORT=3010"}, 3010),
        ({"package.json": package(*CRA), ".env": "PORT=3011", ".env.local": "PORT='3012'"}, 3012),
        ({"package.json": package("nuxt", dev="nuxt dev -p 3013")}, 3013),
        ({"vue.config.js": "module.exports = { devServer: { port: 3014 } }"}, 3014),
        ({"package.json": package("vite", dev="vite --port 99999")}, 5173),
        ({"package.json": package("vite", dev="vite", start="serve -s dist -p 8080")}, 5173),
        ({"package.json": package("vite", serve="vite preview --port 4173")}, 5173),
        ({"package.json": package("vite", dev="concurrently 'vite' 'json-server db.json --port 3001'")}, 5173),
        ({"package.json": package("vite", dev="concurrently 'api --port 3001' 'vite --port 3015'")}, 3015),
        ({"angular.json": "{}", "auth_config.json": PLACEHOLDERS, ".env": "PORT=3001"}, 4200),
        ({"vite.config.js": "export default { test: { server: { port: 9 } }, server: { port: 3016 } }"}, 3016),
        (
            {
                "angular.json": json.dumps(
                    {"projects": {"a": {"architect": {"serve": {"configurations": {}, "options": {"port": 4500}}}}}}
                ),
                "auth_config.json": PLACEHOLDERS,
            },
            4500,
        ),
        (
            {
                "angular.json": '{"projects": {"a": {"architect": {"serve": {"options": {"port": 4300}}}}}}',
                "auth_config.json": PLACEHOLDERS,
            },
            4300,
        ),
    ],
    ids=str,
)
def test_the_port_is_the_apps_own(tmp_path: Path, files: Mapping[str, str], port: int) -> None:
    assert found(put(tmp_path, files)).url == f"http://localhost:{port}"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ('{"domain": "{D}", "clientId": "{C}", "appUri": "http://localhost:4201"}', "http://localhost:4201"),
        ('{"domain": "{D}", "clientId": "{C}", "appOrigin": "http://localhost:3100"}', "http://localhost:3100"),
        ('{"domain": "{D}", "clientId": "{C}", "appUri": "{APP}"}', "http://localhost:4200"),
        ('{"domain": "{D}", "clientId": "{C}", "appUri": "javascript:alert(1)"}', "http://localhost:4200"),
        ('{"domain": "{D}", "clientId": "{C}", "appUri": "http://"}', "http://localhost:4200"),
    ],
)
def test_the_url_in_the_config_file_counts_before_the_port(tmp_path: Path, text: str, url: str) -> None:
    assert found(put(tmp_path, {"angular.json": "{}", "auth_config.json": text})).url == url


@pytest.mark.parametrize("path", [".", "..", "/", ""])
def test_a_path_without_a_name_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidValueError, match="is a folder"):
        appconfig.locate(None, Path(path))


def test_a_server_with_tls_has_an_https_url(tmp_path: Path) -> None:
    files = {"vite.config.js": "export default { server: { https: true, port: 3000 } }"}
    assert found(put(tmp_path, files)).url == "https://localhost:3000"


def test_a_file_of_variables_beside_others_does_not_begin_as_the_example(tmp_path: Path) -> None:
    files = {
        "package.json": package(*CRA),
        ".env.development": "REACT_APP_API=/dev",
        ".env.example": "REACT_APP_API=/x",
    }
    assert "REACT_APP_API" not in found(put(tmp_path, files)).rendered("new")


def test_json_beside_files_of_variables_is_json(tmp_path: Path) -> None:
    text = '{"dev": {"VITE_AUTH0_DOMAIN": "x", "VITE_AUTH0_CLIENT_ID": "y"}}'
    config = found(put(tmp_path, {".env-cmdrc.json": text}), ".env-cmdrc.json")
    assert json.loads(config.rendered("new"))["dev"]["VITE_AUTH0_CLIENT_ID"] == "new"


def test_a_new_file_begins_as_its_template(tmp_path: Path) -> None:
    text = '{\n  "domain": "{DOMAIN}",\n  "clientId": "{C}",\n  "apiUri": "http://localhost:3001"\n}\n'
    config = found(put(tmp_path, {"auth_config.json.example": text}))
    assert config.text is None
    assert json.loads(config.rendered("new")) == {"domain": "", "clientId": "new", "apiUri": "http://localhost:3001"}
    env = found(put(tmp_path / "vite", {"vite.config.js": "", ".env.example": "VITE_AUTH0_DOMAIN=\nVITE_API=/api\n"}))
    assert env.path.name == ".env.local"
    assert env.rendered("new") == "VITE_AUTH0_DOMAIN=\nVITE_API=/api\nVITE_AUTH0_CLIENT_ID=new\n"


@pytest.mark.parametrize(
    ("files", "environment", "rivals"),
    [
        ({"vite.config.js": "", ".env.development": "VITE_AUTH0_DOMAIN=x"}, {}, [".env.development"]),
        ({"vite.config.js": "", ".env.production.local": "VITE_AUTH0_CLIENT_ID=x"}, {}, [".env.production.local"]),
        ({"vite.config.js": "", ".env": "VITE_AUTH0_DOMAIN=x"}, {}, []),
        ({"vite.config.js": "", ".env.development": "OTHER=x"}, {"VITE_AUTH0_DOMAIN": "x"}, ["the environment"]),
        ({"package.json": package(*CRA), ".env.development": "REACT_APP_AUTH0_DOMAIN=x"}, {}, []),
        (
            {"package.json": package(*CRA), ".env.development.local": "REACT_APP_AUTH0_DOMAIN=x"},
            {},
            [".env.development.local"],
        ),
    ],
    ids=str,
)
def test_what_the_app_reads_before_its_file_is_found(
    tmp_path: Path, files: Mapping[str, str], environment: Mapping[str, str], rivals: list[str]
) -> None:
    config = found(put(tmp_path, files), environment=environment)
    assert [Path(rival.where).name for rival in config.rivals] == rivals


@pytest.mark.parametrize(
    ("sign", "name", "rivals"),
    [
        ("vite.config.js", ".env", [".env.local", ".env.development", ".env.development.local"]),
        ("vite.config.js", ".env.development", [".env.development.local"]),
        ("vite.config.js", ".env.production", []),
        ("next.config.js", ".env.development", [".env.local", ".env.development.local"]),
        ("nuxt.config.ts", ".env", []),
    ],
)
def test_every_file_has_its_own_place_in_the_order(tmp_path: Path, sign: str, name: str, rivals: list[str]) -> None:
    text = "VITE_AUTH0_DOMAIN=x\nNEXT_PUBLIC_AUTH0_DOMAIN=x\n"
    files = dict.fromkeys([".env", ".env.local", ".env.development", ".env.development.local"], text)
    config = found(put(tmp_path, {sign: "", **files}), name)
    assert [Path(rival.where).name for rival in config.rivals] == rivals


def test_a_file_that_is_of_something_else_is_written_only_where_it_is_named_and_agreed_to(tmp_path: Path) -> None:
    path = put(tmp_path, {"keycloak.json": '{"url": "u", "realm": "r", "clientId": "c"}'}) / "keycloak.json"
    with pytest.raises(InvalidValueError) as refused:
        appconfig.locate(None, path)
    assert f"--write-config {path} --yes" in refused.value.hint
    assert appconfig.locate(None, path, agreed=True)
    put(tmp_path, {"auth_config.json": path.read_text(encoding="utf-8")})
    with pytest.raises(InvalidValueError):
        appconfig.locate(tmp_path, None, agreed=True)
