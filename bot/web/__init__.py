"""The local timeline and the dashboard, over aiohttp.web."""
