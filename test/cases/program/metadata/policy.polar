# metadata
actor User {}
global { permissions = ["z", "b"]; roles = ["r"]; }
resource Base { roles = ["member", "admin"]; permissions = ["read", "add_member", "repository.create"]; relations = { parent: Base, app: Repo }; }
resource Repo extends Base { roles = ["x", "admin"]; relations = { owner: User }; }
actor aardvark {}
resource 𐐀 {}
resource  {}
