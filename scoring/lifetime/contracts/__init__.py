"""How long do accounts under contract stay, by renewals or by months, and what are they worth?"""
