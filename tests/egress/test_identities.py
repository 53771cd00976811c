"""Numbers as identifiers: what is asked cheaply of many leaves out nothing that is asked of few."""

import random

import numpy as np

from sandbox.egress.identities import may_be, namable, spelled
from sandbox.egress.radix import columns_of, may_name
from sandbox.egress.streams import Stream, cut, lines_of
from sandbox.kernel.identifiers import USCC_ALPHABET, USCC_REGISTERS, uscc_check_digit


def _numbers():
    dice = random.Random(3)
    found = [dice.randrange(10 ** (size - 1), 10**size) for size in range(10, 30) for _ in range(2_000)]
    for _ in range(4_000):
        day = f"{dice.randrange(13):02}{dice.randrange(32):02}{dice.randrange(1000):03}"
        area = f"{dice.randrange(1, 9)}{dice.randrange(10**5):05}"
        year = f"{dice.choice(['19', '20'])}{dice.randrange(100):02}"
        found += [int(area + year + day), int(area + year[2:] + day)]
    return found


def test_a_number_that_names_somebody_is_never_left_out_by_the_cheap_question():
    numbers = [number // 10 * 10 for number in _numbers()]  # three neighbours have one day
    told = namable(np.array(numbers, np.float64))
    possible = may_be(np.array(numbers, np.float64))
    naming = [
        bool(likely) and may_name(spelled([number, number + 1, number + 2]))
        for number, likely in zip(numbers, possible, strict=True)
    ]
    assert sum(naming) > 5_000
    assert not [one for one, cheap, sure in zip(numbers, told, naming, strict=True) if sure and not cheap]
    assert told.sum() < 0.8 * possible.sum()  # and it does leave something out


def test_a_credit_code_is_spelled_from_its_number_in_either_alphabet_with_or_without_its_last_place():
    dice = random.Random(5)
    for alphabet in (USCC_ALPHABET, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
        for register in sorted(USCC_REGISTERS):
            body = f"{register}520302" + "".join(dice.choices(USCC_ALPHABET, k=9))
            code = body + uscc_check_digit(body)
            for text in (body, code):
                number = 0
                for sign in text:
                    number = number * len(alphabet) + alphabet.index(sign)
                assert spelled([number]) == (code,)


def test_of_a_credit_code_in_a_base_the_cheap_question_leaves_out_nothing_and_most_of_what_is_none():
    dice = random.Random(7)
    codes = []
    for alphabet in (USCC_ALPHABET, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
        for register in sorted(one for one in USCC_REGISTERS if one[0] in "159"):
            body = f"{register}{dice.choice(['520302', '999999', '000000'])}" + "".join(
                dice.choices(USCC_ALPHABET, k=9)
            )
            for text in (body, body + uscc_check_digit(body)):
                number = 0
                for sign in text:
                    number = number * len(alphabet) + alphabet.index(sign)
                codes.append(number)
    assert namable(np.array(codes, np.float64)).all()
    others = np.array([dice.randrange(10**24, 10**28) for _ in range(5_000)], np.float64)
    assert may_be(others).sum() > 400 > 5 * namable(others).sum()


def test_a_sequence_that_is_like_another_is_read_once_and_digits_in_a_base_are_put_together():
    ids = [520302198001010000 + 13 * number for number in range(40)]
    digits = [[number // 60**place % 60 for place in range(10, -1, -1)] for number in ids]
    values = np.array(digits, np.int64).reshape(-1)
    one = Stream("angles", values, tuple(range(11, 441, 11)))
    found = list(columns_of(one, Stream("again", values, one.ends)))
    assert tuple(map(str, ids)) in {column.cells for column in found}
    assert len(found) == len(list(columns_of(one)))


def test_lines_of_a_sequence_are_those_that_it_holds_wholly():
    values = np.arange(20)
    for ends in ((), (3, 6, 9), (4, 4, 11, 25), (20,), (30,)):
        starts, sizes = lines_of(values, ends)
        plain = [line.tolist() for line in cut(values, ends)]
        assert [values[at : at + size].tolist() for at, size in zip(starts, sizes, strict=True)] == plain
