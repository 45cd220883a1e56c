import type { Config } from '../config/read-config.ts';

/** What the command line asked of a node. */
export interface NodePlan {
  readonly config: Config;
  /** Never contact anything. */
  readonly offline: boolean;
  /** File of `--import`. */
  readonly importFile: string | undefined;
  /** Told once, when there are data to answer from. */
  readonly onServing?: ((url: string) => void) | undefined;
}
