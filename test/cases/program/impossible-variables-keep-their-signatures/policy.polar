actor User {}
resource Doc {}
resource Memo {}
f(u: User, d: Doc) if u matches Memo and d matches Memo and used(u, d);
