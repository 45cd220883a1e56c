# Facts no rule reads are legal when declared; several signatures make a union.
actor User {}
actor Bot extends User {}
resource Repo { roles = ["reader"]; relations = { unused: Repo }; }
declare nickname(User, String);
declare tag(Repo, String);
declare tag(Repo, Integer);
declare tag(Repo, Boolean);
declare touched(Actor, Resource);
declare heartbeat();
declare allow(User, String);
shown(u: User) if nickname(u, name) and name in ["Bob", "Ann"];
test "declared" {
  setup {
    nickname(User{"1"}, "Bob");
    nickname(Bot{"2"}, "Ann");
    nickname(User{"3"}, "Kim");
    tag(Repo{"r"}, "x"); tag(Repo{"r"}, 3); tag(Repo{"r"}, true);
    touched(Bot{"2"}, Repo{"r"});
    touched(User{"1"}, User{"1"});
    heartbeat();
    has_relation(Repo{"r"}, "unused", Repo{"s"});
    has_role(User{"1"}, "reader", Repo{"r"});
    allow(User{"1"}, "login");
  }
  assert shown(u: User) iff u in [User{"1"}, Bot{"2"}];
  assert shown(u: Bot) iff u in [Bot{"2"}];
  assert tag(Repo{"r"}, s: String) iff s in ["x"];
  assert tag(Repo{"r"}, i: Integer) iff i in [3];
  assert tag(Repo{"r"}, b: Boolean) iff b in [true];
  assert touched(a: Actor, Repo{"r"}) iff a in [Bot{"2"}];
  assert touched(User{"1"}, r: Resource) iff r in [User{"1"}];
  assert heartbeat();
  assert has_relation(Repo{"r"}, "unused", r: Repo) iff r in [Repo{"s"}];
  assert has_role(u: User, "reader", Repo{"r"}) iff u in [User{"1"}];
  assert allow(User{"1"}, "login");
  assert_not allow(User{"1"}, "logout");
  assert_not allow(User{"1"}, "login", Repo{"r"});
}
