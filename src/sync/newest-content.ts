import type { GenerationMetadata } from '../generations/generation.ts';
import type { KnownContent } from './build-process/job.ts';

/** ETag that a control plane gave with facts. Sent back, it lets the control plane say whether they have changed. */
interface FactsEtag {
  readonly value: string;
  /** Which control plane; undefined: the one of this process. */
  readonly source: string | undefined;
}

/** The newest content that a node has. While a generation is pinned it is not the one that is served. */
export class NewestContent {
  #metadata: GenerationMetadata | undefined;
  #etag: FactsEtag | undefined;
  #isIntact = false;

  /** Of its generation; undefined before any was seen. */
  get metadata(): GenerationMetadata | undefined {
    return this.#metadata;
  }

  /** Whether it was last seen whole on disk. */
  get isIntact(): boolean {
    return this.#isIntact;
  }

  /** On disk. Only a scrub or an opening sees whether it is whole. */
  found(metadata: GenerationMetadata, isIntact: boolean): void {
    const { factsEtag, source } = metadata;
    this.#metadata = metadata;
    this.#etag = factsEtag === null ? undefined : { value: factsEtag, source };
    this.#isIntact = isIntact;
  }

  /** Copied or imported, and opened. */
  arrived(metadata: GenerationMetadata, factsEtag: string | undefined): void {
    this.#metadata = metadata;
    this.#etag = factsEtag === undefined ? undefined : { value: factsEtag, source: undefined };
    this.#isIntact = true;
  }

  /** The control plane has the same still, and names its facts like this now. */
  confirmed(factsEtag: string | undefined): void {
    if (factsEtag !== undefined) this.#etag = { value: factsEtag, source: undefined };
  }

  /** A scrub has read a generation, this one or another. */
  scrubbed(id: string, isIntact: boolean): void {
    if (id === this.#metadata?.id) this.#isIntact = isIntact;
  }

  /** It could not be read. */
  doubted(): void {
    this.#isIntact = false;
  }

  /** What need not be copied again. `bytes`: its size on disk. Undefined while it is not known to be whole. */
  known(bytes: number | undefined): KnownContent | undefined {
    if (this.#metadata === undefined || !this.#isIntact) return undefined;
    const { id, contentDigest, policySha256 } = this.#metadata;
    return { id, contentDigest, policySha256, factsEtag: this.#etag?.value, etagSource: this.#etag?.source, bytes };
  }
}
