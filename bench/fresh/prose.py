"""Prose: sentences, lists, transcripts and signs in which the values are told."""

from __future__ import annotations

import itertools
import re
from datetime import date

from bench.fresh.core import chunked, dense, lines_of, plain, technique, undense
from bench.held_out.core import (
    ALPHA,
    AMT,
    BIRTH,
    BOSS,
    CAP,
    DIST,
    FIRM,
    FOUND,
    FTEL,
    HOSP,
    ID,
    NAME,
    SEX,
    SICK,
    TEL,
    USCC,
    VISIT,
    Files,
    Values,
    cents,
    day,
    day_text,
    money,
    read_table,
    table,
)

NOTES = (
    "{n}（{s}，生于{b}），本次因{d}来诊，留下的号码是{t}。",
    "接诊{s}性{d}患者一名，{b}出生，自述姓{f}名{g}；回访请拨{t}。",
    "{t}系{n}本人使用，其于{b}出生，{s}，诊断写作{d}。",
)


@technique("persons", NAME, SEX, BIRTH, SICK, TEL)
def ward_diary(rows, rng) -> Files:
    """A diary of a ward in three manners of saying the same."""
    out = ["值班日志", ""]
    for r in rows:
        year, month, of_month = r[BIRTH].split("-")
        parts = {"n": r[NAME], "f": r[NAME][0], "g": r[NAME][1:], "s": r[SEX], "d": r[SICK], "t": r[TEL]}
        out.append(rng.choice(NOTES).format(b=f"{year}年{int(month)}月{int(of_month)}日", **parts))
    return plain("txt", "\n".join(out))


def ward_diary_back(files) -> Values:
    shapes = [
        re.compile(re.escape(note).replace(r"\{", "{").replace(r"\}", "}").format(
            n="(?P<n>.+?)", f="(?P<f>.)", g="(?P<g>.+?)", s="(?P<s>.)", d="(?P<d>.+?)", t=r"(?P<t>\d{11})",
            b=r"(?P<y>\d+)年(?P<m>\d+)月(?P<a>\d+)日",
        ))
        for note in NOTES
    ]  # fmt: skip
    out = []
    for line in lines_of(files)[2:]:
        m = next(m for shape in shapes if (m := shape.fullmatch(line))).groupdict()
        name = m.get("n") or m["f"] + m["g"]
        out.append((name, m["s"], date(int(m["y"]), int(m["m"]), int(m["a"])).isoformat(), m["d"], m["t"]))
    return out


@technique("persons", NAME, BIRTH, TEL)
def english_letter(rows, _rng) -> Files:
    """A letter in English: ordinal days, months in words, phones in groups with a country code."""
    out = ["Dear colleague,", "", "As discussed, these are the people we could not reach:", ""]
    for r in rows:
        when = date.fromisoformat(r[BIRTH])
        ending = {1: "st", 2: "nd", 3: "rd"}.get(when.day % 10 if when.day not in (11, 12, 13) else 0, "th")
        born = f"the {when.day}{ending} of {when:%B}, {when.year}"
        out.append(
            f"Mr or Ms {r[NAME]}, born on {born}, can be called at (+86) {r[TEL][:3]}-"
            f"{r[TEL][3:7]}-{r[TEL][7:]};"
        )
    return plain("txt", "\n".join([*out, "", "Kind regards"]))


def english_letter_back(files) -> Values:
    months = [f"{date(2000, i, 1):%B}" for i in range(1, 13)]
    out = []
    for n, d, m, y, t in re.findall(
        r"Ms (.+?), born on the (\d+).. of (\w+), (\d+), .+? \(\+86\) (\S+);", files[0].decode()
    ):
        out.append((n, date(int(y), months.index(m) + 1, int(d)).isoformat(), t.replace("-", "")))
    return out


RADIO = "洞幺两三四五六拐八勾"


@technique("persons", NAME, ID, TEL)
def radio_operator(rows, _rng) -> Files:
    """Digits as soldiers and dispatchers say them."""
    to = str.maketrans("0123456789", RADIO)
    return plain(
        "txt",
        "\n".join(f"呼叫{r[NAME]}，证{r[ID].translate(to)}，线{r[TEL].translate(to)}，完毕。" for r in rows),
    )


def radio_operator_back(files) -> Values:
    back = str.maketrans(RADIO, "0123456789")
    found = re.findall(r"呼叫(.+?)，证(.+?)，线(.+?)，完毕", files[0].decode())
    return [(n, k.translate(back), t.translate(back)) for n, k, t in found]


SAID = ["oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TIMES = {1: "", 2: "double ", 3: "triple "}


@technique("firms", FIRM, FTEL, CAP)
def dictated_numbers(rows, _rng) -> Files:
    """Phones and sums as they are dictated: oh, double, triple, point."""

    def said(text: str) -> str:
        return " ".join(
            TIMES[len(m[0])] + ("point" if m[0] == "." else SAID[int(m[0][0])])
            for m in re.finditer(r"(.)\1{0,2}", text)
        )

    return plain("txt", "\n".join(f"{r[FIRM]}: call {said(r[FTEL])}, capital {said(r[CAP])}" for r in rows))


def dictated_numbers_back(files) -> Values:
    def heard(text: str) -> str:
        out, times = "", 1
        for word in text.split():
            if word in ("double", "triple"):
                times = 2 if word == "double" else 3
            else:
                out += ("." if word == "point" else str(SAID.index(word))) * times
                times = 1
        return out

    found = re.findall(r"(?m)^(.+?): call (.+?), capital (.+)$", files[0].decode())
    return [(f, heard(t), heard(c)) for f, t, c in found]


@technique("persons", NAME, BIRTH, DIST, AMT)
def respectively(rows, _rng) -> Files:
    """Four paragraphs of a report: the names, and then what belongs to them, respectively."""
    out = ["上述个案依次为" + "、".join(r[NAME] for r in rows) + "。"]
    out.append("其出生日期分别为" + "、".join(r[BIRTH].replace("-", "/") for r in rows) + "；")
    out.append("按顺序所属区划为" + "、".join(r[DIST][2:] for r in rows) + "（省略前缀52）；")
    out.append("对应费用依次是" + "、".join(r[AMT] for r in rows) + "元。")
    return plain("md", "## 三、个案\n\n" + "\n\n".join(out) + "\n")


def respectively_back(files) -> Values:
    lines = [line for line in lines_of(files) if "、" in line][1:]
    names, births, areas, sums = (
        [c for c in re.split("为|是|[（；。元]", line)[1].split("、")] for line in lines
    )
    return [
        (n, b.replace("/", "-"), "52" + d, a) for n, b, d, a in zip(names, births, areas, sums, strict=True)
    ]


@technique("persons", BIRTH, VISIT, AMT, DIST)
def told_by_the_one_before(rows, _rng) -> Files:
    """Each case told by its difference from the case before."""
    first = rows[0]
    out = [f"首例：{first[BIRTH]}出生，{first[VISIT]}就诊，花费{first[AMT]}元，区划{first[DIST]}。"]
    for a, b in itertools.pairwise(rows):
        steps = [day(b[c]) - day(a[c]) for c in (BIRTH, VISIT)]
        amount = cents(b[AMT]) - cents(a[AMT])
        words = [f"{'晚' if s >= 0 else '早'}{abs(s)}天" for s in steps]
        more = f"{'多' if amount >= 0 else '少'}花{abs(amount)}分"
        out.append(
            f"下一例比上例出生{words[0]}、就诊{words[1]}、{more}，区划加{int(b[DIST]) - int(a[DIST])}。"
        )
    return plain("txt", "\n".join(out))


def told_by_the_one_before_back(files) -> Values:
    first, *rest = lines_of(files)
    b, v, a, d = re.findall(r"：(.+?)出生，(.+?)就诊，花费(.+?)元，区划(\d+)", first)[0]
    at, out = [day(b), day(v), cents(a), int(d)], [(b, v, a, d)]
    for line in rest:
        found = re.findall(r"[晚早多少加]花?(-?\d+)", line)
        signs = [-1 if c in "早少" else 1 for c in re.findall(r"([晚早多少加])花?-?\d", line)]
        at = [x + s * int(n) for x, s, n in zip(at, signs, found, strict=True)]
        out.append((day_text(at[0]), day_text(at[1]), money(at[2]), str(at[3])))
    return out


@technique("persons", NAME, ID, TEL)
def telephone_interviews(rows, _rng) -> Files:
    """Transcripts of calls in which number and phone come in pieces, with questions between."""
    out = []
    for i, r in enumerate(rows, 1):
        out += [
            f"[录音{i}]",
            "问：请问怎么称呼？",
            f"答：我叫{r[NAME]}。",
            "问：证件号前六位？",
            f"答：{r[ID][:6]}。",
        ]
        out += ["问：生日那八位呢？", f"答：{r[ID][6:14]}，后面是{r[ID][14:]}。", "问：号码？"]
        out += [f"答：{r[TEL][:3]}，", "问：嗯。", f"答：{r[TEL][3:7]}，再就是{r[TEL][7:]}。", ""]
    return plain("txt", "\n".join(out))


def telephone_interviews_back(files) -> Values:
    out = []
    for call in files[0].decode().split("[录音")[1:]:
        name = re.search("我叫(.+?)。", call)[1]
        digits = "".join(re.findall(r"[\dX]+", call.split("六位？")[1]))
        out.append((name, digits[:18], digits[18:]))
    return out


ROD = "〇〡〢〣〤〥〦〧〨〩"


@technique("persons", NAME, TEL, AMT)
def market_numerals(rows, _rng) -> Files:
    """A ledger with the numerals of old markets."""
    to = str.maketrans("0123456789.", ROD + "元")
    return [
        (
            "csv",
            table(
                ["户名", "挂号", "银"], [[r[NAME], r[TEL].translate(to), r[AMT].translate(to)] for r in rows]
            ),
        )
    ]


def market_numerals_back(files) -> Values:
    back = str.maketrans(ROD + "元", "0123456789.")
    return [(n, t.translate(back), a.translate(back)) for n, t, a in read_table(files[0])]


HANGUL = "공일이삼사오육칠팔구"


@technique("firms", USCC, BOSS, FTEL)
def korean_and_spelled_letters(rows, _rng) -> Files:
    """A memorandum with the digits in Korean and letters by the words of aviators."""
    words = (
        "Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike "
        "November Oscar Papa Quebec Romeo "
        "Sierra Tango Uniform Victor Whiskey X-ray Yankee Zulu"
    )
    by_letter = {w[0]: w for w in words.split()}
    out = []
    for r in rows:
        code = " ".join(HANGUL[int(c)] if c.isdigit() else by_letter[c] for c in r[USCC])
        out.append(f"{r[BOSS]}: {code} / {''.join(HANGUL[int(c)] for c in r[FTEL])}")
    return plain("txt", "\n".join(out))


def korean_and_spelled_letters_back(files) -> Values:
    out = []
    for line in lines_of(files):
        boss, code, phone = re.split(": | / ", line)
        text = "".join(str(HANGUL.index(w)) if w in HANGUL else w[0] for w in code.split(" "))
        out.append((text, boss, "".join(str(HANGUL.index(c)) for c in phone)))
    return out


TILES = "🀆🀙🀚🀛🀜🀝🀞🀟🀠🀡"


@technique("persons", ID, TEL)
def tiles_of_a_game(rows, _rng) -> Files:
    """Hands of a game of tiles, the suit of dots as digits and the red dragon as X."""
    out = [
        f"第{i}局 " + "".join("🀄" if c == "X" else TILES[int(c)] for c in r[ID] + r[TEL])
        for i, r in enumerate(rows, 1)
    ]
    return plain("txt", "\n".join(out))


def tiles_of_a_game_back(files) -> Values:
    out = []
    for line in lines_of(files):
        text = "".join("X" if c == "🀄" else str(TILES.index(c)) for c in line.split(" ")[1])
        out.append((text[:18], text[18:]))
    return out


@technique("persons", ID, TEL, AMT)
def record_of_a_game_of_go(rows, rng) -> Files:
    """A game of go: each byte of the records is a point of the board, a move after another."""
    points = rng.sample([a + b for a in "abcdefghijklmnopqrs" for b in "abcdefghijklmnopqrs"], 256)
    moves = "".join(f";{'BW'[i % 2]}[{points[v]}]" for i, v in enumerate(dense(rows, ID, TEL, AMT)))
    return plain("sgf", f"(;GM[1]SZ[19]LB[{']['.join(f'{p}:{i}' for i, p in enumerate(points))}]{moves})")


def record_of_a_game_of_go_back(files) -> Values:
    text = files[0].decode()
    known = {p: int(i) for p, i in re.findall(r"\[(\w\w):(\d+)\]", text)}
    return undense(bytes(known[p] for p in re.findall(r";[BW]\[(\w\w)\]", text)), ID, TEL, AMT)


@technique("persons", ID, TEL, VISIT)
def synoptic_telegrams(rows, rng) -> Files:
    """Telegrams of weather stations in groups of five digits."""
    out = []
    for r in rows:
        digits = (
            r[ID][:17]
            + ("9" if r[ID][17] == "X" else "0")
            + r[ID][17].replace("X", "0")
            + r[TEL]
            + r[VISIT].replace("-", "")
        )
        digits += str(rng.randint(0, 9)) * (-len(digits) % 5)
        out.append("AAXX 05061 " + " ".join(chunked(digits, 5)) + "=")
    return plain("txt", "\n".join(out))


def synoptic_telegrams_back(files) -> Values:
    out = []
    for line in lines_of(files):
        digits = line[11:-1].replace(" ", "")
        last = "X" if digits[17] == "9" else digits[18]
        day = digits[30:38]
        out.append((digits[:17] + last, digits[19:30], f"{day[:4]}-{day[4:6]}-{day[6:]}"))
    return out


@technique("firms", USCC, FIRM, BOSS, FOUND)
def notices_of_a_court(rows, _rng) -> Files:
    """Notices to be delivered, each in one long sentence whose order changes by turns."""
    out = []
    for i, r in enumerate(rows):
        day = "{}年{}月{}日".format(*(int(v) for v in r[FOUND].split("-")))
        if i % 2:
            out.append(
                f"本院受理与{r[BOSS]}（{r[FIRM]}法定代表人）纠纷一案，该公司成立于{day}，代码{r[USCC]}，特此公告。"
            )
        else:
            out.append(f"{r[FIRM]}（代码{r[USCC]}，{day}设立）：{r[BOSS]}作为法定代表人应到庭，逾期不候。")
    return plain("txt", "\n\n".join(out))


def notices_of_a_court_back(files) -> Values:
    out = []
    for text in files[0].decode().split("\n\n"):
        boss = re.search(r"受理与(.+?)（|：(.+?)作为", text)
        day = date(*(int(v) for v in re.search(r"(\d+)年(\d+)月(\d+)日", text).groups())).isoformat()
        name = re.search("（(.+?)法定代表人）" if text.startswith("本院") else "^(.+?)（", text)[1]
        out.append((re.search(rf"代码([{ALPHA}]{{18}})", text)[1], name, boss[1] or boss[2], day))
    return out


@technique("persons", NAME, TEL, AMT)
def sums_at_school(rows, rng) -> Files:
    """Problems for a school: the answers of sums are phone and amount of a child's name."""
    out = []
    for i, r in enumerate(rows, 1):
        a, b = rng.randint(10**9, 10**10), rng.randint(100, 900)
        out.append(
            f"{i}. {r[NAME]}有{int(r[TEL]) - a}颗豆，又得{a}颗，共几颗？若每{b}颗一袋，"
            f"已装{cents(r[AMT]) // b}袋，还余"
            f"{cents(r[AMT]) % b}颗，第二堆共几颗？"
        )
    return plain("txt", "\n".join(out))


def sums_at_school_back(files) -> Values:
    shape = r"\. (.+?)有(\d+)颗豆，又得(\d+)颗.+?每(\d+)颗一袋，已装(\d+)袋，还余(\d+)颗"
    return [
        (n, str(int(x) + int(a)), money(int(b) * int(q) + int(m)))
        for n, x, a, b, q, m in re.findall(shape, files[0].decode())
    ]


@technique("persons", NAME, HOSP, VISIT, TEL)
def drafts_of_short_messages(rows, _rng) -> Files:
    """Drafts of short messages to be sent, one a line, with a sender's mark."""
    out = []
    for r in rows:
        _, month, of_month = r[VISIT].split("-")
        year = int(r[VISIT][:4])
        out.append(
            f"【{r[HOSP]}】{r[NAME]}您好，您{year}年{int(month)}月{int(of_month)}日的报告已出，退订回T//to:{r[TEL]}"
        )
    return plain("txt", "\n".join(out))


def drafts_of_short_messages_back(files) -> Values:
    shape = r"【(.+?)】(.+?)您好，您(\d+)年(\d+)月(\d+)日.+?to:(\d+)"
    found = re.findall(shape, files[0].decode())
    return [(n, h, date(int(y), int(m), int(d)).isoformat(), t) for h, n, y, m, d, t in found]
