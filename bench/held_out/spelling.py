"""Spelling: every value is there, written in another way than in the source."""

from __future__ import annotations

import re
from datetime import date, timedelta

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
    INCOME,
    NAME,
    QUASI,
    SEX,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Values,
    cents,
    day,
    day_text,
    id_text,
    money,
    read_table,
    table,
    technique,
    tuples,
)

LOWER = "〇一二三四五六七八九"
CAPITAL = "零壹贰叁肆伍陆柒捌玖"
PINYIN = dict(
    zip(
        "丽于伟何佳军冯凯刘刚勇华博吴周唐国娜娟孙宇宋平庆建张强徐志怡慧敏文斌明春晨朱李杨杰林桂梁梅欣波洋浩海涛玉王磊秀罗"
        "胡艳芳英萧董谢赵超郑郭鑫陈雪霞静韩马高黄龙",
        [
            "li",
            "yu",
            "wei",
            "he",
            "jia",
            "jun",
            "feng",
            "kai",
            "liu",
            "gang",
            "yong",
            "hua",
            "bo",
            "wu",
            "zhou",
            "tang",
            "guo",
            "na",
            "juan",
            "sun",
            "yu",
            "song",
            "ping",
            "qing",
            "jian",
            "zhang",
            "qiang",
            "xu",
            "zhi",
            "yi",
            "hui",
            "min",
            "wen",
            "bin",
            "ming",
            "chun",
            "chen",
            "zhu",
            "li",
            "yang",
            "jie",
            "lin",
            "gui",
            "liang",
            "mei",
            "xin",
            "bo",
            "yang",
            "hao",
            "hai",
            "tao",
            "yu",
            "wang",
            "lei",
            "xiu",
            "luo",
            "hu",
            "yan",
            "fang",
            "ying",
            "xiao",
            "dong",
            "xie",
            "zhao",
            "chao",
            "zheng",
            "guo",
            "xin",
            "chen",
            "xue",
            "xia",
            "jing",
            "han",
            "ma",
            "gao",
            "huang",
            "long",
        ],
        strict=True,
    )
)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def changed(rows, columns, change, header) -> Files:
    """A CSV file of some columns, each value changed."""
    return [("csv", table(list(header), [[change(row[c]) for c in columns] for row in rows]))]


def restored(files, change) -> Values:
    """The rows of a CSV file, each value changed back."""
    return [tuple(change(cell) for cell in line) for line in read_table(files[0])]


def broaden(text: str) -> str:
    """The full-width form of printable ASCII."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def narrow(text: str) -> str:
    """The ASCII form of full-width characters."""
    return "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)


@technique("persons", *WHO)
def full_width(rows, _rng) -> Files:
    """Digits and letters in their full-width forms."""
    return changed(rows, WHO, broaden, "甲乙丙")


def full_width_back(files) -> Values:
    return restored(files, narrow)


def to_lower(text: str) -> str:
    """Digits as everyday Chinese numerals."""
    return text.translate(str.maketrans("0123456789", LOWER))


def from_lower(text: str) -> str:
    """Everyday Chinese numerals as digits."""
    return text.translate(str.maketrans(LOWER, "0123456789"))


@technique("persons", NAME, TEL)
def chinese_digits(rows, _rng) -> Files:
    """Telephone numbers as everyday Chinese numerals in sentences."""
    return [("txt", "\n".join(f"{r[NAME]}的电话是{to_lower(r[TEL])}。" for r in rows).encode())]


def chinese_digits_back(files) -> Values:
    return [(n, from_lower(t)) for n, t in re.findall("(.+)的电话是(.+)。", files[0].decode())]


def grand(number: int) -> str:
    """A number below ten thousand times ten thousand in capital numerals with places."""
    if number >= 10000:
        rest = number % 10000
        return grand(number // 10000) + "万" + (("零" if rest < 1000 else "") + grand(rest) if rest else "")
    out, gap = "", False
    for size, unit in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = number // size % 10
        if digit:
            out += ("零" if gap and out else "") + CAPITAL[digit] + unit
            gap = False
        else:
            gap = True
    return out


def ungrand(text: str) -> int:
    """The number that capital numerals say."""
    if "万" in text:
        head, tail = text.split("万")
        return ungrand(head) * 10000 + ungrand(tail)
    units = {"仟": 1000, "佰": 100, "拾": 10, "": 1}
    return sum(CAPITAL.index(d) * units[u] for d, u in re.findall("([壹贰叁肆伍陆柒捌玖])([仟佰拾]?)", text))


@technique("persons", NAME, VISIT, AMT)
def capital_amounts(rows, _rng) -> Files:
    """Sums of money in the capital numerals of an invoice."""
    lines = []
    for r in rows:
        whole, part = r[AMT].split(".")
        lines.append(
            [r[NAME], r[VISIT], f"{grand(int(whole))}元{CAPITAL[int(part[0])]}角{CAPITAL[int(part[1])]}分"]
        )
    return [("csv", table(["户名", "日期", "大写"], lines))]


def capital_amounts_back(files) -> Values:
    out = []
    for name, visit, text in read_table(files[0]):
        m = re.fullmatch("(.+)元(.)角(.)分", text)
        out.append((name, visit, f"{ungrand(m[1])}.{CAPITAL.index(m[2])}{CAPITAL.index(m[3])}"))
    return out


def tens(number: int) -> str:
    """A number below 100 as it is read."""
    a, b = divmod(number, 10)
    return ("" if a == 0 else ("" if a == 1 else LOWER[a]) + "十") + (LOWER[b] if b else "")


@technique("persons", *QUASI)
def chinese_dates(rows, _rng) -> Files:
    """Dates as in a formal letter: every year, month and day in Chinese numerals."""

    def spell(text: str) -> str:
        y, m, d = text.split("-")
        return f"{to_lower(y)}年{tens(int(m))}月{tens(int(d))}日"

    lines = [
        [spell(r[BIRTH]), to_lower(r[DIST]), spell(r[VISIT]), to_lower(r[AMT].replace(".", "点"))]
        for r in rows
    ]
    return [("csv", table(["其一", "其二", "其三", "其四"], lines))]


def chinese_dates_back(files) -> Values:
    numbers = {tens(i): f"{i:02d}" for i in range(1, 32)}

    def read(text: str) -> str:
        m = re.fullmatch("(.+)年(.+)月(.+)日", text)
        return f"{from_lower(m[1])}-{numbers[m[2]]}-{numbers[m[3]]}"

    return [
        (read(b), from_lower(d), read(v), from_lower(a).replace("点", "."))
        for b, d, v, a in read_table(files[0])
    ]


@technique("persons", SEX, *QUASI)
def republic_years(rows, _rng) -> Files:
    """Dates in the calendar of the Republic, others written year, month, day."""
    lines = []
    for r in rows:
        y, m, d = (int(i) for i in r[BIRTH].split("-"))
        era = f"民国{y - 1911}年" if y > 1911 else f"民国前{1912 - y}年"
        v = date.fromisoformat(r[VISIT])
        lines.append(
            [r[SEX], f"{era}{m}月{d}日", r[DIST], f"{v.year}年{v.month}月{v.day}日", f"¥{float(r[AMT]):,.2f}"]
        )
    return [("csv", table(["性", "生", "地", "诊", "费"], lines))]


def republic_years_back(files) -> Values:
    out = []
    for sex, born, place, seen, paid in read_table(files[0]):
        before, y, m, d = re.fullmatch(r"民国(前?)(\d+)年(\d+)月(\d+)日", born).groups()
        year = 1912 - int(y) if before else int(y) + 1911
        a, b, c = re.fullmatch(r"(\d+)年(\d+)月(\d+)日", seen).groups()
        out.append(
            (
                sex,
                date(year, int(m), int(d)).isoformat(),
                place,
                date(int(a), int(b), int(c)).isoformat(),
                paid[1:].replace(",", ""),
            )
        )
    return out


@technique("persons", *QUASI)
def sheet_serials(rows, _rng) -> Files:
    """Dates as the serial numbers of a spreadsheet."""
    lines = [[day(r[BIRTH]) - 693594, r[DIST], day(r[VISIT]) - 693594, r[AMT]] for r in rows]
    return [("csv", table(["x1", "x2", "x3", "x4"], lines))]


def sheet_serials_back(files) -> Values:
    return [
        (day_text(int(b) + 693594), d, day_text(int(v) + 693594), a) for b, d, v, a in read_table(files[0])
    ]


@technique("persons", NAME, BIRTH, DIST, VISIT)
def epoch_stamps(rows, _rng) -> Files:
    """Dates as seconds and milliseconds since 1970."""
    lines = [
        [r[NAME], (day(r[BIRTH]) - 719163) * 86400, r[DIST], (day(r[VISIT]) - 719163) * 86400000]
        for r in rows
    ]
    return [("csv", table(["u", "t0", "g", "t1"], lines))]


def epoch_stamps_back(files) -> Values:
    return [
        (n, day_text(int(b) // 86400 + 719163), d, day_text(int(v) // 86400000 + 719163))
        for n, b, d, v in read_table(files[0])
    ]


@technique("persons", *QUASI)
def day_of_year(rows, _rng) -> Files:
    """Dates as a year and a day in it, sums in units of ten thousand."""
    lines = []
    for r in rows:
        b, v = date.fromisoformat(r[BIRTH]), date.fromisoformat(r[VISIT])
        value = cents(r[AMT])
        lines.append([f"{b:%Y/%j}", r[DIST], f"{v:%Y/%j}", f"{value // 10**6}.{value % 10**6:06d}万"])
    return [("csv", table(["年/日", "区", "诊", "费"], lines))]


def day_of_year_back(files) -> Values:
    def read(text: str) -> str:
        year, number = text.split("/")
        return (date(int(year), 1, 1) + timedelta(int(number) - 1)).isoformat()

    return [(read(b), d, read(v), money(int(a[:-1].replace(".", "")))) for b, d, v, a in read_table(files[0])]


@technique("persons", NAME, ID, TEL)
def varied_separators(rows, rng) -> Files:
    """Digits in groups, the separator and the grouping different in every row."""
    lines = []
    for r in rows:
        s = rng.choice([" ", "-", ".", "/", "_", "·", ",", "\u3000"])
        cuts = sorted(rng.sample(range(1, 11), 3))
        tel = s.join(r[TEL][a:b] for a, b in zip([0, *cuts], [*cuts, 11], strict=True))
        lines.append([s.join(r[NAME]), s.join([r[ID][:6], r[ID][6:10], r[ID][10:14], r[ID][14:]]), tel])
    return [("csv", table(["n", "c", "m"], lines))]


def varied_separators_back(files) -> Values:
    return restored(files, lambda text: re.sub(r"[^\dX一-龥]", "", text))


@technique("persons", NAME, ID)
def zero_width(rows, rng) -> Files:
    """Invisible characters between the digits, as copied from a chat window."""
    marks = "\u200b\u200c\u200d\u2060\ufeff\u00ad"

    def sprinkle(text: str) -> str:
        return "".join(c + rng.choice(marks) * rng.randint(0, 2) for c in text)

    return [("csv", table(["名", "号"], [[sprinkle(r[NAME]), sprinkle(r[ID])] for r in rows]))]


def zero_width_back(files) -> Values:
    return restored(files, lambda text: re.sub("[\u200b\u200c\u200d\u2060\ufeff\u00ad]", "", text))


@technique("firms", USCC, CAP, INCOME)
def units_of_thousands(rows, _rng) -> Files:
    """Capital in 亿, income in 元, both with units, the code in lower case."""
    lines = []
    for r in rows:
        c = cents(r[CAP])
        lines.append([r[USCC].lower(), f"{c // 10**6}.{c % 10**6:06d}亿元", f"{cents(r[INCOME]) * 100:,}元"])
    return [("csv", table(["码", "资本", "收入"], lines))]


def units_of_thousands_back(files) -> Values:
    return [
        (k.upper(), money(int(c[:-2].replace(".", ""))), money(int(i[:-1].replace(",", "")) // 100))
        for k, c, i in read_table(files[0])
    ]


@technique("persons", TEL, ID)
def scientific(rows, _rng) -> Files:
    """Numbers in scientific notation with all their places."""
    lines = [[f"{r[TEL][0]}.{r[TEL][1:]}E+10", f"{r[ID][0]}.{r[ID][1:17]}e16"] for r in rows]
    return [("csv", table(["m1", "m2"], lines))]


def scientific_back(files) -> Values:
    return [(a[:-4].replace(".", ""), id_text(int(b[:-3].replace(".", "")))) for a, b in read_table(files[0])]


@technique("firms", USCC, FTEL)
def mixed_case_padding(rows, rng) -> Files:
    """Codes in random case with spaces before and after, telephones with zeros before them."""
    lines = [
        [
            " " * rng.randint(0, 4)
            + "".join(rng.choice([c.lower(), c]) for c in r[USCC])
            + "  \t"[: rng.randint(0, 3)],
            r[FTEL].zfill(rng.randint(13, 22)),
        ]
        for r in rows
    ]
    return [("csv", table(["code", "seq"], lines))]


def mixed_case_padding_back(files) -> Values:
    return [(a.strip().upper(), b.lstrip("0")) for a, b in read_table(files[0])]


@technique("persons", TEL, BIRTH, DIST)
def pinyin_names(rows, _rng) -> Files:
    """Names in pinyin, given name first, with telephone, birth and place."""
    lines = [
        [
            "".join(PINYIN[c] for c in r[NAME][1:]).title() + " " + PINYIN[r[NAME][0]].upper(),
            "+86 " + r[TEL],
            date.fromisoformat(r[BIRTH]).strftime("%d.%m.%Y"),
            "CN-" + r[DIST],
        ]
        for r in rows
    ]
    return [("csv", table(["name", "phone", "born", "region"], lines))]


def pinyin_names_back(files) -> Values:
    return [(t[4:], f"{b[6:]}-{b[3:5]}-{b[:2]}", d[3:]) for _, t, b, d in read_table(files[0])]


@technique("persons", NAME, TEL, SEX)
def swapped_names(rows, _rng) -> Files:
    """Given name before the family name, the number from its end to its front."""
    lines = [
        [f"{r[NAME][1:]}·{r[NAME][0]}{'先生' if r[SEX] == '男' else '女士'}", r[TEL][::-1]] for r in rows
    ]
    return [("csv", table(["称谓", "编号"], lines))]


def swapped_names_back(files) -> Values:
    return [
        (n[:-2].split("·")[1] + n[:-2].split("·")[0], t[::-1], "男" if n[-2:] == "先生" else "女")
        for n, t in read_table(files[0])
    ]


@technique("persons", NAME, ID)
def mask_with_check_digit(rows, rng) -> Files:
    """One place of each resident number is a star, and the check digit tells which digit it was."""
    lines = []
    for r in rows:
        at = rng.randint(0, 16)
        lines.append([r[NAME], r[ID][:at] + "*" + r[ID][at + 1 :]])
    return [("csv", table(["姓名", "证件号（脱敏）"], lines))]


def mask_with_check_digit_back(files) -> Values:
    out = []
    for name, text in read_table(files[0]):
        tries = [text.replace("*", str(i)) for i in range(10)]
        out.append((name, next(t for t in tries if id_text(int(t[:17])) == t)))
    return out


@technique("persons", *QUASI)
def every_date_layout(rows, rng) -> Files:
    """Each date in another layout: ISO week, slashes, month names, compact digits."""

    def show(text: str) -> str:
        d = date.fromisoformat(text)
        week = d.isocalendar()
        return rng.choice(
            [
                f"{d.day:02d}/{d.month:02d}/{d.year}",
                f"{MONTHS[d.month - 1]} {d.day}, {d.year}",
                f"{d:%Y%m%d}",
                f"{d.year}.{d.month}.{d.day}",
                f"{week[0]}-W{week[1]:02d}-{week[2]}",
                f"{d.day}-{MONTHS[d.month - 1].upper()}-{d.year}",
            ]
        )

    lines = [[show(r[BIRTH]), f"GZ{r[DIST]}", show(r[VISIT]), f"CNY {r[AMT]}"] for r in rows]
    return [("csv", table(["d1", "loc", "d2", "val"], lines))]


def one_date(text: str) -> str:
    """A date in any of the layouts."""
    if "-W" in text:
        y, w, d = text.split("-")
        return date.fromisocalendar(int(y), int(w[1:]), int(d)).isoformat()
    if m := re.fullmatch(r"(\d{4})\.?(\d\d?)\.?(\d\d?)", text):
        return date(int(m[1]), int(m[2]), int(m[3])).isoformat()
    if m := re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", text):
        return f"{m[3]}-{m[2]}-{m[1]}"
    if m := re.fullmatch(r"(\w{3}) (\d+), (\d{4})", text):
        return date(int(m[3]), MONTHS.index(m[1]) + 1, int(m[2])).isoformat()
    d, name, y = text.split("-")
    return date(int(y), MONTHS.index(name.title()) + 1, int(d)).isoformat()


def every_date_layout_back(files) -> Values:
    return [(one_date(b), d[2:], one_date(v), a[4:]) for b, d, v, a in read_table(files[0])]


SCRIPTS = ["٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "⓪①②③④⑤⑥⑦⑧⑨", "₀₁₂₃₄₅₆₇₈₉", "๐๑๒๓๔๕๖๗๘๙"]


@technique("persons", NAME, ID)
def foreign_digits(rows, rng) -> Files:
    """Digits of other scripts, circled and in subscript."""
    lines = [[r[NAME], r[ID].translate(str.maketrans("0123456789", rng.choice(SCRIPTS)))] for r in rows]
    return [("csv", table(["项", "值"], lines))]


def foreign_digits_back(files) -> Values:
    plain = {c: str(i) for script in SCRIPTS for i, c in enumerate(script)}
    return restored(files, lambda text: "".join(plain.get(c, c) for c in text))


@technique("firms", USCC, FIRM)
def look_alike_letters(rows, _rng) -> Files:
    """Latin letters of the code replaced by Cyrillic and Greek ones of the same look."""
    swap = str.maketrans("ABCEHKMPTXY", "АВСЕНКМРТХΥ")
    return [("csv", table(["码", "名"], [[r[USCC].translate(swap), r[FIRM]] for r in rows]))]


def look_alike_letters_back(files) -> Values:
    return restored(files, lambda text: text.translate(str.maketrans("АВСЕНКМРТХΥ", "ABCEHKMPTXY")))


@technique("persons", NAME, TEL)
def digits_as_letters(rows, _rng) -> Files:
    """Digits as the letters of an old telephone price code, and the code word in the heading."""
    word = "PLACEBOUNK"
    lines = [[r[NAME], r[TEL].translate(str.maketrans("0123456789", word))] for r in rows]
    return [("csv", table(["item", f"mark ({word})"], lines))]


def digits_as_letters_back(files) -> Values:
    word = re.search(r"mark \((\w+)\)", files[0].decode())[1]
    return [(n, t.translate(str.maketrans(word, "0123456789"))) for n, t in read_table(files[0])]


@technique("persons", ID)
def fifteen_places(rows, _rng) -> Files:
    """Resident numbers without the century and without the check digit, the century as a letter."""
    return [
        ("txt", "\n".join(("A" if r[ID][6] == "1" else "B") + r[ID][:6] + r[ID][8:17] for r in rows).encode())
    ]


def fifteen_places_back(files) -> Values:
    return [
        (id_text(int(t[1:7] + {"A": "19", "B": "20"}[t[0]] + t[7:])),) for t in files[0].decode().split("\n")
    ]


@technique("firms", USCC, BOSS, FOUND)
def truncated_codes(rows, _rng) -> Files:
    """Credit codes without the place and the check digit, which the register adds again, and short dates."""
    lines = [
        [
            r[USCC][:2] + "-" + r[USCC][8:17],
            r[USCC][2:8],
            r[BOSS][0] + " " + r[BOSS][1:],
            r[FOUND][2:].replace("-", ""),
        ]
        for r in rows
    ]
    return [("csv", table(["主体", "区", "代表", "设立"], lines))]


def truncated_codes_back(files) -> Values:
    out = []
    for code, area, boss, born in read_table(files[0]):
        body = code[:2] + area + code[3:]
        check = (31 - sum(ALPHA.index(c) * pow(3, i, 31) for i, c in enumerate(body)) % 31) % 31
        year = ("19" if born[:2] > "50" else "20") + born[:2]
        out.append((body + ALPHA[check], boss.replace(" ", ""), f"{year}-{born[2:4]}-{born[4:]}"))
    return out


@technique("persons", NAME, HOSP, VISIT, AMT)
def words_for_numbers(rows, _rng) -> Files:
    """Sentences in which each sum is read out digit by digit in pinyin."""
    sounds = ["ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu"]
    out = []
    for r in rows:
        said = " ".join("dian" if c == "." else sounds[int(c)] for c in r[AMT])
        out.append(
            f"{r[VISIT][5:].replace('-', '月')}日（{r[VISIT][:4]}），{r[NAME]}在{r[HOSP]}花费 {said} yuan"
        )
    return [("txt", "\n".join(out).encode())]


def words_for_numbers_back(files) -> Values:
    sounds = {
        s: str(i) for i, s in enumerate(["ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu"])
    } | {"dian": "."}
    found = re.findall(r"(\d\d)月(\d\d)日（(\d+)），(.+)在(.+)花费 (.+) yuan", files[0].decode())
    return [(n, h, f"{y}-{m}-{d}", "".join(sounds[w] for w in s.split())) for m, d, y, n, h, s in found]


@technique("persons", TEL, AMT)
def keypad_words(rows, _rng) -> Files:
    """Telephone numbers typed as letters of a keypad, where each digit has one letter."""
    pad = str.maketrans("0123456789", "QZADGJMPTW")
    lines = [
        [r[TEL].translate(pad)[:4] + "-" + r[TEL].translate(pad)[4:], "￥" + broaden(r[AMT])] for r in rows
    ]
    return [("csv", table(["0Q 1Z 2A 3D 4G 5J 6M 7P 8T 9W", "元"], lines))]


def keypad_words_back(files) -> Values:
    pad = str.maketrans("QZADGJMPTW", "0123456789")
    return tuples([k.replace("-", "").translate(pad), narrow(a[1:])] for k, a in read_table(files[0]))
