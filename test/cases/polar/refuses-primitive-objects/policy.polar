p(Integer{"1"}, Boolean{1}, String{true});
