import type { Group } from './catalogue.ts';

/** An official release archive, pinned by the hash that its publisher gives. */
export interface Release {
  url: string;
  algorithm: 'sha256' | 'sha512';
  hash: string;
  /** Folder inside the archive that holds the programs; '' for its top. */
  folder: string;
}

const kubernetes = (arch: string, hash: string): Release => ({
  url: `https://dl.k8s.io/v1.34.4/kubernetes-server-linux-${arch}.tar.gz`,
  algorithm: 'sha512',
  hash,
  folder: 'kubernetes/server/bin',
});

const temporal = (platform: string, hash: string): Release => ({
  url: `https://github.com/temporalio/cli/releases/download/v1.5.1/temporal_cli_1.5.1_${platform}.tar.gz`,
  algorithm: 'sha256',
  hash,
  folder: '',
});

/**
 * By group, then `${process.platform}-${process.arch}`. Kubernetes publishes SHA-512 for its archives
 * (CHANGELOG-1.34.md, "Downloads for v1.34.4"). What has no row here has no hash that we know to be true
 * (etcd 3.6.16, the test server): it is not downloaded.
 */
const RELEASES: Partial<Record<Group, Record<string, Release>>> = {
  kubernetes: {
    'linux-x64': kubernetes(
      'amd64',
      '65c75e81e3ea488f6d42b493cad64d7577ddfa1e5372037a1c841ac069039997d359b5b2f2d44e7665bf04c48ed0065cf9d4c9801b1e63bb6a1b099ef00d4863',
    ),
    'linux-arm64': kubernetes(
      'arm64',
      'a1fad7060ed67b5634f32f3256a295179dd887dab5c82b8550c2eb62c69df34cfbb311c8f93e7608d558eba32b9e2ddc23976db39e512fd747cc6bf9b4c1765f',
    ),
  },
  temporal: {
    'linux-x64': temporal('linux_amd64', 'ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d'),
    'linux-arm64': temporal(
      'linux_arm64',
      'bd1b0db9f18b051026de8bf6cc1505f2510f14bbb7a8b9a4a91fff46c77454f5',
    ),
    'darwin-x64': temporal(
      'darwin_amd64',
      'bbb73e2a31135abe50a1f1cdb35030c42961df618e8ce9c60ae89f201540c5d9',
    ),
    'darwin-arm64': temporal(
      'darwin_arm64',
      'cca01b7ea35ad56e2a328d9ae596bf716bd22313ef63c7a761c88354457c2415',
    ),
  },
};

export function releaseOf(group: Group): Release | undefined {
  return RELEASES[group]?.[`${process.platform}-${process.arch}`];
}
