actor User {}
actor Group {}
resource Repo {}
allow(actor, action, resource) if has_permission(actor, action, resource) and not blocked(actor);
