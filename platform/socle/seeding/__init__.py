"""The demo's data, made through the same operations as everybody's: nothing is written by hand.

Two départements, about sixty families each, from generated academic feeds; a standing cast whose
sign-ins the demo prints; enrolments, prices, and the months billed since September. Everything is
drawn from one seed, so that two demos made on the same day are the same.
"""
