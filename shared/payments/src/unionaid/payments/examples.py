"""The other side, for tests, demonstrations and documents: an invented batch, and files as a bank would answer."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID
from xml.sax.saxutils import escape

from unionaid.payments.amounts import yuan_of
from unionaid.payments.answers import Said
from unionaid.payments.batches import Batch, Line, Payer
from unionaid.payments.camt import NAMESPACE
from unionaid.payments.templates import Template, Totals
from unionaid.sheets import Yuan, laid_out

PAYER = Payer("示例区总工会", "6403020100000018", "313871000007", "示例农村商业银行营业部")
_BATCH = UUID("018d1b5a-0000-7000-8000-000000000001")
_NAMES = ("马小兰", "王建国", "哈丽娅·买买提", "𠮷田·阿卜杜热合曼", "O'Brien, Mary", '李"小"龙')


def batch(lines: int = 6, *, batch_id: UUID = _BATCH, fen: int = 120_000) -> Batch:
    """Return a batch of invented payees: `fen` each, and one fen more from line to line."""
    made = [
        Line(
            no,
            _NAMES[(no - 1) % len(_NAMES)],
            f"62284812{no:011}",
            fen + no - 1,
            "103871000017",
            "示例支行",
            "冬季送温暖",
        )
        for no in range(1, lines + 1)
    ]
    moment = datetime(2017, 1, 5, 1, 30, tzinfo=UTC)
    return Batch(batch_id, lines, sum(line.amount_fen for line in made), PAYER, moment, date(2017, 1, 6), made)


@dataclass(frozen=True, slots=True)
class Told:
    """What the bank tells of a line. `fen` is what was paid or came back; None for all of it."""

    said: Said = Said.PAID
    fen: int | None = None
    words: str = ""


def answered(batch: Batch, template: Template, told: Mapping[int, Told]) -> bytes:
    """Return the bank's table about the lines that it tells of, with every total that its template names."""
    answer, order = template.answer, template.order
    lines = [line for line in batch.lines if line.no in told]
    rows: list[list[str | Yuan]] = [list(_totals(batch, lines, answer.totals, told))]
    rows.append([column.titles[0] for column in answer.columns])
    for line in lines:
        said = told[line.no]
        values = {
            "reference": batch.reference(line),
            "account": f"{line.account[:4]}****{line.account[-4:]}",
            "outcome": answer.words[said.said][0],
            "cause": said.words,
        }
        paid = (line.amount_fen if said.fen is None else said.fen) if said.said is Said.PAID else 0
        fen = {"amount": line.amount_fen, "paid": paid}
        rows.append(
            [
                values[c.holds] if c.holds in values else _written(fen[c.holds], c.unit, order.form)
                for c in answer.columns
            ]
        )
    if order.form == "xlsx":
        return laid_out("回盘", [18] * len(answer.columns), rows, {1})
    memory = io.StringIO()
    csv.writer(memory, delimiter=order.separator).writerows(rows)
    return memory.getvalue().encode(order.encoding)


def _written(fen: int, unit: str, form: str) -> str | Yuan:
    if unit == "fen":
        return str(fen)
    return Yuan(fen) if form == "xlsx" else yuan_of(fen)


def _totals(batch: Batch, lines: Sequence[Line], totals: Totals, told: Mapping[int, Told]) -> Iterator[str]:
    def paid_of(line: Line) -> int:
        said = told[line.no]
        return line.amount_fen if said.fen is None else said.fen

    paid = [line for line in lines if told[line.no].said is Said.PAID]
    failed = [line for line in lines if told[line.no].said is Said.FAILED]
    counts = {"count": len(lines), "paid_count": len(paid), "failed_count": len(failed)}
    fen = {
        "sum": sum(line.amount_fen for line in lines),
        "paid_sum": sum(map(paid_of, paid)),
        "failed_sum": sum(line.amount_fen for line in failed),
    }
    values = {"batch": batch.key, **{name: str(count) for name, count in counts.items()}}
    values.update({name: str(f) if totals.unit == "fen" else yuan_of(f) for name, f in fen.items()})
    for total, value in values.items():
        if labels := getattr(totals, total):
            yield labels[0]
            yield value


def notified(batch: Batch, told: Mapping[int, Sequence[Told]], *, code: str = "AC04") -> bytes:
    """Return a camt.054 with an entry for each booking; what failed was debited and came back with a reason."""
    entries = [entry for line in batch.lines for said in told.get(line.no, ()) for entry in _entries(batch, line, said)]
    total = sum(fen for fen, _, _ in entries)
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="{NAMESPACE}"><BkToCstmrDbtCdtNtfctn>'
        "<GrpHdr><MsgId>N1</MsgId><CreDtTm>2017-01-07T08:00:00+08:00</CreDtTm></GrpHdr>"
        f"<Ntfctn><Id>N1</Id><Acct><Id><Othr><Id>{batch.payer.account}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>"
        f"<TxsSummry><TtlNtries><NbOfNtries>{len(entries)}</NbOfNtries><Sum>{yuan_of(total)}</Sum></TtlNtries>"
        "</TxsSummry>\n"
    )
    body = "".join(_entry(n, fen, reference, tail, code) for n, (fen, reference, tail) in enumerate(entries, start=1))
    return f"{head}{body}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>\n".encode()


def _entries(batch: Batch, line: Line, told: Told) -> Iterator[tuple[int, str, tuple[Said, str, str]]]:
    fen = line.amount_fen if told.fen is None else told.fen
    if told.said is Said.FAILED:
        yield fen, batch.reference(line), (Said.PAID, line.account, "")
    yield fen, batch.reference(line), (told.said, line.account, told.words)


def _entry(n: int, fen: int, reference: str, booked: tuple[Said, str, str], code: str) -> str:
    said, account, words = booked
    direction = "DBIT" if said is Said.PAID else "CRDT"
    reversal = "<RvslInd>true</RvslInd>" if said is Said.REVERSED else ""
    amount = f'<Amt Ccy="CNY">{yuan_of(fen)}</Amt>'
    told = f"<AddtlInf>{escape(words)}</AddtlInf>" if words else ""
    returned = f"<RtrInf><Rsn><Cd>{code}</Cd></Rsn>{told}</RtrInf>" if said is Said.FAILED else ""
    return (
        f"<Ntry><NtryRef>{n}</NtryRef>{amount}<CdtDbtInd>{direction}</CdtDbtInd>{reversal}<Sts><Cd>BOOK</Cd></Sts>"
        f"<AcctSvcrRef>B{n:08}</AcctSvcrRef><BkTxCd><Prtry><Cd>PMT</Cd></Prtry></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>{amount}"
        f"<CdtDbtInd>{direction}</CdtDbtInd><RltdPties><CdtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></CdtrAcct>"
        f"</RltdPties>{returned}</TxDtls></NtryDtls></Ntry>\n"
    )
