# Denials by variable action name, inherited and lifted again.
actor User {}
resource D { permissions = ["read", "deny", "write"]; roles = ["r"]; relations = { parent: D, owner: User }; }
# allow-deny per permission name by variable
has_permission(u: User, action: String, d: D) if granted(u, action, d) and not denied(u, action, d);
denied(u: User, action: String, d: D) if deny_fact(u, action, d);
denied(u: User, action: String, d: D) if p matches D and has_relation(d, "parent", p) and denied(u, action, p) and not re_allowed(u, action, d);
granted(u: User, action: String, d: D) if role matches String and has_role(u, role, d) and role_grants(role, action);
role_grants("r", "read"); role_grants("r", "write");
has_role(u: User, "r", d: D) if has_relation(d, "owner", u);
is_last_owner(u: User, d: D) if has_relation(d, "owner", u) and not other_owner(u, d);
other_owner(u: User, d: D) if has_relation(d, "owner", v) and v != u;
test "t" {
  setup {
   has_relation(D{"c"}, "parent", D{"b"}); has_relation(D{"b"}, "parent", D{"a"});
   has_relation(D{"a"}, "owner", User{"o"}); has_relation(D{"b"}, "owner", User{"o"}); has_relation(D{"c"}, "owner", User{"o"}); has_relation(D{"c"}, "owner", User{"p"});
   deny_fact(User{"o"}, "write", D{"a"}); re_allowed(User{"o"}, "write", D{"c"});
  }
  assert allow(User{"o"}, "write", d: D) iff d in [D{"c"}];
  assert allow(User{"o"}, "read", d: D) iff d in [D{"a"}, D{"b"}, D{"c"}];
  assert denied(User{"o"}, a: String, D{"b"}) iff a = "write";
  assert is_last_owner(u: User, D{"a"}) iff u = User{"o"};
  assert is_last_owner(User{"o"}, d: D) iff d in [D{"a"}, D{"b"}];
  assert allow(User{"o"}, a: String, D{"a"}) iff a in ["read"];
}
