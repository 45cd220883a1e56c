# expect: POLAR_SYNTAX 2:5
p("""a""");
