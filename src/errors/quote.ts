/** Longest user text that a message repeats, in UTF-16 units. */
const MAX_QUOTED = 60;

/** User text for a one-line message: in backticks, cut when long, with control characters and broken surrogates shown as U+FFFD. */
export function quote(text: string): string {
  const cut = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
  return `\`${cut.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, '\ufffd')}\``;
}
