"""What a canned event is, and the people and units of the samples: ids only, all invented."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import msgspec

from unionaid.contracts.codec import encode
from unionaid.contracts.envelope import Envelope, read_envelope
from unionaid.contracts.event import Event
from unionaid.contracts.topics import source

DIVISION = "640302"


DISTRICT = UUID("3f0a7a52-6a1f-4c0e-9d38-0b8f4b1b6c01")


GRASSROOTS = UUID("b7c1d7de-5a54-4c0c-8e9b-6a2f7d2f9a02")


ENTERPRISE = UUID("0f7e6c1b-2c7d-4a60-a3f5-5f3a5f0f4d03")


WORKER = UUID("6d1f6c55-8f0e-4b8e-9a67-3a0a1d2c7e04")


OFFICER = UUID("e2b5a2c0-41d9-4f7b-8d0c-7c9d1e5f2b05")


VERIFIER = UUID("8a4b1f63-2d7e-4c95-b06a-3e9d5c1f7a14")


APPROVER = UUID("f6c3d2b1-5e8a-4709-9c4d-2b1a0f9e8d15")


ACCOUNTANT = UUID("40b7e9c2-8d13-4f6a-a5e1-6c7d8b9a0e16")


CASHIER = UUID("bd92c4e6-0f5a-4831-8e7b-9d1c3a5f2b17")


VISITORS = (UUID("94d0f3b8-7e52-4a3c-b5a1-2f6e8c0d1a06"), UUID("1c8e5d7a-3b96-4f24-8a0d-9e7f6b5c4d07"))


RELATIVE = UUID("d35b7f10-6c2e-4e8d-9b41-0a5c8f7e3d08")


FUND = UUID("58a6e4d2-9f1b-4c3d-8e70-b1d2c3f4a509")


PLEDGE = UUID("1e3f5a7b-9c2d-4e6f-8a0b-4c5d6e7f8a22")


PROGRAMME = UUID("c4f1e0d9-2b8a-4d5c-9f6e-7a8b9c0d1e10")


BUDGET = UUID("7b2d9e4f-1a6c-4e8b-b0d3-5f4e3d2c1b11")


SESSION = UUID("8e7d6c5b-4a39-4281-9706-f5e4d3c2b126")


STOCK = UUID("6f1e2d3c-4b5a-4987-8c6d-7e8f9a0b1c23")


RECEIPT = UUID("3a4b5c6d-7e8f-4a9b-8c0d-1e2f3a4b5c24")


ISSUE = UUID("9b8a7c6d-5e4f-4d3c-8b2a-1f0e9d8c7b25")


SECOND_BUDGET = UUID("e0a7c5d3-6b1f-4e92-8d4c-2a9b7f5e3c23")
"""Another fund's, for the same programme."""


LIST = UUID("a9c8b7d6-e5f4-4a3b-8c2d-1e0f9a8b7c12")


BANK_LIST = UUID("5d7f9b1a-3c2e-4f6d-8a0b-9c8e7d6f5b14")


BATCH = UUID("0b1c2d3e-4f5a-4b6c-9d7e-8f9a0b1c2d15")


FOLLOW_UP = UUID("7e6d5c4b-3a29-4818-b706-f5e4d3c2b119")


REJECTED_LIST = UUID("2e4d6c8b-0a9f-4b7e-9d5c-3f1a2b4c6d13")


ENDORSED_LIST = UUID("6f1d8b3a-4e7c-4a95-8b20-3c9d5e7f1a24")


ERASED = UUID("0b9d4c27-5e1f-4a83-9c60-7d2e8f1a3b19")


IMPORT = UUID("2f6b1c9e-7a3d-4e58-9b0c-5d4e3f2a1b18")


SCHEME = UUID("4c8e2a6f-1d3b-4b57-9e0a-7f6d5c4b3a19")


TITLE = UUID("9d7c5b3a-2e1f-4a68-8c0d-6b5a4f3e2d20")


TWICE = UUID("4c1a9e70-2b6d-4f83-9a05-7e3d1c8b6f20")
"""Somebody entered a second time, for whom `WORKER` stands."""


UNDOING = UUID("8d2f4a6c-1b3e-4d57-9c8a-0e1f2d3c4b21")
"""The request to undo that merge."""


OPENING = UUID("6b0d9c3e-4f7a-4d21-8c5b-1e2f3a4b5c18")


REQUEST = UUID("3c7d5e9f-1a2b-4c3d-9e4f-5a6b7c8d9e20")


NEXT_UNION = UUID("c8d9e0f1-3b4c-4d5e-8f6a-7b8c9d0e1f21")


AMOUNT_FEN = 50_000


POLICY = "winter-warmth-2017.1"


@dataclass(frozen=True, slots=True)
class Sample:
    """An event with the place it has in its service's log and in its stream."""

    event: Event
    index: int
    stream_version: int
    by: UUID = OFFICER

    def value(self) -> bytes:
        """The value as it stands in the topic; the same bytes each time."""
        service = self.event.SERVICE
        time = datetime(2017, 1, 5, 1, 30, tzinfo=UTC) + timedelta(seconds=self.index)
        digest = sha256(self.event.TYPE.encode()).hexdigest()
        milliseconds = f"{int(time.timestamp()) * 1000:012x}"
        body = encode(
            self.event,
            id=UUID(f"{milliseconds}7{digest[:3]}8{digest[3:18]}"),
            source=source(DIVISION, service),
            subject=self.event.subject,
            stream_version=self.stream_version,
            time=time,
            command_id=sha256(f"command of {self.event.TYPE}".encode()).digest(),
            actor=f"person-{self.by}",
            correlation_id=LIST if service == "relief" else None,
            simulated=True,
        )
        logtime = time + timedelta(milliseconds=40)
        front = f'{{"logindex":"{self.index}","logtime":"{logtime:%Y-%m-%dT%H:%M:%S.%fZ}",'
        return front.encode() + body[1:]

    def envelope(self) -> Envelope:
        """The envelope of `value()`."""
        return read_envelope(self.value())

    def pretty(self) -> str:
        """`value()`, indented, as the example files show it."""
        return msgspec.json.format(self.value(), indent=2).decode() + "\n"
