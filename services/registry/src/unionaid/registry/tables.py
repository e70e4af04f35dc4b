"""The tables that can be imported: their columns, and the headings in use for them besides our own."""

from __future__ import annotations

from collections.abc import Mapping

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
FORMS: Mapping[ImportedTable, Form] = {"workers": WORKERS, "enterprises": ENTERPRISES, "unions": UNIONS}
