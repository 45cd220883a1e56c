# expect: POLAR_DECLARATION 4:1
global { roles = ["a"]; }
actor U {}
global { permissions = ["b"]; }
