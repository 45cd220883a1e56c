actor User {}
resource Doc {}
f(u: User, d: Doc) if (is_gone(x, u) or not (likes(v, u) and false)) and w in ["a", d] and u = o and n != w and not (o matches User and not likes(d, n));
