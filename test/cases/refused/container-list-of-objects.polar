# expect: POLAR_DECLARATION 2:29
resource A { permissions = [A{"x"}]; }
