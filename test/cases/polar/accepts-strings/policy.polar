# Escapes: named ones, and any other character for itself.
text("line\nbreak\r\ttab \"quoted\" \\ \' \q");
text("over two \
lines # no comment");
text("emoji 😀 and é");
