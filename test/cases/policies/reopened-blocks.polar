# A block may be opened again; an actor and a resource of one name are an actor.
actor User {}
resource Repo { roles = ["reader"]; permissions = ["read"]; "read" if "reader"; }
resource Repo { roles = ["writer", "reader"]; permissions = ["write"]; "write" if "writer"; "reader" if "writer"; }
resource Repo { relations = { owner: User }; "writer" if "owner"; };
resource Patient { permissions = ["chart"]; relations = { doctor: User }; "chart" if "doctor"; "chart" if is_self(actor, resource); }
actor Patient { roles = ["guardian"]; "chart" if "guardian"; }
is_self(a: Actor, r: Resource) if a = r;
test "merged" {
  setup {
    has_relation(Repo{"r"}, "owner", User{"o"});
    has_role(User{"w"}, "writer", Repo{"r"});
    has_role(User{"rd"}, "reader", Repo{"r"});
    has_relation(Patient{"p"}, "doctor", User{"doc"});
    has_role(Patient{"mum"}, "guardian", Patient{"p"});
  }
  assert allow(u: User, "read", Repo{"r"}) iff u in [User{"o"}, User{"w"}, User{"rd"}];
  assert allow(u: User, "write", Repo{"r"}) iff u in [User{"o"}, User{"w"}];
  assert allow(a: Actor, "chart", Patient{"p"}) iff a in [User{"doc"}, Patient{"mum"}, Patient{"p"}];
  assert_not allow(Patient{"p"}, "chart", Patient{"mum"});
  assert allow(Patient{"any"}, "chart", Patient{"any"});
}
