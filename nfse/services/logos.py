"""The firm's logo: checked by content, drawn again, kept privately (A27, R105)."""

import hashlib
import io

from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import NitroError
from nfse.models import ChangeRecord, Firm, FirmLogo
from nfse.permissions import Right, require_right
from nfse.services.trail import record_change

MAX_BYTES = 2 * 1024 * 1024
MAX_PIXELS = 25_000_000
"""A small file may unpack to gigabytes."""

TOO_MANY_PIXELS = "A imagem tem pontos demais. Envie uma de até 25 megapixels."
LARGEST = (640, 320)
"""Pixels: twice the largest place where the logo is shown."""

FORMATS = ("PNG", "JPEG")
VERSION_LENGTH = 16


class LogoRefused(NitroError):
    """The file is no picture that we take; the message says why."""


def store_logo(*, firm_id: int, user_id: int, content: bytes) -> Firm:
    """Keep a picture as the firm's logo, in place of the one before.

    What is stored is drawn again from the pixels, as a PNG of at most 640 × 320: names, places and
    programs hidden in the file do not survive. Raises NotFound, NotAllowed, LogoRefused.
    """
    require_right(user_id=user_id, firm_id=firm_id, right=Right.MANAGE_FIRM)
    picture, (width, height) = draw_again(content)
    version = hashlib.sha256(picture).hexdigest()[:VERSION_LENGTH]
    with transaction.atomic(durable=True):
        firm = _lock(firm_id)
        values = {"picture": picture, "width": width, "height": height}
        FirmLogo.objects.update_or_create(firm=firm, defaults=values)
        _set_version(firm, version, user_id)
    return firm


def remove_logo(*, firm_id: int, user_id: int) -> Firm:
    """Forget the firm's logo; without one nothing happens. Raises NotFound, NotAllowed."""
    require_right(user_id=user_id, firm_id=firm_id, right=Right.MANAGE_FIRM)
    with transaction.atomic(durable=True):
        firm = _lock(firm_id)
        FirmLogo.objects.filter(firm=firm).delete()
        _set_version(firm, "", user_id)
    return firm


def draw_again(content: bytes) -> tuple[bytes, tuple[int, int]]:
    """Return the picture as a clean PNG within LARGEST, and its size. Raises LogoRefused."""
    if len(content) > MAX_BYTES:
        raise LogoRefused("O arquivo tem mais de 2 MB. Envie uma imagem menor.")
    try:
        picture = _open(content)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise LogoRefused(TOO_MANY_PIXELS) from error
    except UnidentifiedImageError as error:
        raise LogoRefused("Este arquivo não é uma imagem PNG nem JPG.") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise LogoRefused("A imagem está danificada e não pôde ser lida. Envie outra.") from error
    out = io.BytesIO()
    picture.save(out, format="PNG", optimize=True)
    return out.getvalue(), picture.size


def _open(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise LogoRefused(TOO_MANY_PIXELS)
        upright = ImageOps.exif_transpose(opened)
        plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    plain.thumbnail(LARGEST, Image.Resampling.LANCZOS)
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    return clean


def _lock(firm_id: int) -> Firm:
    return Firm.objects.select_for_update().get(pk=firm_id)


def _set_version(firm: Firm, version: str, user_id: int) -> None:
    before, firm.logo_version = firm.logo_version, version
    firm.save(update_fields=["logo_version"])
    record_change(
        firm_id=firm.pk,
        actor_id=user_id,
        action=ChangeRecord.Action.CHANGED,
        subject="firm",
        subject_id=firm.pk,
        label=firm.legal_name,
        before={"logo_version": before},
        after={"logo_version": version},
    )
