#!polar
# comment ; { ( "
actor User # the name
{ # open
} # closed
resource # keyword
Doc # name
{ roles # key
  = # sign
  [ # list
    "a", # first
    "b" # last
  , ] # list end
  ; # end
  relations = { # one
    owner # name
    : # colon
    User # type
  };
  permissions = [ "p" ];
  "a" # head
  if # word
  "b" # body
  and # and
  ( # open
  "owner" # x
  ) # close
  ;
  "p" if # last "p" if "a";
  "a";
}
p( # open
  x # var
  : # colon
  User # type
  , # comma
  _ # any
) if # body
q(x # arg
) and # more
not # negated
r( # open
x) ; # end
declare # word
t(#
User#
)#
;#
test # word
"comments" # name
{ # open
  setup # word
  { # open
    q(User{ # brace
      "u" # id
    }); # end
    has_role(User{"o"}, "b", Doc{"d"}); has_relation(Doc{"d"}, "owner", User{"o"});
    t(User{"u"});
  } # close
  assert # word
  p(User{"u"}, 1) # call
  ; # end
  assert p(u: User, "x") # here
  iff # and here
  u # var
  in # in
  [ # open
  User{"u"} # item
  , ];
  assert_not p(User{"o"}, 1);
  assert allow(User{"o"}, "p", Doc{"d"});
}
# the end, without a line break