resource Repo {
  roles = ["a"];

actor User {}
