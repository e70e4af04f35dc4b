"""Invented names that stand together as they do in life: few surnames, of which the first are the commonest."""

from __future__ import annotations

from itertools import accumulate
from random import Random

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华建国文玉梅海红春燕志林波宇浩凯"
    "健俊帆雪辉婷鹏飞莉萍鑫佳琳晨欣慧宁东峰博雨龙云星梦瑶思雅天泽睿轩子涵一诺嘉怡紫萱"
)
_COMMON = list(accumulate(1 / (n + 1) ** 0.7 for n in range(len(_SURNAMES))))


def drawn_name(draw: Random) -> str:
    """Return a name: a surname and, with six in seven, two characters more, else one."""
    [surname] = draw.choices(_SURNAMES, cum_weights=_COMMON)
    return surname + "".join(draw.choices(_GIVEN, k=2 if draw.random() < 0.85 else 1))
