"""Invented names of people: surname and given name by sex, generation and people (民族).

Frequencies follow the common order of surnames in Guizhou; the peoples of Zunyi have
their own. Names with a middle dot belong to Yi, Uygur and similar traditions. Nobody is
meant. Called by the generators of firms and of visits.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

PEOPLES = ("汉族", "仡佬族", "苗族", "土家族", "布依族", "彝族", "回族", "维吾尔族")
_MINORITY_SHARES = (0.56, 0.23, 0.12, 0.03, 0.03, 0.025, 0.005)
"""Of the minorities of Zunyi, in the order of `PEOPLES[1:]`."""

_SURNAMES = (
    *"王张李陈杨刘罗周赵吴黄何徐冯郑田唐谢邓冉胡雷曾彭任蒋袁朱程梁申",
    *("令狐", "肖", "宋", "韩", "付", "娄", "游", "骆", "欧阳"),
    *"穆犹敖安蔡高卢余丁简母祝覃涂佘仇",
    *("上官", "禹", "阚"),
)
_OF_PEOPLE = {
    "仡佬族": ("田", "申", "冉", "邹", "王", "张", "韩", "覃", "付", "骆", "郑", "高"),
    "苗族": ("杨", "吴", "龙", "石", "熊", "陶", "项", "古", "侯", "马"),
    "土家族": ("田", "冉", "覃", "向", "彭", "安", "黎", "滕"),
    "布依族": ("韦", "陆", "罗", "岑", "蒙", "莫", "班", "王"),
    "彝族": ("安", "陇", "禄", "沙", "杨", "龙", "卢"),
    "回族": ("马", "撒", "保", "桂", "张", "丁", "虎"),
}
_MALE = {
    "old": "国华明德文光荣成贵祥富安才忠礼仁义清福林长万永正兴友学朝开云",
    "middle": "勇军强伟波涛平刚辉毅斌江松林华飞鹏龙建海洪小志红永兵亮",
    "young": "浩宇轩泽睿俊杰梓涵博文子豪奕辰鑫煜晨昊航毅铭家瑞皓一诺",
}
_FEMALE = {
    "old": "秀英珍芬兰芳玉碧素淑琼会群菊先仙桂香国华清贞凤明光容",
    "middle": "丽敏燕霞红艳梅玲萍娟静莉芳琴英小华勤群利平娅琼容飞",
    "young": "梓涵欣怡雨萱思诗琪语嫣可馨佳雅婷依诺若曦子涵梦瑶婧钰",
}
_YI_FIRST = ("阿苏", "吉克", "沙马", "曲木", "阿余", "海来", "俄木", "尔古")
_YI_LAST = ("木果", "阿依", "伍呷", "尔布", "拉且", "阿呷", "子黑", "么妹")
_UYGUR_MALE = ("阿卜杜拉", "买买提", "艾尔肯", "吐尔逊", "亚森", "努尔麦麦提")
_UYGUR_FEMALE = ("阿依古丽", "热依汗", "古丽娜尔", "帕提古丽", "祖丽菲娅")


def draw_peoples(rng: np.random.Generator, minority: np.ndarray) -> np.ndarray:
    """Return positions in `PEOPLES`, given each one's chance of belonging to a minority."""
    kinds = rng.choice(np.arange(1, len(PEOPLES)), size=len(minority), p=_MINORITY_SHARES)
    return np.where(rng.random(len(minority)) < minority, kinds, 0)


def draw_surnames(rng: np.random.Generator, peoples: np.ndarray) -> list[str]:
    """Return a surname for each position in `PEOPLES`, frequent ones first."""
    ranks = rng.zipf(1.35, size=len(peoples)) - 1 + rng.integers(0, 9, size=len(peoples))

    def one(row: int) -> str:
        pool: Sequence[str] = _OF_PEOPLE.get(PEOPLES[peoples[row]], _SURNAMES)
        return pool[int(ranks[row]) % len(pool)]

    return [one(row) for row in range(len(peoples))]


def draw_names(
    rng: np.random.Generator,
    *,
    surnames: Sequence[str],
    peoples: np.ndarray,
    male: np.ndarray,
    born: np.ndarray,
) -> list[str]:
    """Return full names; `born` is the year of birth, which decides the fashion of the given name."""
    count = len(surnames)
    first, second, short, dotted = (rng.random(count) for _ in range(4))

    def given(row: int, part: float) -> str:
        table = _MALE if male[row] else _FEMALE
        pool = table["old" if born[row] < 1968 else "middle" if born[row] < 1998 else "young"]
        return pool[int(part * len(pool))]

    def one(row: int) -> str:
        people = PEOPLES[peoples[row]]
        if people == "维吾尔族":
            own = _UYGUR_MALE if male[row] else _UYGUR_FEMALE
            return f"{own[int(first[row] * len(own))]}·{_UYGUR_MALE[int(second[row] * len(_UYGUR_MALE))]}"
        if people == "彝族" and dotted[row] < 0.35:
            return (
                f"{_YI_FIRST[int(first[row] * len(_YI_FIRST))]}·{_YI_LAST[int(second[row] * len(_YI_LAST))]}"
            )
        tail = "" if short[row] < 0.16 else given(row, second[row])
        return surnames[row] + given(row, first[row]) + tail

    return [one(row) for row in range(count)]
