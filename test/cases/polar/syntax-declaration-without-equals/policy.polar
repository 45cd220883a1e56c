resource Repo {
  relations { parent: Repo };
}
