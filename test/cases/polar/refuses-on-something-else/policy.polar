resource Org { roles = ["admin"]; }
resource Repo {
  relations = { organization: Org };
  roles = ["reader"];
  "reader" if "admin" on "organisation";
  "reader" if "admin" on "reader";
  "reader" if "admn" on "organization";
  "reader" if "unrelated" on "organization";
  "reader" if admin on "organization";
}
