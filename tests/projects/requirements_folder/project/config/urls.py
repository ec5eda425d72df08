from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext, override


def greet(request):
    with override("fr"):
        return HttpResponse(gettext("Welcome"))


urlpatterns = [path("", greet)]
