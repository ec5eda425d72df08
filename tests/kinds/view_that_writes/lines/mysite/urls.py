from django.conf import settings
from django.http import HttpResponse


def label(request):
    folder = settings.BASE_DIR / "labels"
    folder.mkdir(exist_ok=True)
    (folder / "1.txt").write_text("To: you")
    return HttpResponse("printed")


urlpatterns.append(path("label/", label))
