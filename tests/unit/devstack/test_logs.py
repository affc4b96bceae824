from devstack.logs import last_line


def test_the_last_line_that_names_an_error_is_quoted(tmp_path):
    log = tmp_path / "a.log"
    log.write_text(
        "starting\n"
        "sqlalchemy.exc.ProgrammingError: permission denied for schema public\n"
        "[SQL: CREATE TABLE x (\n)]\n"
        "(Background on this error at: somewhere)\n\n"
    )
    assert last_line(log) == "sqlalchemy.exc.ProgrammingError: permission denied for schema public"


def test_without_an_error_the_last_line_is_quoted(tmp_path):
    log = tmp_path / "a.log"
    log.write_text("one\ntwo\n\n")
    assert last_line(log) == "two"


def test_a_quote_is_short_and_never_fails(tmp_path):
    log = tmp_path / "a.log"
    log.write_bytes(b"\xff" * 5000)
    assert len(last_line(log)) == 300
    assert last_line(tmp_path / "absent.log") == ""
