"""RC2 with a key of 40 bits in CBC mode (RFC 2268), encryption only: no library still offers it."""

PI_TABLE = bytes.fromhex(
    "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2"
    "179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82"
    "54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626"
    "6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7"
    "08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec"
    "c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731"
    "2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9"
    "0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad"
)
ROTATIONS = (1, 2, 3, 5)
MASK = 0xFFFF


def encrypt_cbc(key: bytes, iv: bytes, text: bytes) -> bytes:
    """Encrypt padded text."""
    words, last, result = _expand(key), iv, b""
    for place in range(0, len(text), 8):
        mixed = bytes(a ^ b for a, b in zip(text[place : place + 8], last, strict=True))
        last = _encrypt_block(words, mixed)
        result += last
    return result


def _expand(key: bytes) -> list[int]:
    size = len(key)
    table = bytearray(key) + bytearray(128 - size)
    for place in range(size, 128):
        table[place] = PI_TABLE[(table[place - 1] + table[place - size]) & 255]
    table[128 - size] = PI_TABLE[table[128 - size]]
    for place in range(127 - size, -1, -1):
        table[place] = PI_TABLE[table[place + 1] ^ table[place + size]]
    return [table[place] | table[place + 1] << 8 for place in range(0, 128, 2)]


def _encrypt_block(words: list[int], block: bytes) -> bytes:
    state = [int.from_bytes(block[place : place + 2], "little") for place in range(0, 8, 2)]
    for turn in range(16):
        for place in range(4):
            one, two, three = state[place - 1], state[place - 2], state[place - 3]
            total = state[place] + words[4 * turn + place] + (one & two) + (~one & MASK & three)
            total &= MASK
            state[place] = (total << ROTATIONS[place] | total >> (16 - ROTATIONS[place])) & MASK
        if turn in (4, 10):
            for place in range(4):
                state[place] = (state[place] + words[state[place - 1] & 63]) & MASK
    return b"".join(word.to_bytes(2, "little") for word in state)
