actor User {}
actor Robot {}
resource Area {}
blocked(_: Robot);
blocked(User{"evil"});
closed(_: Area) if night();
open(Area{"park"});
enter(a: Actor, area: Area) if open(area) and badge(a) and not blocked(a);
enter_at_night(a: Actor, area: Area) if open(area) and badge(a) and not closed(area);
anyone_blocked() if blocked(_);
nobody_with_badge() if not badge(_);
only_robots() if badge(_) and not has_human();
has_human() if badge(u) and u matches User;
test "day" {
  setup { badge(User{"good"}); badge(User{"evil"}); badge(Robot{"r"}); }
  assert enter(a: Actor, Area{"park"}) iff a in [User{"good"}];
  assert enter_at_night(a: Actor, Area{"park"}) iff a in [User{"good"}, User{"evil"}, Robot{"r"}];
  assert blocked(Robot{"any"});
  assert_not blocked(User{"any"});
  assert anyone_blocked();
  assert_not nobody_with_badge();
  assert has_human();
  assert_not only_robots();
  assert_not enter(User{"good"}, Area{"house"});
}
test "night" {
  setup { badge(Robot{"r"}); night(); }
  assert_not enter_at_night(_, _);
  assert only_robots();
  assert_not has_human();
  assert closed(Area{"x"});
}
test "none" {
  assert nobody_with_badge();
  assert_not only_robots();
}
