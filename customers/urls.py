from django.urls import path

from customers.views import contacts, customers, dealings, imports, interactions, listing, tasks

app_name = "customers"
urlpatterns = [
    path("", listing.customer_list, name="list"),
    path("new/", customers.customer_create, name="create"),
    path("<int:pk>/edit/", customers.customer_edit, name="edit"),
    path("<int:pk>/dealings/", dealings.dealings, name="dealings"),
    path("<int:pk>/contacts/new/", contacts.contact_create, name="contact_create"),
    path("contacts/<int:pk>/edit/", contacts.contact_edit, name="contact_edit"),
    path("<int:pk>/interactions/new/", interactions.interaction_create, name="interaction_create"),
    path("<int:pk>/tasks/new/", tasks.task_create, name="task_create"),
    path("tasks/", tasks.task_list, name="tasks"),
    path("tasks/<int:pk>/close/", tasks.task_close, name="task_close"),
    path("imports/", imports.import_list, name="imports"),
    path("imports/new/", imports.import_create, name="import_create"),
    path("imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path("imports/<int:pk>/progress/", imports.import_progress, name="import_progress"),
    path("imports/<int:pk>/commit/", imports.import_commit, name="import_commit"),
    path("imports/<int:pk>/wrong-rows/", imports.import_wrong_rows, name="import_wrong_rows"),
]
