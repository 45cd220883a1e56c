p(a) if a < @now;
