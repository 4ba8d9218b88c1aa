import { defineConfig } from 'vitest/config'

// Two cores: more workers only make the tests with real servers slower. The time-outs end what
// hangs: tests that start whole processes take a multiple of their time on a busy machine.
const shared = { testTimeout: 90_000, hookTimeout: 120_000, maxWorkers: 2 }
const oneAtATime = ['test/card/**/*.test.ts', 'test/e2e/**/*.test.ts']

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: 'parts',
          include: ['{src,card-reader,scripts,test}/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', ...oneAtATime],
        },
      },
      {
        // These share what a machine has once: pcscd, the virtual reader, a browser.
        extends: true,
        test: {
          ...shared,
          name: 'whole',
          include: oneAtATime,
          fileParallelism: false,
          testTimeout: 180_000,
        },
      },
    ],
  },
})
