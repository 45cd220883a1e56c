# expect: POLAR_FACT 4:20
resource Org { roles = ["member"]; }
resource Repo { roles = ["reader"]; relations = { org: Org }; "reader" if "member" on "org"; }
test "t" { setup { has_relation(Org{"o"}, "org", Repo{"r"}); } assert_not has_role(Org{"o"}, "reader", Repo{"r"}); }
