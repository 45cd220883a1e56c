@flag actor User {}
