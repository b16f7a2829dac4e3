from pathlib import Path

import pytest

from twinfed.errors import SettingError
from twinfed.settings import Settings, read_token


def test_the_environment_is_read_once_and_defaults_hold():
    settings = Settings.from_environment({"HOME": "/home/engineer"})
    assert settings.data_home == Path("/home/engineer/.local/share/twinfed")
    assert settings.token is None
    assert settings.twins_per_host is None


def test_variables_win():
    settings = Settings.from_environment(
        {
            "TWINFED_DATA_DIR": "/data",
            "TWINFED_TOKEN": "0123456789abcdef",
            "TWINFED_LOG": "debug",
            "TWINFED_MAX_WHATIFS": "3",
            "TWINFED_TWINS_PER_HOST": "5",
        }
    )
    assert settings.data_home == Path("/data")
    assert (settings.token, settings.log_level) == ("0123456789abcdef", "DEBUG")
    assert (settings.max_running_whatifs, settings.twins_per_host) == (3, 5)


def test_the_token_is_not_shown():
    assert "0123456789abcdef" not in repr(
        Settings.from_environment({"TWINFED_TOKEN": "0123456789abcdef"})
    )


@pytest.mark.parametrize(
    "variable",
    [
        {"TWINFED_LOG": "loud"},
        {"TWINFED_TOKEN": "short"},
        {"TWINFED_MAX_WHATIFS": "none"},
        {"TWINFED_MAX_WHATIFS": "0"},
        {"TWINFED_TWINS_PER_HOST": "-1"},
    ],
)
def test_a_value_that_means_nothing_is_refused(variable):
    with pytest.raises(SettingError, match=r"use|give"):
        Settings.from_environment(variable)


def test_a_token_file_gives_its_first_line(tmp_path):
    path = tmp_path / "token"
    path.write_text("0123456789abcdef\nnote\n")
    assert read_token(path) == "0123456789abcdef"
    path.write_text("\n")
    with pytest.raises(SettingError, match="empty"):
        read_token(path)
    with pytest.raises(SettingError, match="cannot be read"):
        read_token(tmp_path / "none")
