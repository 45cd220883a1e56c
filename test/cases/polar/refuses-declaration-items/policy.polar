resource Repo {
  roles = [reader, 3, "ok"];
  relations = { parent };
}
