actor Org { roles = ["a"]; }
resource Org { permissions = ["p"]; "p" if "a"; }
