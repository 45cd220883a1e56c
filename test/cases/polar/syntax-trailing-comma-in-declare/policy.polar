declare p(String,);
