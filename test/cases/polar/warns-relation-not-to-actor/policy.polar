resource Org { relations = { parent: Org }; roles = ["admin"]; "admin" if "parent"; }
resource Repo { relations = { org: Org }; roles = ["admin"]; "admin" if "parent" on "org"; }
