# expect: POLAR_SYNTAX 2:40
allow(a: Actor, "x", r: Resource) if a == r;
