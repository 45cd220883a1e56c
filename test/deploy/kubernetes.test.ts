import { createRequire } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { OPTIONS } from '../../src/config/options.ts';
import { filesBelow, ROOT, read } from './support/deploy-files.ts';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

const FILES = filesBelow('deploy/kubernetes');

function manifestsOf(file: string): Manifest[] {
  return parseAllDocuments(read(file), { strict: true, uniqueKeys: true }).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.map(({ message }) => message)}`);
    return document.toJS();
  });
}

const MANIFESTS = FILES.flatMap((file) => manifestsOf(file).map((manifest) => ({ file, ...manifest, manifest })));

const modelOf = ({ apiVersion, kind }: Manifest) => `kubernetes-models/${apiVersion}/${kind}`;

/**
 * What the compiler says to the manifests as literals of the published types: unlike the schemas it also sees keys that
 * do not exist, however deep.
 */
function compile(manifests: readonly Manifest[]): string[] {
  const source = manifests
    .map(
      (manifest, index) =>
        `import type { I${manifest.kind} as Type${index} } from '${modelOf(manifest)}';\n` +
        `export const manifest${index}: Type${index} = ${JSON.stringify(manifest)};\n`,
    )
    .join('');
  const name = join(ROOT, 'test/deploy/manifests-under-test.ts');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    ignoreDeprecations: '6.0',
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (path, ...rest) =>
    path === name ? ts.createSourceFile(path, source, ts.ScriptTarget.ES2022) : getSourceFile.call(host, path, ...rest);
  const program = ts.createProgram([name], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

describe('the manifests', () => {
  test('are there', () => {
    expect(MANIFESTS.map(({ kind }) => kind).sort()).toEqual([
      'Deployment',
      'PodDisruptionBudget',
      'Secret',
      'Service',
      'Service',
      'StatefulSet',
    ]);
  });

  test.each(MANIFESTS)('$kind of $file fits the schema', ({ manifest }) => {
    const model = createRequire(import.meta.url)(modelOf(manifest))[manifest.kind];
    expect(() => new model(manifest).validate()).not.toThrow();
  });

  test('have no key that Kubernetes does not know', () => {
    expect(compile(MANIFESTS.map(({ manifest }) => manifest))).toEqual([]);
  });

  test('would not pass with a misspelt key', () => {
    const [misspelt] = manifestsOf('deploy/kubernetes/deployment.yaml').map((manifest) =>
      JSON.parse(JSON.stringify(manifest).replace('livenessProbe', 'livenessProb')),
    );
    expect(compile([misspelt]).join('\n')).toMatch(/livenessProb.* does not exist/);
  });
});

test('one node at a time may be evicted, however many there are', () => {
  const budget = MANIFESTS.find(({ kind }) => kind === 'PodDisruptionBudget')?.manifest;
  const selector = { matchLabels: { 'app.kubernetes.io/name': 'oso-fallback' } };
  expect(budget).toMatchObject({ spec: { maxUnavailable: 1, selector } });
});

/** The pod of a Deployment or StatefulSet, as far as it is looked at here. */
interface PodSpec {
  readonly enableServiceLinks: boolean;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: Record<string, unknown>;
  readonly volumes: readonly { readonly name: string; readonly emptyDir?: unknown }[];
  readonly containers: readonly {
    readonly env: readonly { readonly name: string; readonly value: string }[];
    readonly ports: readonly { readonly containerPort: number }[];
    readonly livenessProbe: Probe;
    readonly readinessProbe: Probe;
    readonly resources: { readonly limits: Record<string, string>; readonly requests: Record<string, string> };
    readonly securityContext: Record<string, unknown>;
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  }[];
}

interface Probe {
  readonly httpGet: { readonly path: string };
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}

function podOf(kind: string): PodSpec {
  const found = MANIFESTS.find((manifest) => manifest.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return JSON.parse(JSON.stringify(found.manifest)).spec.template.spec;
}

const DRAIN_SECONDS = OPTIONS.drainMs.defaultValue / 1_000;

/** What requests may take after the drain. */
const FORCE_SECONDS = 10;

describe.each(['StatefulSet', 'Deployment'])('the pod of the %s', (kind) => {
  const pod = podOf(kind);
  const [container] = pod.containers;

  test('keeps variables of services out: an OSO_ variable that is no setting stops the start', () => {
    expect(pod.enableServiceLinks).toBe(false);
  });

  test('has time to drain, and is taken out of the service well before it closes', () => {
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(DRAIN_SECONDS + FORCE_SECONDS + 5);
    const { periodSeconds, failureThreshold } = container?.readinessProbe ?? { periodSeconds: 99, failureThreshold: 9 };
    expect(periodSeconds * failureThreshold).toBeLessThan(DRAIN_SECONDS);
  });

  test('is asked for life and for readiness', () => {
    expect(container?.livenessProbe.httpGet.path).toBe('/livez');
    expect(container?.readinessProbe.httpGet.path).toBe('/readyz');
    expect(container?.ports.map(({ containerPort }) => `${containerPort}`)).toEqual([OPTIONS.port.defaultText]);
  });

  test('may do nothing but its work', () => {
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  test('runs as the user of the image', () => {
    const user = /^USER (\d+):(\d+)$/m.exec(read('Dockerfile'));
    expect(pod.securityContext).toMatchObject({
      runAsUser: Number(user?.[1]),
      runAsGroup: Number(user?.[2]),
      fsGroup: Number(user?.[2]),
    });
  });

  test('has the memory that the heap of the image is made for', () => {
    expect(container?.resources).toEqual({
      requests: { cpu: '1', memory: '256Mi' },
      limits: { memory: '256Mi' },
    });
  });

  test('can write where the image keeps its data, and nowhere else', () => {
    expect(container?.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(['/data', '/tmp']);
    const ephemeral = pod.volumes.filter(({ emptyDir }) => emptyDir !== undefined).map(({ name }) => name);
    expect(ephemeral).toEqual(kind === 'Deployment' ? ['data', 'tmp'] : ['tmp']);
  });
});
