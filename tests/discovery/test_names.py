import pytest

from sandbox.discovery.names import is_dotted_name, is_name, name_score, surname_of


@pytest.mark.parametrize(
    "name", ["张伟", "欧阳建国", "令狐冲明", "王秀英", "阿不都热依木·买买提", "扎西·次仁", "何国平"]
)
def test_names(name):
    assert is_name(name)


@pytest.mark.parametrize(
    "word",
    [
        "马铃薯",
        "高血压",
        "水泥",
        "江苏",
        "遵义市",
        "白酒",
        "张三李四王五",
        "abc",
        "",
        "汇川区",
        "春华·秋实小区",
        "满意",
    ],
)
def test_words_that_are_none(word):
    assert not is_name(word)


def test_surnames():
    assert surname_of("欧阳锋") == "欧阳"
    assert surname_of("欧阳") == "欧"
    assert surname_of("的士") == ""
    assert is_dotted_name("努尔兰·叶尔肯")
    assert name_score("张伟") > name_score("张四号楼")
