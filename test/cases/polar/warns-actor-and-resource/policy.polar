actor Org { roles = ["a"]; }
resource Org { permissions = ["b"]; "b" if "a"; }
