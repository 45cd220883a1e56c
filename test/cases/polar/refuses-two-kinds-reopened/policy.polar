resource Repo { roles = ["a"]; }
resource Repo { permissions = ["a"]; }
global { roles = ["g"]; permissions = ["g"]; }
