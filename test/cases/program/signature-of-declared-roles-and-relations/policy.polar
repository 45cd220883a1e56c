actor User {}
global { roles = ["a"]; }
resource Plan { relations = { subscribed: Org }; }
resource Org { roles = ["member"]; }
resource Sub extends Org {}
