"""Who comes in through EduConnect, FranceConnect or another département, and who that is here.

`configuring`: the providers of a département, and which ways are open to whom. `attempts`: a sign-in
that is under way, bound to one browser and used once. `franceconnect` and `educonnect`: the two
protocols; each ends in `Claims`. `departements`: in by the word of another one, once an account was
linked. `reconciling`: whom claims speak of, by official identifiers and a birth date, never by a name
alone. `linking`: the acts that join an identity to a person.
"""
