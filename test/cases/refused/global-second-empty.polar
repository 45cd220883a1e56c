# expect: POLAR_DECLARATION 3:1
global {}
global {}
