"""What every service needs to tell and to erase all that it holds on one person.

Each service declares where personal data lies, as one table (`holdings`); the chassis has its own. A desk works
on one database by both tables; `erasures` keeps who was erased, so that nobody comes back.
"""
