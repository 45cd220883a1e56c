# Unicode letters, segments, question marks, underscores.
actor Utilisateur::Réseau {}
resource 文書 { roles = ["é"]; }
is_ok?(x: Utilisateur::Réseau, _rel, y: 文書) if linked?(x, y);
a1_b2(_x1);
