actor User {}
resource Repo {
  relations = { owner: User };
  "owner" if is_owner(actor, resource);
}
