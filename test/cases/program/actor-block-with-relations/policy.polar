actor User {
  roles = ["manager"];
  permissions = ["view"];
  relations = { boss: User };
  "manager" if "boss";
  "manager" if "manager" on "boss";
  "view" if "manager";
}
