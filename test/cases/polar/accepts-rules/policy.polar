# Heads, bodies, terms.
actor User {}
resource Doc {}
allow(actor, action, resource) if has_permission(actor, action, resource);
has_permission(_: User, "read", _: Doc);
has_permission(u: User, "read_profile", u: User);
has_role(User{"root"}, "owner", doc: Doc) if not is_locked(doc);
maintenance() if true;
never() if false;
quota(12, -3, +4, true, false, String{"a"}, Integer{-1}, Boolean{true});
grant(user: User, doc: Doc) if
  expires matches Integer and
  granted(user, doc, expires) and
  expires > @current_unix_time and
  expires <= 9223372036854775807 and expires >= -9223372036854775808 and expires != 0 and 1 < expires;
named(user: User, field: String) if field in ["a", "b",] and field = "a" and user != User{"bob"} and user matches! User;
all_roles(user: User, doc: Doc) if
  not (required(doc, role) and not has_role(user, role, doc)) and not not has(user) and (a(user) or (b(user) and c(doc)));
