# expect: POLAR_UNDECLARED 4:58
resource A { roles = ["a"]; }
resource B extends A { roles = ["b"]; }
resource C { roles = ["c"]; relations = { a: A }; "c" if "b" on "a"; }
