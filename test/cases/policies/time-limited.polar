actor User {}
resource Door {
  roles = ["guest", "guard"];
  permissions = ["enter", "lock"];
  "enter" if "guest" or "guard";
  "lock" if "guard";
}
has_role(actor: Actor, role: String, door: Door) if
  expiration matches Integer and
  has_role_until(actor, role, door, expiration) and
  expiration > @current_unix_time;
has_role(actor: Actor, role: String, door: Door) if
  from matches Integer and until matches Integer and
  has_shift(actor, role, door, from, until) and
  from <= @current_unix_time and
  @current_unix_time < until;

test "roles end" {
  setup {
    has_role_until(User{"past"}, "guest", Door{"d"}, 1);
    has_role_until(User{"future"}, "guest", Door{"d"}, 33333333333);
    has_role_until(User{"both"}, "guest", Door{"d"}, 5);
    has_role_until(User{"both"}, "guard", Door{"d"}, 9223372036854775807);
    has_role_until(User{"never"}, "guard", Door{"d"}, -9223372036854775808);
    has_shift(User{"now"}, "guard", Door{"d"}, 0, 33333333333);
    has_shift(User{"later"}, "guard", Door{"d"}, 33333333333, 44444444444);
    has_shift(User{"before"}, "guard", Door{"d"}, -10, +10);
    has_role(User{"always"}, "guest", Door{"d"});
  }
  assert allow(u: User, "enter", Door{"d"}) iff u in [User{"future"}, User{"both"}, User{"now"}, User{"always"}];
  assert allow(u: User, "lock", Door{"d"}) iff u in [User{"both"}, User{"now"}];
  assert_not allow(User{"past"}, "enter", Door{"d"});
  assert_not allow(User{"later"}, "lock", Door{"d"});
  assert_not allow(User{"before"}, "lock", Door{"d"});
  assert_not allow(User{"never"}, "lock", Door{"d"});
  assert has_role(User{"both"}, r: String, Door{"d"}) iff r in ["guard"];
  assert has_role_until(User{"both"}, "guard", Door{"d"}, i: Integer) iff i in [9223372036854775807];
  assert has_role_until(User{"never"}, "guard", Door{"d"}, i: Integer) iff i = -9223372036854775808;
  assert has_role_until(User{"past"}, "guest", Door{"d"}, Integer{1});
  assert_not has_role_until(User{"past"}, "guest", Door{"d"}, "1");
}
