// The import wizard.
