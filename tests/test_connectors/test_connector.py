"""Loading connectors."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias

import pytest

from connectors import Connector, DefinitionError, UnknownMethodError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Load: TypeAlias = Callable[[Mapping[str, str]], Connector]
    Write: TypeAlias = Callable[[Mapping[str, str]], Path]

METHOD = "export default () => 1"
FOLDER = {
    "spec.yml": "name: Harbour\nkey: harbour\nauth:\n  type: oauth2\nsomethingNew: [1]\n",
    "auth/make-api-client.js": METHOD,
    "data/contacts/list.js": METHOD,
    "data/contacts/find-by-id.js": METHOD,
    "data/contacts/spec.yml": "type: collection\n",
    "operations/import-contact/run.js": METHOD,
    "docs/readme.js": "not ( a method",
}


def test_a_folder_holds_its_methods_by_name(load_folder: Load) -> None:
    """Files of the known folders are methods; other files are not read."""
    connector = load_folder(FOLDER)

    expected = [
        "auth/make-api-client",
        "data/contacts/find-by-id",
        "data/contacts/list",
        "operations/import-contact/run",
    ]
    assert expected == sorted(connector.methods)
    assert "docs/readme.js" not in connector.files


def test_spec_is_read_and_unknown_keys_are_kept(load_folder: Load) -> None:
    """`spec.yml` may hold keys of other editions of the contract."""
    spec = load_folder(FOLDER).spec

    assert ("harbour", "oauth2") == (spec.key, spec.auth and spec.auth.type)
    assert {"somethingNew": [1]} == spec.model_extra


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("data/contacts/list", "data/contacts/list"),
        ("data/contacts/list.js", "data/contacts/list"),
        ("data/contacts/findById", "data/contacts/find-by-id"),
        ("operations/import-contact", "operations/import-contact/run"),
        ("operations/import-contact/run", "operations/import-contact/run"),
    ],
)
def test_a_method_is_found_under_each_spelling(load_folder: Load, asked: str, found: str) -> None:
    """Suffix and case of a name are forgiven, and an operation's key means its method `run`."""
    assert found == load_folder(FOLDER).find(asked).name


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("auth/oauth-config.js", ("getOAuthConfig", "oAuthConfig", "oauthConfig")),
        ("auth/get-oauth-config.ts", ("getOAuthConfig", "oAuthConfig")),
        ("auth/get-token-data.js", ("getTokenData",)),
        ("auth/make-api-client.js", ("makeApiClient",)),
        ("auth/refresh-credentials.js", ("refreshCredentials",)),
        ("auth/test.js", ("test",)),
        ("auth/get-credentials-from-connection-parameters.js", ("getCredentialsFromConnectionParameters",)),
        (
            "auth/get-credentials-from-token-response.js",
            ("getCredentialsFromTokenResponse", "getCredentialsFromAccessTokenResponse"),
        ),
        (
            "auth/get-credentials-from-access-token-response.js",
            ("getCredentialsFromAccessTokenResponse", "getCredentialsFromTokenResponse"),
        ),
        ("data/deals/events-created-webhook-handle.js", ("handle", "handleWebhook")),
        ("data/deals/created-webhook-subscribe.ts", ("subscribe",)),
        ("data/deals/events-webhook-unsubscribe.ts", ("unsubscribe",)),
        ("data/deals/events-updated-custom-pull-collect-events.js", ("collectEvents", "pull")),
        ("data/deals/events-pull.js", ("pull", "collectEvents")),
        ("data/deals/events-created-pull-latest-records.js", ("pullLatestRecords",)),
        ("data/deals/fields-to-api.js", ("fieldsToApi", "recordToApi")),
        ("data/deals/record-from-fields.js", ("recordFromFields",)),
        ("data/deals/custom-fields-schema.js", ("customFieldsSchema",)),
        ("global-webhooks/all/handle.js", ("handle",)),
        ("operations/sync/run.js", ("run",)),
    ],
)
def test_a_method_may_be_exported_under_its_key_and_its_other_names(
    load_folder: Load, file: str, names: tuple[str, ...]
) -> None:
    """Names of all editions of the contract are known, whatever the file is called."""
    assert set(names) <= set(load_folder({file: METHOD}).find().exports)


def test_methods_of_a_handler_are_found_by_their_names(load_folder: Load) -> None:
    """An index file of a collection holds methods, as far as they have no files of their own."""
    connector = load_folder(FOLDER | {"data/contacts/index.ts": METHOD, "data/users/index.ts": METHOD})

    held = connector.find("data/users/findById")
    assert ("data/users/find-by-id", "data/users/index.ts") == (held.name, held.file.name)
    assert ("findById", "find-by-id") == held.exports
    assert "data/contacts/list.js" == connector.find("data/contacts/list").file.name
    with pytest.raises(UnknownMethodError):
        connector.find("data/users/nothing")
    with pytest.raises(UnknownMethodError):
        connector.find("operations/users/find")


def test_definitions_may_lie_in_src(load_folder: Load) -> None:
    """Connectors that are packages have their definitions in a folder of their own."""
    files = {f"src/{name}": text for name, text in FOLDER.items()} | {"package.json": "{}", "data/old/list.js": METHOD}
    connector = load_folder(files)

    assert "harbour" == connector.spec.key
    assert "data/contacts/list.js" == connector.find("data/contacts/list").file.name


def test_an_unknown_method_is_answered_with_the_nearest_and_all_names(load_folder: Load) -> None:
    """Whoever mistypes a name is shown what there is."""
    with pytest.raises(UnknownMethodError) as caught:
        load_folder(FOLDER).find("data/contact/list")

    assert "data/contacts/list" == caught.value.nearest
    assert "Did you mean data/contacts/list?" in str(caught.value)
    assert "operations/import-contact/run" in str(caught.value)


def test_the_only_method_needs_no_name(load_folder: Load) -> None:
    """Methods of authentication do not count when there is another."""
    connector = load_folder({"auth/test.js": METHOD, "operations/sync/run.js": METHOD})

    assert "operations/sync/run" == connector.find().name


def test_one_of_several_methods_must_be_named(load_folder: Load) -> None:
    """Leaving the name out is an error that lists the methods."""
    with pytest.raises(
        DefinitionError, match=r"data/contacts/find-by-id, data/contacts/list, operations/import-contact/run"
    ):
        load_folder(FOLDER).find()


def test_a_single_file_is_a_connector_with_one_method(tmp_path: Path) -> None:
    """A bare `.js` file needs no folder around it."""
    (tmp_path / "hello.js").write_text(METHOD, encoding="utf-8")

    connector = Connector.load(tmp_path / "hello.js")

    assert ("hello", "hello.js") == (connector.find().name, connector.find().file.name)


def test_source_text_is_a_connector_with_one_method() -> None:
    """An application may hold methods in its own storage."""
    method = Connector.from_source("data/contacts/find-by-id", METHOD).find()

    assert ("data/contacts/find-by-id", ("findById", "find-by-id")) == (method.name, method.exports)


def test_the_digest_follows_the_text(load_folder: Load) -> None:
    """Equal files have equal digests, and any change shows."""
    first, second = Connector.from_source("a", METHOD), Connector.from_source("a", METHOD)
    changed = Connector.from_source("a", METHOD + " ")

    assert first.digest == second.digest
    assert first.digest != changed.digest
    assert load_folder(FOLDER).digest != first.digest


def test_a_byte_order_mark_is_not_part_of_the_text(tmp_path: Path) -> None:
    """Windows editors write one."""
    (tmp_path / "a.js").write_bytes(b"\xef\xbb\xbf" + METHOD.encode())

    assert METHOD == Connector.load(tmp_path / "a.js").find().file.text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty"),
        (b" \n", "The file is empty"),
        (b"return '\xff'", "not UTF-8: byte 8"),
        (b"//" + b"x" * 1024 * 1024, "longer than 1048576 bytes"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    """Errors about a file say which one."""
    path = tmp_path / "a.js"
    path.write_bytes(content)

    with pytest.raises(DefinitionError, match=message) as caught:
        Connector.load(path)

    assert str(path) == caught.value.file


def test_half_a_surrogate_pair_is_no_source() -> None:
    """Text that UTF-8 cannot hold is refused before it reaches a worker."""
    with pytest.raises(DefinitionError, match="not Unicode"):
        Connector.from_source("a", "return '\ud800'")


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    """A path that leads nowhere is an error of the caller."""
    with pytest.raises(DefinitionError, match="no such file or folder") as caught:
        Connector.load(tmp_path / "nowhere")

    assert str(tmp_path / "nowhere") == caught.value.file


def test_a_folder_without_definitions_is_no_connector(tmp_path: Path) -> None:
    """A wrong folder is noticed at once."""
    with pytest.raises(DefinitionError, match=r"neither spec\.yml nor a method"):
        Connector.load(tmp_path)


def test_another_kind_of_file_is_no_connector(tmp_path: Path) -> None:
    """Only `.js` files stand alone."""
    (tmp_path / "a.py").write_text("pass", encoding="utf-8")

    with pytest.raises(DefinitionError, match=r"ends in \.js"):
        Connector.load(tmp_path / "a.py")


def test_a_link_that_leaves_the_folder_is_refused(write_folder: Write, tmp_path: Path) -> None:
    """A connector cannot make the application read its other files."""
    folder = write_folder(FOLDER)
    (tmp_path / "secret.js").write_text(METHOD, encoding="utf-8")
    (folder / "data" / "contacts" / "stolen.js").symlink_to(tmp_path / "secret.js")

    with pytest.raises(DefinitionError, match="leaves the connector's folder") as caught:
        Connector.load(folder)

    assert str(folder / "data" / "contacts" / "stolen.js") == caught.value.file


def test_a_linked_folder_that_leaves_is_refused(write_folder: Write, tmp_path: Path) -> None:
    """Folders are held to the same rule as files."""
    folder = write_folder(FOLDER)
    (tmp_path / "other").mkdir()
    (folder / "operations" / "other").symlink_to(tmp_path / "other")

    with pytest.raises(DefinitionError, match="leaves the connector's folder"):
        Connector.load(folder)


def test_a_link_inside_the_folder_is_followed(write_folder: Write) -> None:
    """Two names may share one file."""
    folder = write_folder(FOLDER)
    (folder / "data" / "contacts" / "search.js").symlink_to(folder / "data" / "contacts" / "list.js")

    assert METHOD == Connector.load(folder).find("data/contacts/search").file.text


def test_folders_in_a_circle_are_refused(write_folder: Write) -> None:
    """A folder that contains itself by a link does not hang the loader."""
    folder = write_folder(FOLDER)
    (folder / "data" / "again").symlink_to(folder / "data")

    with pytest.raises(DefinitionError, match="nested more than"):
        Connector.load(folder)


def test_a_pipe_is_not_waited_for(write_folder: Write) -> None:
    """Reading something that is no regular file would block for ever."""
    folder = write_folder(FOLDER)
    os.mkfifo(folder / "auth" / "test.js")

    with pytest.raises(DefinitionError, match="not a regular file"):
        Connector.load(folder)


def test_a_method_is_written_once(write_folder: Write) -> None:
    """Two files for one method are an error that names both."""
    folder = write_folder({**FOLDER, "auth/make-api-client.map.yml": "baseUri: https://a.example\n"})

    with pytest.raises(DefinitionError, match=r"auth/make-api-client is also written in .*make-api-client\.js"):
        Connector.load(folder)


def test_a_wrong_spec_is_named_with_key_and_line(write_folder: Write) -> None:
    """Errors in `spec.yml` say where."""
    folder = write_folder({**FOLDER, "spec.yml": "name: Harbour\nauth:\n  type: [oauth2]\n"})

    with pytest.raises(DefinitionError) as caught:
        Connector.load(folder)

    assert (str(folder / "spec.yml"), "auth.type", 3) == (caught.value.file, caught.value.key, caught.value.line)


def test_the_mapping_of_a_client_is_checked_when_loaded(write_folder: Write) -> None:
    """An operator that is not known is named with its file and line, before anything runs."""
    folder = write_folder(
        {"auth/make-api-client.map.yml": "baseUri: https://a.example\nheaders:\n  X:\n    $magic: 1\n"}
    )

    with pytest.raises(DefinitionError, match=r"\$magic is not known") as caught:
        Connector.load(folder)

    assert ("headers.X.$magic", 4) == (caught.value.key, caught.value.line)


@pytest.mark.parametrize(
    ("operator", "words"), [("$jsonata", "compute this in JavaScript"), ("$firstName", "not supported here")]
)
def test_operators_that_are_left_out_are_named_when_loaded(write_folder: Write, operator: str, words: str) -> None:
    """An operator that only the published engine has is refused wherever it stands, handlers included."""
    mapping = (
        f"baseUri: https://a.example\nresponseHandlers:\n  - match: true\n    data:\n      a: [{{{operator}: x}}]\n"
    )
    folder = write_folder({"auth/make-api-client.map.yml": mapping})

    with pytest.raises(DefinitionError, match=words) as caught:
        Connector.load(folder)

    assert (f"responseHandlers[0].data.a[0].{operator}", 5) == (caught.value.key, caught.value.line)


def test_switches_of_formulas_are_checked(write_folder: Write) -> None:
    """A bug of the published engine that is not known cannot be switched off."""
    folder = write_folder({**FOLDER, "spec.yml": "name: Harbour\nformulaCompat:\n  loseItems: false\n"})

    with pytest.raises(DefinitionError) as caught:
        Connector.load(folder)

    assert ("formulaCompat.loseItems", 3) == (caught.value.key, caught.value.line)
