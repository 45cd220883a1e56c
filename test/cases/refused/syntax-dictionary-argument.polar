# expect: POLAR_SYNTAX 2:3
p({a: 1});
