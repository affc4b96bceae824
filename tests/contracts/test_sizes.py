import sizes


def test_each_limit_is_noticed(tmp_path):
    long_function = "def long():\n" + "    pass\n" * 60
    deep = "def deep():\n    if 1:\n        for a in ():\n            with a:\n                if 1:\n                    pass\n"
    chain = "def chain():\n    if 1:\n        pass\n" + "    elif 2:\n        pass\n" * 5
    path = tmp_path / "one.py"
    path.write_text(long_function + deep + chain + "x = 1\n" * 300)
    faults = " ".join(sizes.faults_of(path))
    assert "lines, over 300" in faults
    assert "no module docstring" in faults
    assert "long has 61 lines" in faults
    assert "deep nests 4 deep" in faults
    assert "chain" not in faults
