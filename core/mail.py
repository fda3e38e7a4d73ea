"""Letters, and the way out to the mail server: Django's configured backend."""

import smtplib
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.mime.image import MIMEImage
from enum import StrEnum

from django.core.mail import EmailMultiAlternatives

from core.errors import Refused, Unavailable


@dataclass(frozen=True)
class Attachment:
    """A file of a letter."""

    name: str
    data: bytes = field(repr=False)
    content_type: str


@dataclass(frozen=True)
class Letter:
    """One e-mail: the same words as text and as HTML, files, and the PNGs that the HTML names by "cid:".

    Recipients beyond `to` are in `bcc`: they do not see each other.
    """

    to: str
    subject: str
    text: str
    html: str
    bcc: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)


class Outcome(StrEnum):
    """How a letter that was asked for ended."""

    SENT = "sent"
    DROPPED = "dropped"  # its reason was gone when it was to be written
    FAILED = "failed"  # for good


def send_letter(letter: Letter) -> None:
    """Hand the letter to the mail server, waiting at most settings.EMAIL_TIMEOUT seconds per step.

    Raises Refused when the server will never take it for this address, Unavailable when it may later.
    """
    to = [letter.to] if letter.to else []
    message = EmailMultiAlternatives(letter.subject, letter.text, to=to, bcc=letter.bcc)
    message.attach_alternative(letter.html, "text/html")
    for file in letter.attachments:
        message.attach(file.name, file.data, file.content_type)
    for name, data in letter.pictures.items():
        message.attach(_draw(name, data))
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, _ = next(iter(error.recipients.values()))
        if code >= 500:
            raise Refused(str(code), "O servidor de e-mail recusou o destinatário.") from error
        raise Unavailable("O servidor de e-mail pediu para tentar mais tarde.") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Unavailable("O servidor de e-mail não respondeu.", detail=type(error).__name__) from error


def _draw(name: str, data: bytes) -> MIMEImage:
    """A picture inside the text: no file to save, and nothing to fetch from our server."""
    picture = MIMEImage(data, "png")
    picture.add_header("Content-ID", f"<{name}>")
    picture.add_header("Content-Disposition", "inline", filename=f"{name}.png")
    return picture
