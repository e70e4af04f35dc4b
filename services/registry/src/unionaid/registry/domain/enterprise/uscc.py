"""The unified social credit code (統一社會信用代碼, GB 32100-2015)."""

import re

from stdnum.cn import uscc

from unionaid.registry.domain.refusals import UsccCheckDigit, UsccLength, UsccMalformed
from unionaid.registry.domain.text import without_blanks

USCC_CHARS = 18
# Authority and kind (letters too: N2 is a village's co-operative), six digits of the division, the
# organisation, the check character. I, O, S, V and Z do not occur. `stdnum.cn.uscc.validate` takes digits
# alone in the first two places and would refuse real units; its check character is right for all.
_FORM = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")


def read_uscc(text: str) -> str:
    """Return the code in its one form. Raises UsccLength, UsccMalformed, UsccCheckDigit."""
    code = without_blanks(text).replace("-", "")
    if len(code) != USCC_CHARS:
        raise UsccLength(field="uscc", length=len(code))
    if not _FORM.fullmatch(code):
        raise UsccMalformed(field="uscc")
    if uscc.calc_check_digit(code) != code[-1]:
        raise UsccCheckDigit(field="uscc")
    return code
