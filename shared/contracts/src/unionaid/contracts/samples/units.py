"""One canned event of every change of a union or an enterprise."""

from datetime import date
from uuid import UUID

from unionaid.contracts.registry import (
    EnterpriseDetailsCorrected,
    UnionOrgDetailsCorrected,
    UnionOrgDissolved,
    UnionOrgMoved,
)
from unionaid.contracts.samples.sample import ENTERPRISE, GRASSROOTS, Sample

STREET = UUID("0c2f4b7a-2c3d-4e5f-8a6b-7c8d9e0f1a31")
OTHER_STREET = UUID("0c2f4b7a-2c3d-4e5f-8a6b-7c8d9e0f1a32")

SAMPLES = (
    Sample(
        UnionOrgMoved(
            occurred_on=date(2017, 1, 16), org_id=GRASSROOTS, parent_id=OTHER_STREET, former_parent_id=STREET
        ),
        index=300,
        stream_version=2,
    ),
    Sample(
        EnterpriseDetailsCorrected(
            occurred_on=date(2017, 1, 17),
            enterprise_id=ENTERPRISE,
            uscc="91640302MA0000001Y",
            name="样例乳业集团有限公司",
            ownership="non_public",
            corrected_details=("name", "union_org_id"),
            reason_code="changed",
        ),
        index=301,
        stream_version=2,
    ),
    Sample(
        UnionOrgDissolved(occurred_on=date(2017, 1, 18), org_id=GRASSROOTS, reason_code="enterprise-closed"),
        index=302,
        stream_version=3,
    ),
    Sample(
        UnionOrgDetailsCorrected(
            occurred_on=date(2017, 1, 17),
            org_id=OTHER_STREET,
            name="样例路街道总工会",
            reason_code="entered-wrong",
            since=date(2013, 1, 1),
        ),
        index=303,
        stream_version=2,
    ),
)
