# expect: POLAR_SYNTAX 2:33
resource A { roles = [a, b]; foo(actor); }
