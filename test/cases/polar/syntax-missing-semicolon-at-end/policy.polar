allow(a) if p(a)  # the end
