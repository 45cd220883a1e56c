actor User {}
actor Group {}
resource Repo {}
declare tag(Repo, String);
declare tag(Group, Integer);
declare only_declared(Actor, Resource, Boolean);
p(r) if tag(r, t) and uses(t);
