"""Thai and Lao, which end no sentence with a mark: a space parts clauses, and names and numbers too.  Pure.

May import: the standard library only.  No rule finds every border without a dictionary, so this one errs on the side of
too few: what may lean on its neighbour stays beside it, and what is too long then makes no post.
"""

from __future__ import annotations

import re

_LETTER = "\u0e01-\u0e2e\u0e40-\u0e44\u0e81-\u0eae\u0ec0-\u0ec4"
_WRITTEN = re.compile("[\u0e01-\u0eff]")
_SPACE = re.compile(rf"(?<=[\u0e01-\u0eff\"”’»)]) +(?=[{_LETTER}])")
# The repetition sign, the sign of what is abbreviated, a vowel that wants its consonant, "that", "namely", "and", "with":
# something follows.  "Than" ends like "that".
_GOES_ON = re.compile(
    r"(?:[ๆฯເແໂໃໄเแโใไ]|(?<!ก)ว่า|คือ|เช่น|ได้แก่|และ|หรือ|โดย|กับ|เพื่อ|ซึ่ง|(?<!ກ)ວ່າ|ຄື|ເຊັ່ນ|ໄດ້ແກ່|ແລະ|ຫຼື|ໂດຍ|ກັບ|ເພື່ອ|ເຊິ່ງ)\Z"
)
# "And", "but", "which", "therefore", "such as": what begins so leans on what stands before it, ...
_LEANS = re.compile(
    r"(?:และ|หรือ|แต่|ซึ่ง|ที่|โดย|เพราะ|จึง|ทำให้|ส่งผลให้|รวมทั้ง|รวมถึง|เช่น|ได้แก่|คือ|ว่า|แล้ว|อีก|ก็"
    r"|ແລະ|ຫຼື|ຫລື|ແຕ່|ຊຶ່ງ|ເຊິ່ງ|ທີ່|ໂດຍ|ເພາະ|ຈຶ່ງ|ເຮັດໃຫ້|ລວມທັງ|ເຊັ່ນ|ໄດ້ແກ່|ຄື|ວ່າ|ແລ້ວ|ອີກ|ກໍ)"
)
# ... and so may what begins with "when", "in", "from", "if", "has": it ends its sentence as often as it begins one.
_MAY_LEAN = re.compile(
    r"(?:เพื่อ|เนื่องจาก|ก่อน|หลัง|เมื่อ|ขณะ|จน|ตั้งแต่|ระหว่าง|อย่าง|ด้วย|ถึง|กับ|แก่|ใน|จาก|ของ|ณ|ตลอด|นอกจาก|พร้อม|ไม่ว่า|ถ้า|หาก|ตาม|ต่อ|เป็น|มี|ทั้ง"
    r"|กว่า|สำหรับ|เกี่ยวกับ|ภาย"
    r"|ເພື່ອ|ເນື່ອງຈາກ|ກ່ອນ|ຫຼັງ|ຫລັງ|ເມື່ອ|ຂະນະ|ຈົນ|ຕັ້ງແຕ່|ລະຫວ່າງ|ຢ່າງ|ດ້ວຍ|ເຖິງ|ກັບ|ແກ່|ໃນ|ຈາກ|ຂອງ|ຕະຫຼອດ|ນອກຈາກ|ພ້ອມ|ຖ້າ|ຫາກ|ຕາມ|ຕໍ່|ເປັນ|ມີ|ທັງ|ກວ່າ|ສໍາລັບ|ພາຍ)"
)
_LEAST = 30
"""Characters of a sentence: half a dozen words, of which each has four to five."""

_ENDED = re.compile(r"[\u0e01-\u0eff][\"”’»)]*\Z")


def is_stopless(text: str) -> bool:
    """Tell whether a text is written in Thai or Lao letters for the most part."""
    return not text.isascii() and len(_WRITTEN.findall(text)) * 2 > len(text)


def ends_without_mark(text: str) -> bool:
    """Tell whether a text can be a whole sentence of Thai or Lao, as far as its length and its two ends show."""
    return (
        len(text) >= _LEAST
        and _ENDED.search(text) is not None
        and is_stopless(text)
        and not _GOES_ON.search(text[-20:].rstrip('"”’»)'))
        and not _LEANS.match(text)
    )


def clauses(text: str) -> list[str]:
    """Part a text of Thai or Lao at spaces between what can stand alone."""
    found: list[str] = []
    start = 0
    for space in _SPACE.finditer(text):
        before = text[start : space.start()]
        alone = len(before) >= _LEAST and len(text) - space.end() >= _LEAST
        leans = _LEANS.match(text, space.end()) or _MAY_LEAN.match(text, space.end())
        if alone and not leans and not _GOES_ON.search(before[-20:]):
            found.append(before)
            start = space.end()
    return [*found, text[start:]]
