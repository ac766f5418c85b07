from django.urls import path

from customers.views import (
    contacts,
    customers,
    dealings,
    imports,
    interactions,
    listing,
    plans,
    settings,
    tasks,
)

app_name = "customers"
urlpatterns = [
    path("", listing.customer_list, name="list"),
    path("new/", customers.customer_create, name="create"),
    path("<int:pk>/edit/", customers.customer_edit, name="edit"),
    path("<int:pk>/dealings/", dealings.dealings, name="dealings"),
    path("contacts/", contacts.contact_list, name="contact_list"),
    path("<int:pk>/contacts/", contacts.contacts, name="contacts"),
    path("<int:pk>/contacts/new/", contacts.contact_create, name="contact_create"),
    path("contacts/<int:pk>/edit/", contacts.contact_edit, name="contact_edit"),
    path(
        "contacts/<int:pk>/successor/", contacts.contact_successor, name="contact_successor"
    ),
    path("<int:pk>/interactions/new/", interactions.interaction_create, name="interaction_create"),
    path("interactions/<int:pk>/", interactions.interaction, name="interaction"),
    path("interactions/<int:pk>/edit/", interactions.interaction_edit, name="interaction_edit"),
    path(
        "interactions/<int:pk>/attach/", interactions.interaction_attach, name="interaction_attach"
    ),
    path("attachments/<int:pk>/", interactions.attachment, name="attachment"),
    path("attachments/<int:pk>/remove/", interactions.attachment_remove, name="attachment_remove"),
    path("<int:pk>/tasks/new/", tasks.task_create, name="task_create"),
    path("tasks/", tasks.task_list, name="tasks"),
    path("tasks/<int:pk>/close/", tasks.task_close, name="task_close"),
    path("plans/", plans.plan_list, name="plans"),
    path("<int:pk>/plan/", plans.plan, name="plan"),
    path("<int:pk>/plan/new/", plans.plan_create, name="plan_create"),
    path("plans/<int:pk>/edit/", plans.plan_edit, name="plan_edit"),
    path("plans/<int:pk>/close/", plans.plan_close, name="plan_close"),
    path("plans/<int:pk>/objectives/new/", plans.objective_create, name="objective_create"),
    path("objectives/<int:pk>/edit/", plans.objective_edit, name="objective_edit"),
    path("plans/<int:pk>/actions/new/", plans.plan_action_create, name="plan_action_create"),
    path("plans/<int:pk>/reviews/new/", plans.plan_review_create, name="plan_review_create"),
    path("plans/<int:pk>/files/", plans.plan_attach, name="plan_attach"),
    path("imports/", imports.import_list, name="imports"),
    path("imports/new/", imports.import_create, name="import_create"),
    path("imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path("imports/<int:pk>/progress/", imports.import_progress, name="import_progress"),
    path("imports/<int:pk>/commit/", imports.import_commit, name="import_commit"),
    path("imports/<int:pk>/wrong-rows/", imports.import_wrong_rows, name="import_wrong_rows"),
    path("settings/tags/", settings.tag_list, name="tags"),
    path("settings/tags/new/", settings.tag_create, name="tag_create"),
    path("settings/tags/<int:pk>/edit/", settings.tag_edit, name="tag_edit"),
    path("settings/fields/", settings.custom_field_list, name="custom_fields"),
    path("settings/fields/new/", settings.custom_field_create, name="custom_field_create"),
    path("settings/fields/<int:pk>/edit/", settings.custom_field_edit, name="custom_field_edit"),
]
