allow("abc
def");
