actor Staff {}
actor Patient {}
resource Ward { roles = ["nurse", "doctor", "head"]; permissions = ["enter"]; "doctor" if "head"; "enter" if "nurse" or "doctor"; }
resource Record {
  permissions = ["read", "prescribe", "amend", "read_notes", "break_glass"];
  relations = { patient: Patient, ward: Ward, written_by: Staff };
  "read" if "patient" and not_sealed(resource);
  "read" if ("nurse" on "ward" or "doctor" on "ward") and on_duty(actor);
  "prescribe" if "doctor" on "ward" and on_duty(actor);
  "amend" if "written_by" or "head" on "ward";
  "read_notes" if "doctor" on "ward" and consents(resource, actor);
  "break_glass" if global "emergency";
  "read" if "break_glass" and emergency_declared();
}
global { roles = ["emergency"]; }
not_sealed(record: Record) if not is_sealed(record);
# Consent to one, or to all of a ward that is not excluded.
consents(record: Record, staff: Staff) if
  patient matches Patient and has_relation(record, "patient", patient) and consent(patient, staff);
consents(record: Record, staff: Staff) if
  patient matches Patient and ward matches Ward and
  has_relation(record, "patient", patient) and
  has_relation(record, "ward", ward) and
  consent(patient, ward) and
  has_role(staff, "doctor", ward) and
  not refuses(patient, staff);

test fixture clinic {
  has_relation(Record{"r1"}, "patient", Patient{"p1"});
  has_relation(Record{"r1"}, "ward", Ward{"w"});
  has_relation(Record{"r1"}, "written_by", Staff{"d1"});
  has_role(Staff{"n1"}, "nurse", Ward{"w"});
  has_role(Staff{"d1"}, "doctor", Ward{"w"});
  has_role(Staff{"h1"}, "head", Ward{"w"});
}
test "duty" {
  setup { fixture clinic; on_duty(Staff{"n1"}); on_duty(Staff{"h1"}); }
  assert allow(s: Staff, "read", Record{"r1"}) iff s in [Staff{"n1"}, Staff{"h1"}];
  assert allow(s: Staff, "prescribe", Record{"r1"}) iff s in [Staff{"h1"}];
  assert allow(s: Staff, "amend", Record{"r1"}) iff s in [Staff{"d1"}, Staff{"h1"}];
  assert allow(Patient{"p1"}, "read", Record{"r1"});
  assert_not allow(Patient{"p2"}, "read", Record{"r1"});
  assert_not allow(Staff{"p1"}, "read", Record{"r1"});
  assert allow(s: Staff, "enter", Ward{"w"}) iff s in [Staff{"n1"}, Staff{"d1"}, Staff{"h1"}];
}
test "sealed" {
  setup { fixture clinic; is_sealed(Record{"r1"}); on_duty(Staff{"d1"}); }
  assert_not allow(Patient{"p1"}, "read", Record{"r1"});
  assert allow(Staff{"d1"}, "read", Record{"r1"});
}
test "consent" {
  setup { fixture clinic; consent(Patient{"p1"}, Ward{"w"}); refuses(Patient{"p1"}, Staff{"d1"}); }
  assert allow(s: Staff, "read_notes", Record{"r1"}) iff s in [Staff{"h1"}];
}
test "consent to one" {
  setup { fixture clinic; consent(Patient{"p1"}, Staff{"d1"}); consent(Patient{"p1"}, Staff{"n1"}); }
  assert allow(s: Staff, "read_notes", Record{"r1"}) iff s in [Staff{"d1"}];
}
test "emergency" {
  setup { fixture clinic; has_role(Staff{"er"}, "emergency"); emergency_declared(); }
  assert allow(Staff{"er"}, a: String, Record{"r1"}) iff a in ["break_glass", "read"];
  assert allow(Staff{"er"}, "read", Record{"any"});
  assert_not allow(Staff{"n1"}, "read", Record{"r1"});
}
test "no emergency" {
  setup { has_role(Staff{"er"}, "emergency"); }
  assert_not allow(Staff{"er"}, "read", Record{"r1"});
  assert allow(Staff{"er"}, "break_glass", Record{"r1"});
}
