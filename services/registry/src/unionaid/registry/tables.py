"""The tables that can be imported: their columns, and the headings in use for them besides our own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from unionaid.contracts import fields
from unionaid.contracts.fields import ImportedTable
from unionaid.sheets import Column, Form

_ENTERED_ON = Column("occurred_on", "date", also=("登记日", "建会日期", "成立日期", "成立时间", "登记时间"), width=14)
WORKERS = Form(
    "workers",
    [
        Column("name", required=True, also=("名字", "职工姓名", "職工姓名", "full name")),
        Column(
            "resident_id",
            "code",
            required=True,
            also=(
                "身份证",
                "身份证号码",
                "居民身份证号",
                "居民身份证号码",
                "公民身份号码",
                "证件号码",
                "身分證",
                "id number",
            ),
            width=24,
        ),
        Column(
            "phone",
            also=("手机", "手机号", "手机号码", "电话", "電話", "电话号码", "手機", "mobile"),
        ),
        Column("migrant", "yes_no", also=("是否农民工", "是否農民工"), width=10),
        Column("uscc", "code", also=("信用代码", "社会信用代码", "单位代码", "企业代码"), width=24),
        _ENTERED_ON,
        Column("bank_account", "code", also=("银行帐号", "银行卡号", "卡号", "工资卡号", "銀行賬號"), width=24),
        Column("bank_code", "code", also=("行号", "开户行号", "联行号", "行號"), width=16),
        Column("account_holder", also=("账户名", "户名", "收款人", "戶名"), width=14),
    ],
)
ENTERPRISES = Form(
    "enterprises",
    [
        Column("uscc", "code", required=True, also=("信用代码", "社会信用代码", "统一信用代码"), width=24),
        Column("name", required=True, also=("企业名称", "单位全称", "企業名稱", "company"), width=36),
        Column(
            "ownership",
            "choice",
            required=True,
            also=("性质", "单位类型", "企业性质", "所有制"),
            choices={
                "public": ("国有", "国企", "集体", "國有", "國企"),
                "non_public": ("非公", "民营", "私营", "非公企业", "民營", "private"),
                "institution": ("机关", "机关事业", "事業"),
            },
        ),
        Column("union", also=("工会", "所属工会", "工會"), width=36),
        _ENTERED_ON,
    ],
)
UNIONS = Form(
    "unions",
    [
        Column("name", required=True, also=("名称", "工会", "名稱"), width=36),
        Column("union", required=True, also=("上级", "所属上级", "上級"), width=36),
        _ENTERED_ON,
    ],
)


def _chosen(
    name: str, kind: object, also: tuple[str, ...] = (), *, required: bool = False, **words: tuple[str, ...]
) -> Column:
    """Return a column of words that stand on the pages too; `words` are others in use for a value."""
    choices = {value: words.get(value, ()) for value in get_args(kind)}
    return Column(name, "choice", required=required, also=also, choices=choices, worded="value")


_RESIDENT_ID_ALSO = WORKERS.column("resident_id").also
_NAME_ALSO = WORKERS.column("name").also
HOUSEHOLDS = Form(
    "households",
    [
        Column("household", required=True, also=("户号", "户编号", "家庭号", "家庭序号", "戶號"), width=12),
        Column("name", required=True, also=(*_NAME_ALSO, "家庭成员姓名", "成员姓名", "家庭成員姓名"), width=14),
        Column("resident_id", "code", also=_RESIDENT_ID_ALSO, width=24),
        Column("birth_date", "date", also=("出生年月日", "生日"), width=14),
        _chosen("sex", fields.Sex, female=("女性",), male=("男性",)),
        _chosen(
            "relation", fields.Relation, ("与户主的关系", "家庭关系", "关系", "關係"), required=True,
            householder=("本人", "户主本人", "戶主本人"), spouse=("夫", "妻", "丈夫", "妻子", "夫妻"),
            child=("子", "女", "儿子", "女儿", "长子", "长女", "次子", "次女", "兒子", "女兒", "長子", "長女"),
            parent=("父", "母", "父亲", "母亲", "父親", "母親", "公公", "婆婆", "岳父", "岳母"),
            grandparent=("祖父", "祖母", "爷爷", "奶奶", "外祖父", "外祖母", "爺爺"),
            grandchild=("孙子", "孙女", "外孙", "外孙女", "孫子", "孫女"),
            sibling=("兄", "弟", "姐", "妹", "哥哥", "弟弟", "姐姐", "妹妹"),
        ),
        _chosen(
            "health_code", fields.HealthCode, ("身体状况", "身體狀況"), required=True,
            healthy=("良好", "一般"), chronic=("慢病", "长期慢性病", "長期慢性病"),
            serious_illness=("大病", "重病", "重大疾病"), disabled=("残疾人", "殘疾人"),
        ),
        _chosen(
            "school_stage", fields.SchoolStage, ("在读阶段", "就读阶段", "学段", "就讀階段"),
            preschool=("幼儿园", "幼兒園"), primary=("小学在读",), lower_secondary=("初级中学",),
            upper_secondary=("高中", "中职", "中专", "职高", "技校", "中職", "中專"),
            college=("大学", "大专", "本科", "高职", "大學", "大專"), postgraduate=("硕士", "博士", "碩士"),
        ),
        Column("monthly_income", "money", required=True, also=("月收入", "月均收入", "收入"), width=14),
        Column("health_note", also=("病情", "患病情况", "疾病名称", "病種"), width=24),
        Column("phone", also=WORKERS.column("phone").also),
    ],
)  # fmt: skip
DOSSIERS = Form(
    "dossiers",
    [
        Column("name", required=True, also=(*_NAME_ALSO, "建档人", "困难职工姓名", "建檔人", "困難職工姓名"), width=14),
        Column("resident_id", "code", required=True, also=_RESIDENT_ID_ALSO, width=24),
        _chosen("family_situation", fields.FamilySituation, ("家庭状况", "家庭狀況")),
        _chosen(
            "hardship_cause", fields.CauseCode, ("困难原因", "主要致困原因", "困難原因"),
            illness=("大病", "本人大病", "家属大病"), schooling=("子女就学", "子女就學"),
            low_income=("收入低无法维持",), accident=("意外", "意外灾害"), unemployment=("下岗失业", "失業"),
        ),
        _chosen("state_of_mind", fields.StateOfMind, ("思想动态", "思想動態")),
        _chosen("employment_wish", fields.EmploymentWish, ("就业愿望", "就業願望")),
        _chosen("technical_skill", fields.TechnicalSkill, ("技术特长", "技能", "技能等级", "技術特長")),
        Column("cause_words", also=("困难情况说明", "致困说明", "困難情況說明"), width=30),
        Column("shock", "money", also=("意外支出", "近一年自付医疗费", "近一年自付醫療費"), width=14),
        Column("shock_note", also=("意外支出事由",), width=24),
        Column("occurred_on", "date", also=("建档时间", "建檔時間"), width=14),
    ],
)  # fmt: skip
FORMS: Mapping[ImportedTable, Form] = {
    "workers": WORKERS,
    "enterprises": ENTERPRISES,
    "unions": UNIONS,
    "households": HOUSEHOLDS,
    "dossiers": DOSSIERS,
}
