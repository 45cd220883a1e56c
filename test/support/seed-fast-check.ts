import { givenSeed } from './random.ts';

// Without a given seed, fast-check takes another one each time and prints it when a property fails.
if (givenSeed !== undefined) {
  const { configureGlobal } = await import('fast-check');
  configureGlobal({ seed: givenSeed });
}
