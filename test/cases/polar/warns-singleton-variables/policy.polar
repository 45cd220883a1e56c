actor User {}
resource Repo { roles = ["r"]; "r" if p(actor, x) and q(resource, _y, _); role if p(actor); }
allow(user: User, action) if user matches User and z matches User and ok(user);
global { roles = ["g"]; "g" if p(actor, resource); }
