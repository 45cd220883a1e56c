import type { DataBindings } from './binding.ts';
import { parseDataBindings } from './parse-data-bindings.ts';

/** Applications send the same text with every request; a server meets only a few. */
const MOST_TEXTS = 16;

/** As `parseDataBindings`, with the texts used last kept as parsed. */
export function rememberBindings(): (text: string) => DataBindings {
  const known = new Map<string, DataBindings>();
  return (text) => {
    const bindings = known.get(text) ?? parseDataBindings(text);
    known.delete(text);
    known.set(text, bindings);
    const [oldest] = known.keys();
    if (known.size > MOST_TEXTS && oldest !== undefined) known.delete(oldest);
    return bindings;
  };
}
