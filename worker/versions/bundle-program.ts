/** Bundles the entry named by its argument and hands the code to the process that forked it: see bundle-in-child.ts. */
import { bundleRunbooks } from './bundle.ts';

const answer = await bundleRunbooks(new URL(process.argv[2]!)).then(
  ({ code }) => ({ code }),
  (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
);
process.send!(answer, () => process.disconnect());
