# expect: POLAR_STYLE 4:9
actor U { roles = []; permissions = []; relations = {}; }
global { roles = []; permissions = []; }
p(x: U, y: U) if q(x);
