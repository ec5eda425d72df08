import asyncio

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    def handle(self, *args, **options):
        asyncio.run(self.listen())

    async def listen(self):
        server = await asyncio.start_server(print, "0.0.0.0", 5140)
        await server.serve_forever()
