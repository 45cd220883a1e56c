actor User {}
resource Folder {
  roles = ["viewer", "editor"];
  permissions = ["view", "edit", "create"];
  relations = { parent: Folder, owner: User };
  role if role on "parent";
  "editor" if "owner";
  "viewer" if "editor";
  "view" if "viewer";
  "edit" if "editor";
  "create" if "edit";
}
resource File {
  roles = ["viewer", "editor"];
  permissions = ["view", "edit"];
  relations = { folder: Folder };
  "viewer" if "viewer" on "folder";
  "editor" if "editor" on "folder";
  "viewer" if "editor";
  "view" if "viewer" or is_public(resource);
  "edit" if "editor";
}
is_public(file: File) if folder matches Folder and has_relation(file, "folder", folder) and is_public(folder);
is_public(folder: Folder) if
  parent matches Folder and has_relation(folder, "parent", parent) and is_public(parent);

test fixture tree {
  has_relation(Folder{"b"}, "parent", Folder{"a"});
  has_relation(Folder{"c"}, "parent", Folder{"b"});
  has_relation(Folder{"d"}, "parent", Folder{"c"});
  has_relation(File{"deep.txt"}, "folder", Folder{"d"});
  has_relation(File{"top.txt"}, "folder", Folder{"a"});
}
test "roles go down the tree, never up" {
  setup {
    fixture tree;
    has_role(User{"root"}, "editor", Folder{"a"});
    has_role(User{"mid"}, "viewer", Folder{"c"});
    has_relation(Folder{"d"}, "owner", User{"leaf"});
  }
  assert allow(User{"root"}, "edit", File{"deep.txt"});
  assert allow(User{"root"}, "create", Folder{"d"});
  assert allow(User{"mid"}, "view", File{"deep.txt"});
  assert_not allow(User{"mid"}, "edit", File{"deep.txt"});
  assert_not allow(User{"mid"}, "view", Folder{"b"});
  assert_not allow(User{"mid"}, "view", File{"top.txt"});
  assert allow(User{"leaf"}, "edit", File{"deep.txt"});
  assert allow(u: User, "view", File{"deep.txt"}) iff u in [User{"root"}, User{"mid"}, User{"leaf"}];
  assert allow(User{"mid"}, "view", f: Folder) iff f in [Folder{"c"}, Folder{"d"}];
  assert allow(User{"root"}, "edit", f: File) iff f in [File{"top.txt"}, File{"deep.txt"}];
  assert allow(User{"leaf"}, "view", x: Resource) iff x in [Folder{"d"}, File{"deep.txt"}];
}
test "public folders" {
  setup { fixture tree; is_public(Folder{"b"}); is_public(File{"alone.txt"}); }
  assert is_public(f: Folder) iff f in [Folder{"b"}, Folder{"c"}, Folder{"d"}];
  assert is_public(f: File) iff f in [File{"deep.txt"}, File{"alone.txt"}];
  assert is_public(f: Resource) iff f in [File{"deep.txt"}, File{"alone.txt"}, Folder{"b"}, Folder{"c"}, Folder{"d"}];
  assert allow(User{"anyone"}, "view", File{"deep.txt"});
  assert_not allow(User{"anyone"}, "view", File{"top.txt"});
  assert_not allow(User{"anyone"}, "view", Folder{"b"});
  assert allow(User{"anyone"}, "view", f: File) iff f in [File{"deep.txt"}, File{"alone.txt"}];
}
test "a circle of folders ends" {
  setup {
    has_relation(Folder{"x"}, "parent", Folder{"y"});
    has_relation(Folder{"y"}, "parent", Folder{"z"});
    has_relation(Folder{"z"}, "parent", Folder{"x"});
    has_relation(Folder{"self"}, "parent", Folder{"self"});
    has_role(User{"u"}, "viewer", Folder{"y"});
  }
  assert allow(User{"u"}, "view", f: Folder) iff f in [Folder{"x"}, Folder{"y"}, Folder{"z"}];
  assert_not allow(User{"u"}, "view", Folder{"self"});
  assert_not allow(User{"u"}, "edit", Folder{"x"});
}
