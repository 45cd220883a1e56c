resource Repo {
  roles = ["a", "b"];
  "a" if "b" and (quota < 3);
}
