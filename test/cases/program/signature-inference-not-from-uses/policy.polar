actor User {}
resource Doc {}
resource Memo {}
shown(x) if kept(x);
kept(_: Doc);
kept(y) if draft(y);
draft(z) if noted(z);
noted(_: Memo);
listed(x) if shown(x) and stored(x);
offered(x) if shown(x) and stored(x);
