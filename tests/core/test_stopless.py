"""Thai and Lao: sentences without a mark at their end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.stopless import clauses, ends_without_mark, is_stopless

FISH = "นักวิทยาศาสตร์พบว่าปลาในแม่น้ำกลับมาเร็วกว่าที่คาดไว้"  # scientists found that the fish came back sooner than expected
DAMS = "ชาวประมงช่วยกันเก็บอวนเก่าออกจากแม่น้ำทุกเดือน"  # the fishers take old nets out of the river each month
LAO = "ນັກວິທະຍາສາດພົບວ່າປາໃນແມ່ນໍ້າກັບຄືນມາໄວກວ່າທີ່ຄາດໄວ້"


@pytest.mark.parametrize(
    "parts",
    [
        [FISH, DAMS],
        [LAO, LAO],
        [f"“{FISH}”", DAMS],
        [f"{FISH} และ{DAMS}"],  # and
        [f"{FISH} ซึ่ง{DAMS}"],  # which
        [f"{FISH} หลังจาก{DAMS}"],  # after
        [f"{FISH}ว่า {DAMS}"],  # that
        [f"{FISH} 62 แห่งเป็นเวลาสามปี", DAMS],  # a number
        [f"{FISH} WWF {DAMS}"],
        [f"{FISH}ต่างๆ {DAMS}"],
        [f"ปลากลับมา {DAMS}"],  # too short to say much
        [f"{FISH}กว่า", DAMS],  # "than" ends like "that"
        [f"{FISH}พื้นที่", DAMS],  # an area ends like a relative
    ],
)
def test_a_space_parts_what_can_stand_alone(parts: list[str]) -> None:
    """Not before "and" or "after", not behind "that", not around numbers and names in other letters."""
    assert clauses(" ".join(parts)) == parts


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (FISH, True),
        (f"“{FISH}”", True),
        (LAO, True),
        (f"เมื่อวันที่ 12 พฤศจิกายน {FISH}", True),
        ("อ่านข่าวต้นฉบับที่นี่", False),  # read the original here
        (f"แต่{FISH}", False),  # but
        (f"{FISH}และ", False),
        (f"{FISH}…", False),
        (f"{FISH} เป็นเวลา 62", False),
        ("The fish came back to the river sooner than was expected", False),
        (f"The fish came back to the river sooner than was expected, {FISH[:20]}", False),
        ("", False),
    ],
)
def test_a_sentence_without_a_mark_is_known_by_its_length_and_ends(text: str, whole: bool) -> None:
    """What is too short, begins with "but" or ends with "and" is none."""
    assert ends_without_mark(text) is whole


def test_one_word_of_thai_makes_no_text_thai() -> None:
    """Most of the characters must be."""
    assert is_stopless(FISH)
    assert not is_stopless(f"The Thai for “the fish came back” is “{FISH[:12]}”, and it has no full stop.")
    assert not is_stopless("")


@given(st.text("กขเแาํ ๆ“”1a", max_size=150))
def test_nothing_is_lost_but_space(text: str) -> None:
    """Put together again, the parts hold every visible character, in order."""
    assert "".join(clauses(text)).replace(" ", "") == text.replace(" ", "")
