"""The figures that départements share: released whole, already protected, never rewritten.

Shared tables of the public schema. A département writes its own, and everybody of the platform reads
them: other départements, and the public host that shows them. How they are made and protected is
`federation.publication`; nothing of a person comes this far.
"""
