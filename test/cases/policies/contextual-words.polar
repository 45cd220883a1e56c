# Words that are keywords in one place are names in all others.
actor actor {}
resource resource { relations = { type: on, assert: actor }; roles = ["role", "if", "not"]; permissions = ["permission", "on", "global"];
  "role" if "not";
  "permission" if "role";
  "on" if "role" on "type" or "assert";
  "global" if "role" on resource;
}
resource on { roles = ["role"]; relations = { on: on }; }
resource test extends on, {}
resource fixture { permissions = ["declare"]; "declare" if setup(actor, resource); }
declare declare(actor, String);
type(actor: actor, type: String) if declare(actor, type) and global(type);
global("x");
extends(test: test, on: on) if has_relation(test, "on", on);
print(cut: actor) if new(cut) and debug(cut) and forall(cut);
iff(x: String, iff: String) if x = iff and in_(x);
test fixture setup { setup(actor{"a"}, fixture{"f"}); declare(actor{"a"}, "x"); declare(actor{"b"}, "y"); }
test "words" {
  setup {
    fixture setup;
    has_role(actor{"n"}, "not", resource{"r"});
    has_role(actor{"t"}, "role", on{"o"});
    has_relation(resource{"r"}, "type", on{"o"});
    has_relation(resource{"r"}, "assert", actor{"g"});
    has_relation(test{"t"}, "on", on{"o"});
    new(actor{"p"}); debug(actor{"p"}); forall(actor{"p"});
    fixture(actor{"q"});
    in_("same");
  }
  assert allow(actor{"a"}, "declare", fixture{"f"});
  assert_not allow(actor{"b"}, "declare", fixture{"f"});
  assert type(a: actor, "x") iff a in [actor{"a"}];
  assert_not type(actor{"b"}, "y");
  assert allow(a: actor, "on", resource{"r"}) iff a in [actor{"t"}, actor{"g"}];
  assert allow(a: actor, "permission", resource{"r"}) iff a = actor{"n"};
  assert allow(a: actor, "global", resource{"r"}) iff a = actor{"n"};
  assert extends(test{"t"}, on: on) iff on in [on{"o"}];
  assert print(actor{"p"});
  assert_not print(actor{"q"});
  assert iff("same", iff: String) iff iff in ["same"];
  assert fixture(actor{"q"});
  assert declare(type: actor, "y") iff type = actor{"b"};
}
uses_fixture(a: actor) if fixture(a);
