;;
actor User {};
resource Doc {};
;
