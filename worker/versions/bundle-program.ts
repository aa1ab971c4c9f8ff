/** Bundles the entry or the catalogue named by its arguments and hands the code to the process that forked it: see bundle-in-child.ts. */
import { bundleCatalogue } from './bundle-catalogue.ts';
import { bundleRunbooks } from './bundle.ts';

const [, , what, address] = process.argv;
const bundle = what === 'catalogue' ? bundleCatalogue : bundleRunbooks;
const answer = await bundle(new URL(address!)).then(
  ({ code }) => ({ code }),
  (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
);
process.send!(answer, () => process.disconnect());
