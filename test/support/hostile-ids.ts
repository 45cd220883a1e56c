/** What every object of JavaScript has. */
export const BUILT_IN_NAMES: readonly string[] = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];

/** Each is an id of its own. Many pairs are what some comparison or other takes for the same. */
export const HOSTILE_IDS: readonly string[] = [
  ...[
    "' OR 1=1--",
    '%',
    '_',
    '**',
    ':',
    '"',
    '\\',
    "\\'",
    '\n',
    'a\r\nb',
    '\t',
    '\0',
    'a',
    'a\0',
    'a\0b',
    'A',
    ' ',
    'a ',
  ],
  ...[' a', '1', '01', '+1', '1.0', '-0', '0', 'true', 'TRUE', 'null', 'undefined', '\u202eabc', 'abc', '\ufeffabc'],
  ...['🦊', '\u00e9', 'e\u0301', 'ß', 'ss', '\u2028', '\uffff', '\u{10ffff}', '%00', 'a+b', 'a b', '?', '#', '..', '/'],
  ...['x'.repeat(512), 'x'.repeat(511), ...BUILT_IN_NAMES],
];
