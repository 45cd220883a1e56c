# expect: POLAR_NEGATION 4:33
actor U {}
resource P {}
win(x: P) if move(x, y) and not win(y);
