"""The addresses of the interface: its operations, its document, and a plain no for all others."""

from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path, re_path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from crm.api.interface import api
from crm.api.problems import machine_page, not_found


@machine_page
@require_safe
def document(request: HttpRequest) -> JsonResponse:
    """OpenAPI 3.1: what the operations take and answer. It says nothing of what is stored."""
    content = api.get_openapi_schema(path_prefix=reverse("api:root"))
    return JsonResponse(content, json_dumps_params={"ensure_ascii": False})


@machine_page
@require_http_methods(["GET", "HEAD", "POST"])
def nothing(request: HttpRequest, rest: str = ""):
    """JSON also for addresses that nobody has."""
    return not_found().response()


def _guarded(pattern: URLPattern) -> URLPattern:
    pattern.callback = machine_page(pattern.callback)
    return pattern


app_name = "api"
# Without the library's own page at the root.
operations = [_guarded(pattern) for pattern in api.urls[0] if pattern.name != "api-root"]
urlpatterns = [
    path("openapi.json", document, name="document"),
    *operations,
    path("", nothing, name="root"),
    # Keys with line ends too, at which a path converter stops.
    re_path(r"^(?P<rest>[\s\S]+)\Z", nothing, name="nothing"),
]
