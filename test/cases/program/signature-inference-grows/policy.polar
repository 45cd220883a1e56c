actor User {}
resource Doc {}
resource Memo {}
f(x) if g(x);
g(_: Doc);
g(y) if k(y);
k(z) if m(z);
m(_: Memo);
h(x) if f(x);
