actor User {}
resource Certificate {}
resource Machine { permissions = ["operate"]; relations = { site: Site }; }
resource Site { roles = ["worker"]; }
missing(user: User, machine: Machine) if
  cert matches Certificate and requires(machine, cert) and is_worker(user) and not holds(user, cert);
is_worker(user: User) if has_role(user, "worker", _);
has_permission(user: User, "operate", machine: Machine) if
  site matches Site and
  has_relation(machine, "site", site) and
  has_role(user, "worker", site) and
  not missing(user, machine);
holds(user: User, cert: Certificate) if
  until matches Integer and certified(user, cert, until) and until > @current_unix_time;
test "all certificates" {
  setup {
    has_relation(Machine{"press"}, "site", Site{"s"}); has_relation(Machine{"broom"}, "site", Site{"s"});
    requires(Machine{"press"}, Certificate{"safety"}); requires(Machine{"press"}, Certificate{"press"});
    has_role(User{"a"}, "worker", Site{"s"}); has_role(User{"b"}, "worker", Site{"s"}); has_role(User{"c"}, "worker", Site{"other"});
    certified(User{"a"}, Certificate{"safety"}, 33333333333); certified(User{"a"}, Certificate{"press"}, 33333333333);
    certified(User{"b"}, Certificate{"safety"}, 33333333333); certified(User{"b"}, Certificate{"press"}, 10);
    certified(User{"c"}, Certificate{"safety"}, 33333333333); certified(User{"c"}, Certificate{"press"}, 33333333333);
  }
  assert allow(u: User, "operate", Machine{"press"}) iff u in [User{"a"}];
  assert allow(u: User, "operate", Machine{"broom"}) iff u in [User{"a"}, User{"b"}];
  assert missing(u: User, Machine{"press"}) iff u in [User{"b"}];
  assert holds(User{"b"}, c: Certificate) iff c in [Certificate{"safety"}];
  assert_not allow(User{"c"}, "operate", Machine{"press"});
  assert_not allow(User{"d"}, "operate", Machine{"broom"});
}
