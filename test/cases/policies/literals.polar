# The long spellings of primitive values are the same values.
actor User {}
resource Thing {}
is_a(String{"a"});
is_one(Integer{1});
is_yes(Boolean{true});
is_minus(Integer{-7});
same(x: String) if x = String{"a"} and x = "a";
n(t: Thing) if weight(t, Integer{5});
m(t: Thing) if weight(t, 5);
compare(t: Thing) if weight(t, w) and w < Integer{6};
flags(t: Thing) if flag(t, Boolean{false});
list(x: Integer) if x in [1, Integer{2}, +3];
test "literals" {
  setup {
    weight(Thing{"t"}, Integer{5});
    weight(Thing{"u"}, 6);
    weight(Thing{"v"}, 007);
    flag(Thing{"t"}, false);
    flag(Thing{"u"}, Boolean{false});
    flag(Thing{"v"}, true);
  }
  assert is_a("a");
  assert is_a(s: String) iff s in [String{"a"}, "a"];
  assert is_one(1);
  assert is_one(+1);
  assert_not is_one("1");
  assert_not is_one(true);
  assert is_yes(true);
  assert_not is_yes(false);
  assert is_minus(-7);
  assert is_minus(- 7);
  assert same("a");
  assert n(t: Thing) iff t in [Thing{"t"}];
  assert m(t: Thing) iff t in [Thing{"t"}];
  assert compare(t: Thing) iff t in [Thing{"t"}];
  assert flags(t: Thing) iff t in [Thing{"t"}, Thing{"u"}];
  assert list(i: Integer) iff i in [3, 2, 1];
  assert weight(Thing{"v"}, 7);
  assert_not weight(Thing{"v"}, 8);
  assert_not weight("v", 7);
}
