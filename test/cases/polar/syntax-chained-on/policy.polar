resource Repo {
  "a" if "b" on "c" on "d";
}
