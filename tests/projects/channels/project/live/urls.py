from django.urls import path

from live import views

urlpatterns = [
    path('', views.home),
    path('address/', views.address),
    path('slow/<int:seconds>/', views.slow),
]
