resource Doc {
  roles = ["a"];
  permissions = ["p", "q"];
  "p" if "a";
  "q" if "a";
}
