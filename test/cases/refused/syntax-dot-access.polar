# expect: POLAR_SYNTAX 3:42
resource Issue {}
allow(u: User, "read", issue: Issue) if u.id = issue.owner_id;
