/** `tandem costs`, `tandem forget` and `tandem migrate`: the record as a whole. */
import { systemClock } from '../clock.ts'
import { forgetPerson } from '../record/forget-person.ts'
import * as files from '../runtime/files.ts'
import { sqlite } from '../runtime/sqlite.ts'
import type { CostsBy } from '../store/record-store.ts'
import { ANY_EPOCH } from '../store/store.ts'
import { createSqliteStore } from '../store/sqlite.ts'
import { createMessageBook } from '../tools/message-book.ts'
import { formatDollars } from './call-story.ts'
import type { CommandContext, ExitCode } from './command.ts'
import { countOf, formatMs } from './format.ts'
import { withRecord } from './record-access.ts'

/** Adds up what calls cost. */
export const costs = (
  context: CommandContext,
  { json, ...asked }: Readonly<
    { by: CostsBy; customer?: string; since?: number; until?: number; json?: true }
  >,
): Promise<ExitCode> =>
  withRecord(context, async ({ record }) => {
    const sums = await record.costs(asked)
    if (json) {
      context.out(JSON.stringify(sums))
      return 0
    }
    const width = Math.max(5, ...sums.map(({ name }) => name.length))
    for (const { name, calls, talkedMs, costNano } of sums) {
      context.out(
        `${name.padEnd(width)}  ${countOf(calls, 'call').padStart(13)}  ${
          formatMs(talkedMs).padStart(12)
        }  ${formatDollars(costNano).padStart(12)}`,
      )
    }
    const total = sums.reduce((sum, { costNano }) => sum + costNano, 0)
    context.out(`${'total'.padEnd(width)}  ${formatDollars(total)}`)
    return 0
  })

/** Deletes a person: every call they made or were called in, what would resume one, and what they left a message of. */
export const forget = (
  context: CommandContext,
  { number, json }: Readonly<{ number: string; json?: true }>,
): Promise<ExitCode> =>
  withRecord(context, async ({ record, recordings, stored, eventLogs, engine, dataFolder }) => {
    const messages = createMessageBook(files, dataFolder)
    const { callSids, goingOn, ...counts } = await forgetPerson(
      { record, stored, recordings, eventLogs, messages },
      number,
      context.progress,
    )
    if (engine === 'sqlite' && callSids.length > 0) {
      await forgetCheckpoints(context, `${dataFolder}/tandem.db`, callSids)
    }
    const waiting = (await files.list(dataFolder)).filter((name) => name.endsWith('.journal'))
    if (waiting.length > 0) {
      context.err(
        `${waiting.length} journals in ${dataFolder} wait for the database and may name this person; forget again when they are gone`,
      )
    }
    if (goingOn.length > 0) {
      context.err(
        `calls that are on are kept from here on; forget again when they have ended: ${
          goingOn.join(', ')
        }`,
      )
    }
    context.out(
      json ? JSON.stringify({ forgotten: callSids, goingOn, ...counts }) : [
        `${countOf(callSids.length, 'call')} forgotten`,
        ...Object.entries({
          recording: counts.recordings,
          message: counts.messages,
          'event log': counts.eventLogs,
        }).flatMap(([what, count]) => count > 0 ? countOf(count, what) : []),
      ].join(', '),
    )
    return 0
  })

/** A step may build an index over all that was ever said. */
const MIGRATION_MS = 30 * 60_000

/** Brings the database of the record to the version of this program. */
export const migrate = (
  context: CommandContext,
  { json }: Readonly<{ json?: true }>,
): Promise<ExitCode> =>
  withRecord(context, async ({ record, engine }) => {
    const { missing } = await record.standing()
    const progress = await context.progress('steps', missing.length)
    try {
      const steps = await record.migrate(progress.advance)
      const { version } = await record.standing()
      if (json) context.out(JSON.stringify({ engine, version, steps }))
      else context.out(migrated(steps, version))
      return 0
    } finally {
      progress.stop()
    }
  }, { migrates: false, statementMs: MIGRATION_MS })

const migrated = (steps: readonly number[], version: number): string =>
  steps.length === 0
    ? `up to date, at version ${version}: nothing to do`
    : `steps done: ${steps.join(', ')}; now at version ${version}`

const forgetCheckpoints = async (
  context: CommandContext,
  path: string,
  callSids: readonly string[],
): Promise<void> => {
  const store = createSqliteStore({
    path,
    driver: sqlite,
    clock: systemClock,
    now: Date.now,
    onError: ({ message }) => context.err(message),
  })
  for (const callSid of callSids) store.forget(callSid, ANY_EPOCH)
  await store.close()
}
