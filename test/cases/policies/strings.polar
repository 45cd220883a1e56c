# Strings: escapes, every kind of character, no two spellings of one value confused.
actor User {}
resource Key {}
opens(k: Key, s: String) if code(k, s);
is_quote(s: String) if s = "\"" or s = "\'" ;
is_break("a\nb");
is_break("a\
b");
is_tab("a\tb"); is_nul("a\0b"); is_return("a\rb"); is_letter("\q\u\x");
in_code(s: String) if s in ["# no comment", "// neither", "a;b", "{}", "\\"];
test "a \"quoted\" name # with signs" {
  setup {
    code(Key{"a b"}, "x y");
    code(Key{"\"q\""}, "\\");
    code(Key{"tab	tab"}, "  ");
    code(Key{"é"}, "é"); # composed
    code(Key{"é"}, "é"); # decomposed
    code(Key{"#1"}, "*");
    code(Key{"**"}, "0");
  }
  assert opens(Key{"a b"}, s: String) iff s in ["x y"];
  assert opens(Key{"\"q\""}, "\\");
  assert_not opens(Key{"q"}, "\\");
  assert opens(Key{"tab\ttab"}, "  ");
  assert_not opens(Key{"tab tab"}, "  ");
  assert opens(k: Key, "é") iff k in [Key{"é"}];
  assert opens(k: Key, "é") iff k in [Key{"é"}];
  assert opens(Key{"#1"}, "*");
  assert opens(Key{"**"}, "0");
  assert_not opens(Key{"**"}, 0);
  assert is_quote("\"");
  assert is_quote("'");
  assert is_quote("\'");
  assert is_break(s: String) iff s in ["a\nb"];
  assert is_tab("a	b");
  assert is_nul("a\0b");
  assert_not is_nul("a0b");
  assert is_return("a\rb");
  assert is_letter("qux");
  assert in_code(s: String) iff s in ["\\", "{}", "a;b", "# no comment", "// neither"];
}
