"""What a collège's own software says of its pupils: marks, absences, homework; and what families answer."""
