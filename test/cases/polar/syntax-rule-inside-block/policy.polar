resource Repo {
  has_role(a, "x", b) if p(a, b);
}
