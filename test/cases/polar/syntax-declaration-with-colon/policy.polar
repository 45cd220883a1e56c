resource Repo {
  roles: ["a"];
}
