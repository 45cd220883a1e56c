# Words that start an item are ordinary names elsewhere.
actor User {}
actor(x, y) if resource(x) and test(x, y) and global(x) and declare(x) and type(y) and setup(fixture) and print(fixture) and cut(new, new) and p(iff);
resource(actor) if on(actor);
resource Thing {
  relations = { in: User, on: User, if: User, actor: User };
  roles = ["role"];
  "role" if "in" or "on" or "if" on resource or "actor";
}
