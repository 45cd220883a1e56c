# expect: POLAR_DECLARATION 2:44
global { roles = ["a", "b"]; "a" if "a" on "b"; }
