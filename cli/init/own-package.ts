/** The package that this command line is part of: a checkout, or an installed copy. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface OwnPackage {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  /** It has its sources: what is packed has to be compiled first. */
  readonly isCheckout: boolean;
}

/** Two levels up from the source, three from the compiled file. */
export function ownPackage(): OwnPackage {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as OwnPackage;
  return { ...manifest, folder, isCheckout: existsSync(join(folder, 'cli', 'main.ts')) };
}
