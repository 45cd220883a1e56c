resource Repo {
  "a" if p(actor) on "c";
}
