actor User {}
global {
  roles = ["admin", "staff"];
  permissions = ["create_org"];
  "staff" if "admin";
  "create_org" if "staff" or is_vip(actor);
  role if inherited(actor, role);
}
