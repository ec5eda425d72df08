"""What Copier loads: reads a Django project, works out answers, and refuses copies and updates that would do harm."""
