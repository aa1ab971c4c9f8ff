import { jest } from '@jest/globals';

/**
 * Tests wait for conditions; this only ends one that will never come true, later than `until`, which says what was
 * missing.
 */
jest.setTimeout(300_000);
