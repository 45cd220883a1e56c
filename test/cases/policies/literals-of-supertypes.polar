# A literal in a rule says of which type facts are, and a fact may be about any subtype of it, also one that no answer needs.
actor User {}
actor Admin extends User {}
resource Folder {}
resource Vault extends Folder {}

may_open(user: User) if keeps(user, Folder{"lobby"});
is_root(user: User) if user = User{"root"} and is_trusted(user);
is_known(user: User) if user in [User{"ann"}, User{"bob"}] and is_listed(user);

test "a fact about a subtype is legal, and is not about the literal" {
  setup {
    keeps(User{"ann"}, Folder{"lobby"});
    keeps(Admin{"bob"}, Vault{"lobby"});
    is_trusted(User{"root"});
    is_trusted(Admin{"root"});
    is_listed(Admin{"ann"});
    is_listed(User{"bob"});
  }

  assert may_open(user: User) iff user in [User{"ann"}];
  assert is_root(user: User) iff user in [User{"root"}];
  assert is_known(user: User) iff user in [User{"bob"}];
}
