import { expect, test } from '@jest/globals';
import { missingPackages } from '../../embedded/system-packages.ts';

test('tells the packages that are not installed, in the order asked', async () => {
  expect(await missingPackages(['no-such-package-b', 'dpkg', 'no-such-package-a'])).toEqual([
    'no-such-package-b',
    'no-such-package-a',
  ]);
});

test('nothing is missing when all are installed', async () => {
  expect(await missingPackages(['dpkg', 'coreutils'])).toEqual([]);
});
