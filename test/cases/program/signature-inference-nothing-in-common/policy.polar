actor User {}
resource Doc {}
resource Memo {}
f(x) if a(x) and b(x) and stored(x);
a(_: Doc);
b(_: Memo);
