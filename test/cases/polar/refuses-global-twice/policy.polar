global { roles = ["a"]; }
global { roles = ["b"]; }
