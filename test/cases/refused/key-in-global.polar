# expect: POLAR_DECLARATION 2:10
global { relations = { a: A }; }
resource A {}
