resource Repo {
  roles = ["a"];
  "a" if "a";
