actor User {}
actor Group {}
resource Repo {}
reach(a: Repo, c: Repo) if b matches Repo and reach(a, b) and edge(b, c);
reach(a: Repo, b: Repo) if edge(a, b);
