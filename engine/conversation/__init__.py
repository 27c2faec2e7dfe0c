"""Both halves together: who has the floor, what happens next, and how it comes to an end."""
