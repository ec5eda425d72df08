import os

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'live.settings')
django_application = get_asgi_application()

from live.consumers import Echo  # noqa: E402

application = ProtocolTypeRouter({
    'http': django_application,
    'websocket': AllowedHostsOriginValidator(URLRouter([path('ws/echo/', Echo.as_asgi())])),
})
