"""Looking into a file that a stranger gave: what it is, and whether it may be kept.

These modules run in a process of their own (`commons.uploads` starts it), with limits of time and
memory and nothing of ours in its environment: what parses hostile bytes holds no secret, and a file
that eats the machine eats that process. They import neither Django nor anything else of ours.
"""
