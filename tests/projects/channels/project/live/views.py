import time

from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.shortcuts import render


def home(request):
    """Show the page, or keep an uploaded file and say where it is."""
    if request.method != 'POST':
        return render(request, 'home.html')
    upload = request.FILES['file']
    return HttpResponse(default_storage.url(default_storage.save(upload.name, upload)), status=201)


def address(request):
    return HttpResponse(request.META['REMOTE_ADDR'])


def slow(request, seconds):
    time.sleep(seconds)
    return HttpResponse('It took a while')
