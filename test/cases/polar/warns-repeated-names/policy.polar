actor User {}
resource Repo { roles = ["a", "a"]; relations = { owner: User, owner: User }; }
