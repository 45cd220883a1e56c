actor User {}
resource Pair {}
same(x, x);
same_user(u: User, u: User);
triple(a: String, b: String, a: String) if word(a) and word(b);
swap(x: User, y: User) if friend(y, x);
symmetric(x: User, y: User) if friend(x, y) or friend(y, x);
loop(x: User) if friend(x, x);
pair(p: Pair, x: User) if left(p, x) and right(p, x);
test "repeated" {
  setup {
    word("a"); word("b");
    friend(User{"1"}, User{"2"}); friend(User{"3"}, User{"3"});
    left(Pair{"p"}, User{"1"}); right(Pair{"p"}, User{"1"}); left(Pair{"q"}, User{"1"}); right(Pair{"q"}, User{"2"});
  }
  assert same("a", "a");
  assert same(1, 1);
  assert_not same(1, "1");
  assert_not same(User{"a"}, Pair{"a"});
  assert same(User{"a"}, u: User) iff u in [User{"a"}];
  assert same_user(u: User, User{"z"}) iff u in [User{"z"}];
  assert_not same_user("a", "a");
  assert triple("a", s: String, "a") iff s in ["a", "b"];
  assert_not triple("a", "b", "b");
  assert triple(s: String, "b", s: String) iff s in ["a", "b"];
  assert swap(User{"2"}, u: User) iff u in [User{"1"}];
  assert symmetric(User{"1"}, u: User) iff u in [User{"2"}];
  assert symmetric(User{"2"}, u: User) iff u in [User{"1"}];
  assert loop(u: User) iff u in [User{"3"}];
  assert friend(u: User, u: User) iff u in [User{"3"}];
  assert pair(p: Pair, User{"1"}) iff p in [Pair{"p"}];
}
