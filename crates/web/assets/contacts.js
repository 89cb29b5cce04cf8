// The contact list, contact pages, export, trash.
