import { jest } from '@jest/globals';

/** Tests wait for conditions, and this only ends one that will never come true. */
jest.setTimeout(180_000);
