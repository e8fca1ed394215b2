"""The words of the mails, in English and Russian: one template per kind, words.py for the small ones."""
