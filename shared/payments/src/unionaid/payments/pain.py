"""A batch as ISO 20022 pain.001.001.09 (customer credit transfer initiation), in CNY.

Names, remarks and accounts have the schema's limits already when a batch is made (`unionaid.payments.batches`).
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from unionaid.payments.amounts import yuan_of
from unionaid.payments.batches import Batch, Line
from unionaid.payments.writing import BankFile

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
XML = "application/xml"
CLEARING = "CNAPS"
"""China National Advanced Payment System, in the external code set of clearing systems."""


def write_pain(batch: Batch) -> BankFile:
    """Write a batch as one payment instruction; `MsgId` and `PmtInfId` are the batch's key."""
    return BankFile(f"pain001-{batch.key}.xml", XML, "".join(_document(batch)).encode("utf-8"))


def _document(batch: Batch) -> Iterator[str]:
    totals = f"<NbOfTxs>{batch.count}</NbOfTxs><CtrlSum>{yuan_of(batch.sum_fen)}</CtrlSum>"
    payer = batch.payer
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<Document xmlns="{NAMESPACE}">\n<CstmrCdtTrfInitn>\n<GrpHdr><MsgId>{batch.key}</MsgId>'
    yield f"<CreDtTm>{batch.made_at.isoformat(timespec='seconds')}</CreDtTm>{totals}"
    yield f"<InitgPty><Nm>{escape(payer.name)}</Nm></InitgPty></GrpHdr>\n"
    yield f"<PmtInf><PmtInfId>{batch.key}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>false</BtchBookg>{totals}"
    yield f"<ReqdExctnDt><Dt>{batch.pay_on.isoformat()}</Dt></ReqdExctnDt>"
    yield f"<Dbtr><Nm>{escape(payer.name)}</Nm></Dbtr><DbtrAcct>{_account(payer.account)}<Ccy>CNY</Ccy></DbtrAcct>"
    yield f"<DbtrAgt>{_agent(payer.bank_code, payer.bank_name)}</DbtrAgt>\n"
    yield from (_transfer(batch, line) for line in batch.lines)
    yield "</PmtInf>\n</CstmrCdtTrfInitn>\n</Document>\n"


def _transfer(batch: Batch, line: Line) -> str:
    known_bank = line.bank_code or line.bank_name
    agent = f"<CdtrAgt>{_agent(line.bank_code, line.bank_name)}</CdtrAgt>" if known_bank else ""
    remark = f"<RmtInf><Ustrd>{escape(line.remark)}</Ustrd></RmtInf>" if line.remark else ""
    return (
        f"<CdtTrfTxInf><PmtId><InstrId>{line.no}</InstrId><EndToEndId>{batch.reference(line)}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="CNY">{yuan_of(line.amount_fen)}</InstdAmt></Amt>{agent}'
        f"<Cdtr><Nm>{escape(line.payee)}</Nm></Cdtr><CdtrAcct>{_account(line.account)}</CdtrAcct>{remark}"
        "</CdtTrfTxInf>\n"
    )


def _account(account: str) -> str:
    return f"<Id><Othr><Id>{escape(account)}</Id></Othr></Id>"


def _agent(code: str, name: str) -> str:
    member = f"<ClrSysMmbId><ClrSysId><Cd>{CLEARING}</Cd></ClrSysId><MmbId>{escape(code)}</MmbId></ClrSysMmbId>"
    told = (member if code else "") + (f"<Nm>{escape(name)}</Nm>" if name else "")
    return f"<FinInstnId>{told}</FinInstnId>"
