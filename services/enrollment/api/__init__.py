"""The HTTP edge: a request becomes a command, the handler's answer becomes a view."""

from services.enrollment.api import directory, privacy, programmes, volunteers

ROUTERS = (programmes.router, volunteers.router, directory.router, privacy.router)
