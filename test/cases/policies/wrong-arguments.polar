# Assertions with values of other types, or names nobody declared, are false and no error.
actor User {}
resource Dog { roles = ["walker"]; permissions = ["pet"]; "pet" if "walker"; }
family(child: String, parent: String) if born_to(child, parent);
test "false, not wrong" {
  setup { born_to("Morgan", "Kim"); has_role(User{"w"}, "walker", Dog{"d"}); }
  assert family("Morgan", "Kim");
  assert_not family(true, "Morgan");
  assert_not family("Morgan", 1);
  assert_not family("Morgan");
  assert_not family("Morgan", "Kim", "Kim");
  assert_not family(User{"Morgan"}, "Kim");
  assert_not family("Morgan", "");
  assert_not allow(User{"w"}, "shout at", Dog{"d"});
  assert_not has_role(User{"w"}, "owner", Dog{"d"});
  assert_not has_role(User{"w"}, true, Dog{"d"});
  assert_not has_role(User{"w"}, "walker");
  assert_not allow(Dog{"d"}, "pet", User{"w"});
  assert_not allow(1, 2, 3);
  assert has_role(User{"w"}, r: String, Dog{"d"}) iff r = "walker";
  assert has_role(User{"w"}, r: Integer, Dog{"d"}) iff r in [];
  assert family(s: String, "Kim") iff s in ["Morgan"];
  assert family(u: User, "Kim") iff u in [];
  assert_not family(s: String, "Pat");
  assert family(_, _);
  assert family(s: String, _);
}
