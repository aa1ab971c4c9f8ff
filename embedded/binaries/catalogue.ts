/** A program that nightshift runs and npm does not carry. */
export interface Binary {
  /** The version that is downloaded or built. */
  version: string;
  /** What one download or build set belongs to: its members are made under one lock. */
  group: Group;
  /**
   * Asks a found program for its version (the pattern's groups). Undefined: the program cannot tell, so it is never
   * taken from PATH.
   */
  ask?: { args: string[]; pattern: RegExp };
  /** The versions that a program found on PATH may have. */
  accepts?: RegExp;
  source: GoSource | MavenSource;
  /** What to tell a person who has none of it. */
  install: string;
}

interface GoSource {
  kind: 'go';
  /** Folder under modules/ with the go.mod and go.sum that pin everything. */
  module: string;
  package: string;
  ldflags: string;
}

interface MavenSource {
  kind: 'maven';
  /** Folder under modules/ with the pom.xml and the SHA-256 of every jar. */
  module: string;
  mainClass: string;
}

export type Group = 'kubernetes' | 'etcd' | 'temporal' | 'temporal-test-server' | 'loki' | 'jaeger';

const KUBERNETES = '1.34.4';
const GO_HINT = 'Go 1.24 or newer (https://go.dev/dl), which builds it';

function kubernetes(command: string, args = ['--version']): Binary {
  return {
    version: KUBERNETES,
    group: 'kubernetes',
    ask: { args, pattern: /v(\d+\.\d+\.\d+\S*)/ },
    accepts: /^1\.34\.\d+$/,
    source: {
      kind: 'go',
      module: 'kubernetes',
      package: `k8s.io/kubernetes/cmd/${command}`,
      ldflags: `-s -w -X k8s.io/component-base/version.gitVersion=v${KUBERNETES}`,
    },
    install: `${command} ${KUBERNETES} on PATH, or ${GO_HINT}`,
  };
}

export const BINARIES = {
  temporal: {
    version: '1.5.1',
    group: 'temporal',
    ask: { args: ['--version'], pattern: /temporal version (\S+) \(Server (\d+\.\d+)/ },
    accepts: /^1\.5\.\d+ with server 1\.29$/,
    source: {
      kind: 'go',
      module: 'temporal',
      package: 'github.com/temporalio/cli/cmd/temporal',
      ldflags: '-s -w -X github.com/temporalio/cli/temporalcli.Version=1.5.1',
    },
    install: `the Temporal CLI 1.5 on PATH (https://github.com/temporalio/cli/releases/tag/v1.5.1), or ${GO_HINT}`,
  },
  'kube-apiserver': kubernetes('kube-apiserver'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  'kube-scheduler': kubernetes('kube-scheduler'),
  kubelet: kubernetes('kubelet'),
  'kube-proxy': kubernetes('kube-proxy'),
  kubectl: kubernetes('kubectl', ['version', '--client']),
  etcd: {
    version: '3.6.16',
    group: 'etcd',
    ask: { args: ['--version'], pattern: /etcd Version: (\S+)/ },
    accepts: /^3\.6\.\d+$/,
    source: { kind: 'go', module: 'etcd', package: 'go.etcd.io/etcd/server/v3', ldflags: '-s -w' },
    install: `etcd 3.6 on PATH (https://github.com/etcd-io/etcd/releases), or ${GO_HINT}`,
  },
  loki: {
    version: '3.7.8',
    group: 'loki',
    ask: { args: ['--version'], pattern: /loki, version (\S+)/ },
    accepts: /^3\.\d+\.\d+$/,
    source: {
      kind: 'go',
      module: 'loki',
      package: 'github.com/grafana/loki/v3/cmd/loki',
      ldflags: '-s -w -X github.com/grafana/loki/v3/pkg/util/build.Version=3.7.8',
    },
    install: `Loki 3 on PATH (https://github.com/grafana/loki/releases), or ${GO_HINT}`,
  },
  jaeger: {
    version: '1.62.0',
    group: 'jaeger',
    source: {
      kind: 'go',
      module: 'jaeger',
      package: 'github.com/jaegertracing/jaeger/cmd/all-in-one',
      ldflags: '-s -w',
    },
    install: GO_HINT,
  },
  'temporal-test-server': {
    version: '1.32.1',
    group: 'temporal-test-server',
    source: { kind: 'maven', module: 'temporal-test-server', mainClass: 'io.temporal.testserver.TestServer' },
    install: 'Java 11 or newer and Maven (Debian: default-jre-headless maven)',
  },
} as const satisfies Record<string, Binary>;

export type BinaryName = keyof typeof BINARIES;

export const BINARY_NAMES = Object.keys(BINARIES) as BinaryName[];

/** The environment variable that names a program of one's own: NIGHTSHIFT_BIN_KUBE_PROXY. */
export function environmentVariable(name: BinaryName): string {
  return `NIGHTSHIFT_BIN_${name.toUpperCase().replaceAll('-', '_')}`;
}
