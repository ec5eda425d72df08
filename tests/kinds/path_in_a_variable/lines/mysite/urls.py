from django.conf import settings

urlpatterns += [path(settings.OFFICE_URL, lambda request: None)]
