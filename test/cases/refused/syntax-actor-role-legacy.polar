# expect: POLAR_SYNTAX 2:39
allow(actor, "read", patient) if actor.role == "doctor";
