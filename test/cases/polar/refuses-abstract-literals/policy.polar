p(Actor{"a"}) if q(Resource{"b"});
