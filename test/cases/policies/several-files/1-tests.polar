# Tests come first, in a file of their own; blocks are spread over the others.
test "over all files" {
  setup { fixture people; has_role(User{"c"}, "reader", Wiki{"w"}); }
  assert allow(u: User, "read", Wiki{"w"}) iff u in [User{"a"}, User{"c"}];
  assert allow(u: User, "write", Wiki{"w"}) iff u in [User{"a"}, User{"root"}];
  assert has_role(User{"a"}, r: String, Wiki{"w"}) iff r in ["reader", "writer"];
  assert allow(User{"root"}, "write", Wiki{"any"});
}
