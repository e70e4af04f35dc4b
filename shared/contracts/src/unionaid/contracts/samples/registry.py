"""One canned event of every type of registry."""

from datetime import date
from hashlib import sha256
from uuid import UUID

from unionaid.contracts.registry import (
    EnterpriseRegistered,
    IdentityCorrected,
    IdentityOpened,
    IdentityReentered,
    IdentityReference,
    PersonErased,
    PersonRegistered,
    PersonRestricted,
    RestrictionLifted,
    TransferDeclined,
    TransferRequested,
    TransferTakenUp,
    UnionOrgEstablished,
    WorkerDetailsCorrected,
    WorkerLeft,
    WorkerRegistered,
    WorkerTransferred,
)
from unionaid.contracts.samples.sample import (
    APPROVER,
    CASHIER,
    DISTRICT,
    ENTERPRISE,
    ERASED,
    GRASSROOTS,
    NEXT_UNION,
    OPENING,
    REQUEST,
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
        WorkerDetailsCorrected(
            occurred_on=date(2017, 1, 10),
            person_id=WORKER,
            union_org_id=GRASSROOTS,
            enterprise_id=ENTERPRISE,
            migrant=False,
            former_migrant=True,
            since=date(2014, 3, 10),
        ),
        index=60,
        stream_version=5,
    ),
    Sample(
        TransferRequested(occurred_on=date(2017, 1, 11), request_id=REQUEST, person_id=WORKER, union_org_id=NEXT_UNION),
        index=61,
        stream_version=1,
    ),
    Sample(
        WorkerTransferred(
            occurred_on=date(2017, 1, 12),
            person_id=WORKER,
            union_org_id=NEXT_UNION,
            former_union_org_id=GRASSROOTS,
            migrant=False,
            request_id=REQUEST,
        ),
        index=62,
        stream_version=6,
    ),
    Sample(
        TransferTakenUp(occurred_on=date(2017, 1, 12), request_id=REQUEST, person_id=WORKER),
        index=63,
        stream_version=2,
    ),
    Sample(
        TransferDeclined(
            occurred_on=date(2017, 1, 12),
            request_id=UUID("9e1f4b7a-2c3d-4e5f-8a6b-7c8d9e0f1a22"),
            person_id=WORKER,
            reason_code="stays",
        ),
        index=64,
        stream_version=2,
    ),
    Sample(
        WorkerLeft(
            occurred_on=date(2017, 1, 13),
            person_id=WORKER,
            union_org_id=NEXT_UNION,
            migrant=False,
            reason_code="retired",
        ),
        index=65,
        stream_version=7,
    ),
    Sample(
        PersonRestricted(
            occurred_on=date(2017, 1, 14),
            person_id=WORKER,
            restricted_until=date(2027, 1, 13),
            policy_version="retention-2013.1",
        ),
        index=66,
        stream_version=8,
    ),
    Sample(RestrictionLifted(occurred_on=date(2017, 1, 15), person_id=WORKER), index=67, stream_version=9),
)
