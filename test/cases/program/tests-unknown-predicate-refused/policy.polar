actor User {}
actor Group {}
resource Repo {}
has_grant(u: User) if q(u);
test "t" {
  setup { q(User{"a"}); has_grnt(User{"a"}); q(Repo{"a"}); q(User{"a"}, 1); zzzzzzz(1); }
  assert has_grnat(User{"a"});
  assert_not zzzzzzz(User{"a"});
  assert_not has_grant(User{"a"}, 7);
}
test fixture f { q(Group{"g"}); }
