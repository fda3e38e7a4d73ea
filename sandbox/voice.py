"""Voice notes that say their words in a comment: Ogg pages as a phone sends them, without any sound.

Whoever speaks (the phone of Evolution's emulator) writes them, whoever listens (OpenAI's) reads them back.
"""

import struct

SAMPLES = 48_000
_SPOKEN = b"SPOKEN="


def make_voice_note(words: str, seconds: int) -> bytes:
    """Return an Ogg Opus file of so many seconds that says the words."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 16_000, 0, 0)
    comment = _SPOKEN + words.encode()
    tags = b"OpusTags" + struct.pack("<I", 0) + struct.pack("<II", 1, len(comment)) + comment
    silence = bytes([0xF8, 0xFF, 0xFE])
    return _page(head, 0, 0, 2) + _page(tags, 0, 1, 0) + _page(silence, seconds * SAMPLES, 2, 4)


def read_voice_note(note: bytes) -> tuple[str, int] | None:
    """Return the words and seconds of a note; None when it is no Ogg file. A real note has no words here."""
    if not note.startswith(b"OggS"):
        return None
    last = note.rfind(b"OggS")
    seconds = max(0, struct.unpack_from("<q", note, last + 6)[0]) // SAMPLES
    packets = b"".join(_packets(note))
    place = packets.find(_SPOKEN)
    if place < 4:
        return "", seconds
    (length,) = struct.unpack_from("<I", packets, place - 4)
    return packets[place + len(_SPOKEN) : place + length].decode(errors="replace"), seconds


def _packets(note: bytes) -> list[bytes]:
    """Return the data of each page."""
    found, place = [], 0
    while note.startswith(b"OggS", place):
        count = note[place + 26]
        size = sum(note[place + 27 : place + 27 + count])
        found.append(note[place + 27 + count : place + 27 + count + size])
        place += 27 + count + size
    return found


def _page(data: bytes, position: int, number: int, flags: int) -> bytes:
    """Write one page of at most 65,025 bytes."""
    lacing = bytes([255] * (len(data) // 255) + [len(data) % 255])
    head = b"OggS" + struct.pack("<BBqIII", 0, flags, position, 1, number, 0) + bytes([len(lacing)])
    page = head + lacing + data
    return page[:22] + struct.pack("<I", _checksum(page)) + page[26:]


def _checksum(page: bytes) -> int:
    """Return Ogg's CRC-32: polynomial 0x04c11db7, not reflected."""
    total = 0
    for byte in page:
        total ^= byte << 24
        for _ in range(8):
            total = (total << 1) ^ (0x04C11DB7 if total & 0x80000000 else 0)
        total &= 0xFFFFFFFF
    return total
