global { roles = ["auditor"]; relations = { a: Repo }; "auditr" if "x"; "auditor" if "a" on "b"; role if global "auditor"; }
resource Repo { roles = ["a"]; "a" if global "auditer" or global "zzz" or global role; }
