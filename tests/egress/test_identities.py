"""Numbers as identifiers: what is asked cheaply of many leaves out nothing that is asked of few."""

import random

import numpy as np

from sandbox.egress.identities import may_be, namable, spelled
from sandbox.egress.radix import may_name
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
