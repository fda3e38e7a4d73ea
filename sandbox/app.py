"""The sandbox as one application: emulators, control API and index page."""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from sandbox import (
    brasilapi,
    control,
    control_evolution,
    control_nfse,
    control_openai,
    control_stripe,
    serper,
    viper,
    viper_people,
)
from sandbox.answers import answer
from sandbox.calls import Calls
from sandbox.evolution.chats import ChatsApi
from sandbox.evolution.instances import InstancesApi
from sandbox.evolution.messenger import Messenger as WhatsAppMessenger
from sandbox.evolution.office import Office as WhatsAppOffice
from sandbox.evolution.phones import Phones
from sandbox.faults import Faults
from sandbox.openai.api import ModelsApi
from sandbox.openai.plan import Office as ModelsOffice
from sandbox.pki import Authority
from sandbox.plugnotas.api import NotesApi
from sandbox.plugnotas.office import Office
from sandbox.plugnotas.registration import RegistrationApi
from sandbox.plugnotas.webhooks import Messenger
from sandbox.sefin.app import make_sefin_app
from sandbox.sefin.book import Book
from sandbox.sefin.environments import Clock
from sandbox.sefin.office import Sefin
from sandbox.sefin.store import Store
from sandbox.strangers import Strangers
from sandbox.stripe import messenger as stripe_messenger
from sandbox.stripe import office as stripe_office
from sandbox.stripe.api import PaymentsApi
from sandbox.stripe.deeds import Deeds
from sandbox.stripe.pages import Pages
from sandbox.wire import Wire
from sandbox.world import World


def stripe_endpoint() -> tuple[str, str]:
    """Where Stripe delivers events and what it signs them with; nowhere unless the environment says so."""
    return (
        os.environ.get("SANDBOX_STRIPE_ENDPOINT", ""),
        os.environ.get("STRIPE_WEBHOOK_SECRET", "whsec_development-only"),
    )


async def missing(request: Request, error: Exception) -> Response:
    return answer({"message": f"A sandbox não tem {request.method} {request.url.path}."}, 404)


@dataclass(frozen=True)
class Apps:
    """The applications of the two ports; they share calls and faults."""

    plain: Starlette
    sefin: Starlette
    warm_up: Callable[[], None]


def make_apps(authority: Authority, state: Path, world: World | None = None) -> Apps:
    """Build both applications. The world may be shared; calls, faults and state are their own."""
    world = world or World()
    calls, faults = Calls(), Faults()
    store, book, clock = Store(state), Book(world.catalog), Clock()
    sefin = Sefin(authority, store, book, world, clock)

    def emulator(path: str, endpoint: Callable[..., Awaitable[Response]], method: str) -> Route:
        return Route(path, partial(endpoint, world=world), methods=[method])

    strangers = Strangers()
    office = Office(store, clock)
    messenger = Messenger(office)
    nfse = control_nfse.NfseControl(sefin, office, messenger)
    bank = stripe_office.Office(store, clock)
    teller = stripe_messenger.Messenger(bank, *stripe_endpoint())
    deeds = Deeds(bank, teller)
    payments = control_stripe.StripeControl(bank, deeds, teller)
    stripe = [*PaymentsApi(bank, deeds).routes(), *Pages(bank, deeds).routes()]

    models = ModelsOffice()
    models_control = control_openai.OpenAIControl(models)

    whatsapp = WhatsAppOffice(store, clock)
    postman = WhatsAppMessenger(whatsapp)
    instances = InstancesApi(whatsapp, postman)
    phones = control_evolution.EvolutionControl(whatsapp, postman, instances, Phones(whatsapp, postman))

    def forget() -> None:
        nfse.clear()
        strangers.clear()
        payments.clear()
        models_control.clear()
        phones.clear()

    plugnotas = [*RegistrationApi(office).routes(), *NotesApi(office, messenger, world).routes()]
    plain = Starlette(
        routes=[
            emulator("/serper/maps", serper.maps, "POST"),
            emulator("/serper/search", serper.search, "POST"),
            emulator(
                "/brasilapi/api/cnpj/v1/{cnpj:path}", partial(brasilapi.company, strangers=strangers), "GET"
            ),
            emulator("/viper/ws/viperphone/cnpj/{cnpj}", viper.company, "GET"),
            emulator("/viper/ws/viperphone/cpf/{cpf}", viper_people.person, "GET"),
            Mount("/plugnotas", routes=plugnotas),
            Mount("/stripe", routes=stripe),
            Mount("/evolution", routes=[*instances.routes(), *ChatsApi(whatsapp, postman).routes()]),
            Mount("/openai", routes=ModelsApi(models).routes()),
            Mount(
                "/_control",
                routes=[
                    *control.routes(world, calls, faults, forget),
                    *control.registry_routes(strangers),
                    *nfse.routes(),
                    *payments.routes(),
                    *models_control.routes(),
                    *phones.routes(),
                ],
            ),
            Route("/", control.index(calls, faults)),
        ],
        middleware=[Middleware(Wire, calls=calls, faults=faults)],
        exception_handlers={404: missing, 405: missing},
    )
    return Apps(plain, make_sefin_app(sefin, calls, faults), sefin.warm_up)
