# Plans with quotas as facts of the policy, overridden per customer.
actor User {}
resource Organization {
  roles = ["member"];
  permissions = ["use_sso"];
}
resource Plan {}
resource Feature {}
declare subscribed(Organization, Plan);
declare note(Organization, String);

plan_quota(Plan{"free"}, Feature{"seats"}, 3);
plan_quota(Plan{"pro"}, Feature{"seats"}, 50);
plan_quota(Plan{"pro"}, Feature{"sso"}, 1);

quota(org: Organization, feature: Feature, n: Integer) if
  plan matches Plan and subscribed(org, plan) and plan_quota(plan, feature, n);
quota(org: Organization, feature: Feature, n: Integer) if extra_quota(org, feature, n);

has_room(org: Organization, feature: Feature) if
  used matches Integer and limit matches Integer and
  quota(org, feature, limit) and
  used_quota(org, feature, used) and
  used < limit;
has_permission(user: User, "invite", org: Organization) if
  has_role(user, "member", org) and has_room(org, Feature{"seats"});
has_permission(user: User, "use_sso", org: Organization) if
  has_role(user, "member", org) and quota(org, Feature{"sso"}, 1);
over_quota(org: Organization, feature: Feature) if
  used_quota(org, feature, used) and quota(org, feature, limit) and limit <= used;

test fixture customers {
  subscribed(Organization{"small"}, Plan{"free"});
  subscribed(Organization{"big"}, Plan{"pro"});
  has_role(User{"s"}, "member", Organization{"small"});
  has_role(User{"b"}, "member", Organization{"big"});
  note(Organization{"big"}, "pays by invoice");
}
test "below the quota" {
  setup {
    fixture customers;
    used_quota(Organization{"small"}, Feature{"seats"}, 2);
    used_quota(Organization{"big"}, Feature{"seats"}, 49);
  }
  assert allow(User{"s"}, "invite", Organization{"small"});
  assert allow(User{"b"}, "invite", Organization{"big"});
  assert_not allow(User{"b"}, "invite", Organization{"small"});
  assert_not allow(User{"s"}, "use_sso", Organization{"small"});
  assert allow(User{"b"}, "use_sso", Organization{"big"});
  assert over_quota(o: Organization, Feature{"seats"}) iff o in [];
  assert quota(Organization{"big"}, f: Feature, 50) iff f in [Feature{"seats"}];
  assert plan_quota(p: Plan, Feature{"seats"}, 50) iff p in [Plan{"pro"}];
  assert note(Organization{"big"}, s: String) iff s = "pays by invoice";
}
test "at the quota" {
  setup {
    fixture customers;
    used_quota(Organization{"small"}, Feature{"seats"}, 3);
    used_quota(Organization{"big"}, Feature{"seats"}, 51);
  }
  assert_not allow(User{"s"}, "invite", Organization{"small"});
  assert_not allow(User{"b"}, "invite", Organization{"big"});
  assert over_quota(o: Organization, Feature{"seats"}) iff o in [Organization{"small"}, Organization{"big"}];
}
test "an override helps" {
  setup {
    fixture customers;
    used_quota(Organization{"small"}, Feature{"seats"}, 3);
    extra_quota(Organization{"small"}, Feature{"seats"}, 10);
    plan_quota(Plan{"free"}, Feature{"sso"}, 1);
  }
  assert allow(User{"s"}, "invite", Organization{"small"});
  assert allow(User{"s"}, "use_sso", Organization{"small"});
  assert quota(Organization{"small"}, Feature{"seats"}, n: Integer) iff n in [3, 10];
  assert_not quota(Organization{"small"}, Feature{"seats"}, 4);
  assert_not allow(User{"b"}, "invite", Organization{"big"}); # nothing is known of its use
}
