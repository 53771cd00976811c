import pytest

from sandbox.discovery.heading_words import Role
from sandbox.discovery.headings import is_telling, read_heading
from sandbox.kernel.entities import EntityType as T


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("证件类型", Role.NOTHING),
        ("居住地行政区划代码", Role.TRAIT),
        ("创建时间", Role.DATE),
        ("create_time", Role.DATE),
        ("企业类型", Role.NOTHING),
        ("项目名称", Role.NOTHING),
        ("订单编号", Role.NOTHING),
        ("经营范围", Role.NOTHING),
        ("出生日期", T.BIRTH_DATE),
        ("CSRQ", T.BIRTH_DATE),
        ("SFZH", T.CN_RESIDENT_ID),
        ("psn_cert_no", T.CN_RESIDENT_ID),
        ("idCardNo", T.CN_RESIDENT_ID),
        ("LXDH", T.CN_MOBILE),
        ("contct_tel", T.CN_MOBILE),
        ("nm", T.PERSON),
        ("XM", T.PERSON),
        ("ip地址", T.IP_ADDRESS),
        ("统一社会信用代码", T.CN_USCC),
        ("户编号", Role.HOUSEHOLD),
        ("性别", Role.TRAIT),
        ("t_xm", T.PERSON),
        ("客户 手机号", T.CN_MOBILE),
        ("ＳＦＺＨ", T.CN_RESIDENT_ID),
        ("软件版本", Role.NOTHING),
    ],
)
def test_what_names_say(name, meant):
    hint = read_heading(name)
    assert (hint.type or hint.role) is meant


def test_initials_are_weak_and_words_are_not():
    assert read_heading("xm").weak
    assert not read_heading("姓名").weak
    assert not read_heading("sfzh").weak


@pytest.mark.parametrize("name", ["CAC002", "f5", "col_3", "列3", "Unnamed: 0", "7", ""])
def test_mute_names(name):
    assert read_heading(name) is None
    assert not is_telling(name)


def test_a_comment_speaks_for_a_mute_name():
    assert read_heading("CAC002", "参保人姓名").type is T.PERSON
    assert is_telling("CAC002", "参保人姓名")
