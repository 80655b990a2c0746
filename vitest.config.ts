import { defineConfig } from 'vitest/config'

/** Under Deno a thread of Vitest fails as it ends; under Bun a fork does as it begins. */
const pool = 'Deno' in globalThis ? 'forks' as const : 'threads' as const
const pure = { pool, isolate: false }
/** With real processes and sockets: one file after the other, or they would disturb each other. */
const real = { pool, fileParallelism: false }
const setupFiles = ['test/support/end-started.ts']

/** `npm run test:calls`: what takes minutes because calls do, beside what `npm test` has of it. */
const calls = [
  'test/call-abilities/*.e2e.test.ts',
  'test/knowledge/knowledge.e2e.test.ts',
  'test/outbound/outbound.e2e.test.ts',
  'test/outbound/restart.e2e.test.ts',
  'test/runtime/early-caller.e2e.test.ts',
  'test/runtime/limits.e2e.test.ts',
  'test/runtime/recording-killed.e2e.test.ts',
  'test/runtime/recording.e2e.test.ts',
  'test/runtime/remote-tools.e2e.test.ts',
  'test/runtime/replay.e2e.test.ts',
  'test/runtime/summary.e2e.test.ts',
  'test/runtime/taken-up.e2e.test.ts',
  'test/runtime/webhooks.e2e.test.ts',
]

/** What has no database, and the one file that has both in every run. */
const whereverKept = [
  'test/cli/demo.e2e.test.ts',
  'test/cli/simulate/simulate.e2e.test.ts',
  'test/runtime/record.e2e.test.ts',
]

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.e2e.test.ts', 'test/chaos/**', 'test/browser/**'],
          ...pure,
          // No test waits; the limit is for a machine that others use, too.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e.test.ts'],
          exclude: calls,
          setupFiles,
          // Calls last as long as calls do, and most of that is waiting: some files at once, after the unit tests.
          pool,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'calls',
          include: calls,
          setupFiles,
          pool,
          maxWorkers: 3,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        // `npm run test:postgres`: the files of `e2e` and `calls` as they are, with another database.
        test: {
          name: 'postgres',
          include: ['test/**/*.e2e.test.ts'],
          exclude: whereverKept,
          globalSetup: 'test/support/postgres-server.ts',
          setupFiles: ['test/support/on-postgres.ts', ...setupFiles],
          pool,
          // The database wants its share of the machine.
          maxWorkers: 2,
          // Not with the projects that have another number of workers.
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        // `npm run test:chaos`; too long and too loud for `npm test`.
        test: {
          name: 'chaos',
          include: ['test/chaos/**/*.test.ts'],
          setupFiles,
          ...real,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        // `npm run test:chaos:postgres`: the same with a PostgreSQL; the file that has a database of its own to kill stays out.
        test: {
          name: 'chaos-postgres',
          include: ['test/chaos/**/*.test.ts'],
          exclude: ['test/chaos/database-killed.test.ts'],
          globalSetup: 'test/support/postgres-server.ts',
          setupFiles: ['test/support/on-postgres.ts', ...setupFiles],
          ...real,
          // Nor with projects that have more workers.
          sequence: { groupOrder: 3 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
