actor User {}
resource Plan {}
declare subscribed(User, String, Plan);
declare quota(Plan, Integer);
declare enabled(Boolean, Actor, Resource);
declare nothing();
