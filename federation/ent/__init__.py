"""What a département opens to whom among shared services, and how one is known there."""
