"""One canned event of every type of registry."""

from datetime import date
from hashlib import sha256

from unionaid.contracts.registry import (
    EnterpriseRegistered,
    IdentityCorrected,
    IdentityOpened,
    IdentityReentered,
    IdentityReference,
    PersonErased,
    PersonRegistered,
    SchemeTitle,
    TableImported,
    TitleAppointed,
    TitleEnded,
    TitleEvaluated,
    TitleSchemeAdopted,
    UnionOrgEstablished,
    WorkerRegistered,
)
from unionaid.contracts.samples.sample import (
    APPROVER,
    CASHIER,
    DISTRICT,
    ENTERPRISE,
    ERASED,
    GRASSROOTS,
    IMPORT,
    OPENING,
    SCHEME,
    TITLE,
    WORKER,
    Sample,
)

SAMPLES = (
    Sample(
        UnionOrgEstablished(occurred_on=date(2013, 1, 1), org_id=DISTRICT, level="district", name="样例区总工会"),
        index=0,
        stream_version=1,
    ),
    Sample(
        EnterpriseRegistered(
            occurred_on=date(2014, 3, 3),
            enterprise_id=ENTERPRISE,
            uscc="91640302MA0000001Y",
            name="样例乳业有限公司",
            ownership="non_public",
            union_org_id=GRASSROOTS,
        ),
        index=2,
        stream_version=1,
    ),
    Sample(
        PersonRegistered(
            occurred_on=date(2014, 3, 10),
            person_id=WORKER,
            identity=IdentityReference(vault_version=1, commitment=sha256(b"sample").hexdigest()),
            birth_year=1979,
            sex="female",
        ),
        index=3,
        stream_version=1,
    ),
    Sample(
        WorkerRegistered(
            occurred_on=date(2014, 3, 10),
            person_id=WORKER,
            union_org_id=GRASSROOTS,
            enterprise_id=ENTERPRISE,
            migrant=True,
        ),
        index=4,
        stream_version=2,
    ),
    Sample(
        IdentityOpened(
            occurred_on=date(2017, 1, 5),
            opening_id=OPENING,
            opening_purpose="payment",
            opened_fields=("name", "resident_id"),
            opened_person_ids=(WORKER,),
            asked_persons=1,
        ),
        index=5,
        stream_version=1,
        by=CASHIER,
    ),
    Sample(
        IdentityCorrected(
            occurred_on=date(2017, 1, 6),
            person_id=WORKER,
            identity=IdentityReference(vault_version=2, commitment=sha256(b"corrected").hexdigest()),
            corrected_fields=("phone",),
            reason_code="changed",
            birth_year=1979,
            sex="female",
        ),
        index=7,
        stream_version=3,
    ),
    Sample(
        IdentityReentered(
            occurred_on=date(2017, 1, 9),
            person_id=WORKER,
            identity=IdentityReference(vault_version=3, commitment=sha256(b"entered again").hexdigest()),
            reason_code="restored-without",
        ),
        index=8,
        stream_version=4,
    ),
    Sample(
        PersonErased(occurred_on=date(2017, 1, 6), person_id=ERASED, reason_code="entered-in-error"),
        index=6,
        stream_version=3,
        by=APPROVER,
    ),
    Sample(
        TableImported(
            occurred_on=date(2017, 1, 10),
            import_id=IMPORT,
            imported_table="workers",
            file_sha256=sha256(b"a workbook").hexdigest(),
            file_bytes=51_200,
            entered_rows=1,
            known_rows=0,
            left_rows=2,
            rows_hash=sha256(b"2\n").hexdigest(),
        ),
        index=9,
        stream_version=1,
    ),
    Sample(
        TitleSchemeAdopted(
            occurred_on=date(2015, 6, 1),
            scheme_id=SCHEME,
            enterprise_id=ENTERPRISE,
            titles=(SchemeTitle(title_name="奶牛饲养技师", grades=3), SchemeTitle(title_name="乳品检验师", grades=3)),
        ),
        index=10,
        stream_version=1,
    ),
    Sample(
        TitleEvaluated(
            occurred_on=date(2016, 3, 1),
            title_id=TITLE,
            scheme_id=SCHEME,
            enterprise_id=ENTERPRISE,
            person_id=WORKER,
            title_number=2,
            grade=2,
        ),
        index=11,
        stream_version=1,
    ),
    Sample(
        TitleAppointed(
            occurred_on=date(2016, 4, 1),
            title_id=TITLE,
            scheme_id=SCHEME,
            enterprise_id=ENTERPRISE,
            person_id=WORKER,
            title_number=2,
            grade=2,
            allowance_fen=30_000,
        ),
        index=12,
        stream_version=2,
    ),
    Sample(
        TitleEnded(occurred_on=date(2017, 4, 1), title_id=TITLE, person_id=WORKER, reason_code="term-ended"),
        index=13,
        stream_version=3,
    ),
)
