/** `tandem outbox`: the events that customers' own servers were told, or were not. */
import type { OutboxEntry } from '../store/outbox.ts'
import type { CommandContext, ExitCode } from './command.ts'
import { withRecord } from './record-access.ts'

/** Lists the newest events. */
export const outbox = (
  context: CommandContext,
  { dead, limit, json }: Readonly<{ dead?: true; limit: number; json?: true }>,
): Promise<ExitCode> =>
  withRecord(context, async ({ record }) => {
    const events = await record.outbox.list({ limit, ...(dead ? { state: 'dead' } : {}) })
    for (const event of events) context.out(json ? JSON.stringify(event) : lineOf(event))
    return 0
  })

const lineOf = ({ id, customer, url, type, at, state, attempts, nextAt, problem }: OutboxEntry) =>
  [
    id,
    secondsOf(at),
    customer,
    type,
    url,
    state,
    ...(attempts > 0 ? [`attempts ${attempts}`] : []),
    ...(problem === undefined ? [] : [problem]),
    ...(nextAt !== undefined && attempts > 0 ? [`again ${secondsOf(nextAt)}`] : []),
  ].join('  ')

const secondsOf = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
