"""The demo's data, made through the same operations as everybody's: nothing is written by hand.

The seven départements, from generated academic feeds: about sixty families each in two of them, with
the months billed since September, and about twenty in the others, with the latest month; a standing
cast whose sign-ins the demo prints. Everything is drawn from one seed, so that two demos made on the
same day are the same.
"""
