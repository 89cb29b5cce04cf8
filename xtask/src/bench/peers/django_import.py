"""Previews a file with django-import-export and imports it, as the pages of its admin do: FILE DATABASE ROWS.

Contacts are recognised by their email, and emails are checked. Fails if nothing is imported.
"""
import sys

import django
from django.conf import settings

file, database, rows = sys.argv[1:]
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "import_export"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    IMPORT_EXPORT_USE_TRANSACTIONS=True,
    USE_TZ=True,
)
django.setup()

import tablib
from django.db import connection, models
from import_export import fields, resources, widgets

COLUMNS = {
    "first": "First Name",
    "last": "Last Name",
    "email": "Email",
    "phone_work": "Phone (Work)",
    "phone_mobile": "Phone (Mobile)",
    "company": "Company",
    "title": "Title",
    "address": "Address",
    "city": "City",
    "state": "State",
    "zip": "Zip Code",
    "country": "Country",
    "tag": "Tag",
    "notes": "Notes",
}
INDEXED = {"last", "phone_work", "phone_mobile"}


def column(name):
    if name == "email":
        return models.EmailField(blank=True, db_index=True)
    return models.TextField(blank=True, db_index=name in INDEXED)


class Meta:
    app_label = "import_export"


Contact = type(
    "Contact",
    (models.Model,),
    {"__module__": __name__, "Meta": Meta} | {name: column(name) for name in COLUMNS},
)


class Options:
    model = Contact
    import_id_fields = ("email",)
    fields = tuple(COLUMNS)
    skip_unchanged = True
    clean_model_instances = True


Contacts = type(
    "Contacts",
    (resources.ModelResource,),
    {"Meta": Options}
    | {name: fields.Field(attribute=name, column_name=header, widget=widgets.CharWidget()) for name, header in COLUMNS.items()},
)

with connection.schema_editor() as editor:
    editor.create_model(Contact)
with open(file, encoding="utf-8", newline="") as opened:
    data = tablib.Dataset().load(opened.read(), format="csv")
for dry_run in (True, False):
    Contacts().import_data(data, dry_run=dry_run, raise_errors=False)
# Its rows without an email are one contact to it, so it imports fewer than are new.
sys.exit(Contact.objects.count() < int(rows) // 2)
