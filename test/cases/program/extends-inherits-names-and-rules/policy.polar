actor User {}
resource Asset {
  roles = ["owner"];
  permissions = ["read"];
  relations = { account: Account };
  "read" if "owner";
  "owner" if "admin" on "account";
}
resource Account { roles = ["admin"]; }
resource File extends Asset {
  permissions = ["open"];
  "open" if "read" or "owner";
  "open" if "admin" on "account";
}
resource Photo extends File {}
has_role(_: User, "owner", f: File) if is_open(f);
