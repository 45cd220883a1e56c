/** Digest of the program as it was built, which `scripts/bundle.mjs` writes here; the sources have none. */
export const BUILD_ID: string | undefined = undefined;
