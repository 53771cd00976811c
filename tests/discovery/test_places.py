import pytest

from sandbox.discovery.places import is_address, is_organization


@pytest.mark.parametrize(
    "text",
    [
        "贵州省遵义市红花岗区中华路12号",
        "播州区南白镇西大街25号附3号",
        "遵义市仁怀市五马镇",
        "汇川区香港路3栋2单元1502室",
        "桐梓县娄山关街道蟠龙村三组",
    ],
)
def test_addresses(text):
    assert is_address(text)


@pytest.mark.parametrize(
    "text", ["遵义", "贵州省遵义市", "遵义市红花岗区", "日用百货销售", "张伟", "加工、销售水泥制品的路面材料"]
)
def test_regions_and_sentences_are_none(text):
    assert not is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "遵义恒通商贸有限公司",
        "遵义市第一人民医院",
        "中国农业银行股份有限公司遵义支行",
        "桐梓县松坎镇兴隆超市",
        "遵义市恒达(集团)有限公司",
    ],
)
def test_organisations(text):
    assert is_organization(text)


@pytest.mark.parametrize(
    "text",
    [
        "有限责任公司(自然人独资)",
        "股份有限公司",
        "有限责任公司分公司",
        "个体工商户",
        "张伟",
        "遵义市",
        "国有企业",
    ],
)
def test_kinds_of_organisation_are_none(text):
    assert not is_organization(text)
