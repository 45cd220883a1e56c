# Identifiers: letters of any script, `::`, `?`, underscores, digits inside.
actor Benutzer {}
actor Модель::Пользователь {}
resource 文書 { roles = ["読者", "écrivain"]; permissions = ["lire 📖", "schreiben"]; "lire 📖" if "読者"; "schreiben" if "écrivain"; "読者" if "écrivain"; }
resource Acme::Storage::Bucket_v2 { relations = { größe: 文書, _hidden: Benutzer }; permissions = ["öffnen"]; "öffnen" if "読者" on "größe"; "öffnen" if "_hidden"; }
is_public?(b: Acme::Storage::Bucket_v2) if flag(b, "public?");
ns::check(u: Benutzer, _x9: String) if is_known?(u);
_private(u: Benutzer) if is_known?(u);
öffentlich(α: 文書) if markiert(α, "ja");
equal?(x: String, y: String) if x="a" and y=x;
has_permission(_: Benutzer, "see", bucket: Acme::Storage::Bucket_v2) if is_public?(bucket);
test "ünï¢ødé ✓" {
  setup {
    has_role(Benutzer{"Jürgen"}, "écrivain", 文書{"第一"});
    has_role(Модель::Пользователь{"Иван"}, "読者", 文書{"第一"});
    has_relation(Acme::Storage::Bucket_v2{"b"}, "größe", 文書{"第一"});
    has_relation(Acme::Storage::Bucket_v2{"c"}, "_hidden", Benutzer{"h"});
    flag(Acme::Storage::Bucket_v2{"b"}, "public?");
    is_known?(Benutzer{"Jürgen"});
    markiert(文書{"😀"}, "ja");
  }
  assert allow(Benutzer{"Jürgen"}, a: String, 文書{"第一"}) iff a in ["lire 📖", "schreiben"];
  assert allow(Модель::Пользователь{"Иван"}, "lire 📖", 文書{"第一"});
  assert_not allow(Модель::Пользователь{"Иван"}, "schreiben", 文書{"第一"});
  assert_not allow(Benutzer{"Иван"}, "lire 📖", 文書{"第一"});
  assert allow(a: Actor, "öffnen", Acme::Storage::Bucket_v2{"b"}) iff a in [Benutzer{"Jürgen"}, Модель::Пользователь{"Иван"}];
  assert allow(Benutzer{"h"}, "öffnen", Acme::Storage::Bucket_v2{"c"});
  assert is_public?(b: Acme::Storage::Bucket_v2) iff b = Acme::Storage::Bucket_v2{"b"};
  assert ns::check(Benutzer{"Jürgen"}, "x");
  assert _private(Benutzer{"Jürgen"});
  assert_not _private(Benutzer{"Ju\rgen"});
  assert öffentlich(文書{"😀"});
  assert equal?("a", _v: String) iff _v in ["a"];
  assert allow(Benutzer{"x"}, "see", b: Acme::Storage::Bucket_v2) iff b in [Acme::Storage::Bucket_v2{"b"}];
}
