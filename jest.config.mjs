const shared = {
  testEnvironment: 'node',
  setupFilesAfterEnv: ['<rootDir>/test/setup/time-limit.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
};

/**
 * unit: pure code and real local parts that start in milliseconds.
 * integration: one PostgreSQL, one Temporal development server, real sshd.
 * lab: the three-node cluster, shared by every file of the project.
 */
export default {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['\\.(integration|lab)\\.test\\.ts$'],
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/**/*.integration.test.ts'],
      globalSetup: '<rootDir>/test/setup/integration.ts',
      globalTeardown: '<rootDir>/test/setup/integration-teardown.ts',
    },
    {
      ...shared,
      displayName: 'lab',
      testMatch: ['<rootDir>/test/**/*.lab.test.ts'],
      globalSetup: '<rootDir>/test/setup/lab.ts',
      globalTeardown: '<rootDir>/test/setup/lab-teardown.ts',
    },
  ],
};
