test fixture people { has_relation(Wiki{"w"}, "author", User{"a"}); }
actor User {}
resource Wiki { roles = ["writer"]; relations = { author: User }; "reader" if "writer"; "write" if "writer"; "writer" if "author"; }
