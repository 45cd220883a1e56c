// The process in which a node builds its generations: see src/sync/build-process/child.ts.
import { serveParent } from '../src/sync/build-process/child.ts';

serveParent(process);
