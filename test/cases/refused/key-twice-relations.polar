# expect: POLAR_DECLARATION 2:33
actor A { relations = { a: A }; relations = { b: A }; }
