/** What came of a replay, for a person: where today's code decides otherwise, what was decided then, and what now. */
import type { Decision } from '../replay/decide.ts'
import type { LogPart } from '../replay/event-log.ts'
import { canonical } from '../replay/replay.ts'
import type { LocatedDifference, ReplayedLog } from '../replay/replay-log.ts'
import { countOf, formatMs } from './format.ts'

/** Tells of a log, with so many of its differences at most. */
export const describeReplay = (
  file: string,
  log: ReplayedLog,
  mostDifferences: number,
): readonly string[] => {
  if (log.is === 'unreadable') return [`${file}:${log.line}  cannot be read: ${log.problem}`]
  const { head, differences } = log
  const shown = differences.slice(0, mostDifferences)
  const more = differences.length - shown.length
  return [
    [
      head.callSid,
      head.customer,
      new Date(head.startedAt).toISOString().slice(0, 19).replace('T', ' '),
      formatMs(log.durationMs),
      countOf(log.events, 'event'),
      differences.length === 0 ? 'same' : countOf(differences.length, 'difference'),
    ].join('  '),
    ...log.ends.flatMap((end, at) => end === 'whole' ? [] : [`  ${endOf(end, at, log.ends)}`]),
    ...shown.flatMap(describeDifference),
    ...(more > 0 ? ['', `  and ${more} more, which may all follow from the first`] : []),
  ]
}

/** Tells of a log in JSON. */
export const replayAsJson = (file: string, log: ReplayedLog): string => {
  if (log.is === 'unreadable') {
    return JSON.stringify({ file, line: log.line, problem: log.problem })
  }
  const { head: { callSid, customer, agentVersion, program, startedAt, isRedacted }, ...rest } = log
  return JSON.stringify({
    file,
    callSid,
    customer,
    agentVersion,
    program,
    startedAt,
    isRedacted,
    events: rest.events,
    durationMs: rest.durationMs,
    ends: rest.ends,
    differences: rest.differences.map(({ decided, today, ...difference }) => ({
      ...difference,
      then: decided,
      now: today,
    })),
  })
}

const ENDS: Readonly<Record<Exclude<LogPart['end'], 'whole'>, string>> = {
  full: 'the log is as long as it may be, and the call went on',
  redacted: 'the log ends where a decision hung on what is redacted, and the call went on',
  cut: 'the log breaks off: the process died, or the disk failed',
}

const endOf = (
  end: Exclude<LogPart['end'], 'whole'>,
  at: number,
  ends: readonly LogPart['end'][],
): string => ends.length > 1 ? `part ${at + 1}: ${ENDS[end]}` : ENDS[end]

const describeDifference = (
  { part, number, atMs, event, decided, today }: LocatedDifference,
): readonly string[] => {
  const { atMs: _, ...what } = event
  const place = part > 1 ? `part ${part}, event ${number}` : `event ${number}`
  return [
    '',
    `  ${formatMs(atMs)}  ${place}  ${describe(what)}`,
    ...compare(decided, today).map(([when, text]) => `    ${when.padEnd(4)}  ${text}`),
  ]
}

type When = 'then' | 'now' | ''

/** Lines of both, those that both have once. */
const compare = (then: Decision, now: Decision): readonly (readonly [When, string])[] => {
  const [before, after] = [then, now].map(linesOf)
  const lines = aligned(before, after)
  const nothing = (when: When, decided: readonly unknown[]): readonly (readonly [When, string])[] =>
    decided.length === 0 ? [[when, '(nothing)']] : []
  return [...nothing('then', before), ...lines, ...nothing('now', after)]
}

type Line = Readonly<{ key: string; text: string }>

const linesOf = ({ decided, fault }: Decision): readonly Line[] =>
  fault === undefined
    ? decided.map((each) => ({ key: canonical(each), text: describe(each) }))
    : [{ key: 'fault', text: `an exception: ${fault}` }]

/** A difference of two short lists: what both have in the same order stands once. */
const aligned = (
  before: readonly Line[],
  after: readonly Line[],
): readonly (readonly [When, string])[] => {
  const [first] = before
  const [second] = after
  if (!first) return after.map(({ text }) => ['now', text])
  if (!second) return before.map(({ text }) => ['then', text])
  if (first.key === second.key) {
    return [['', first.text], ...aligned(before.slice(1), after.slice(1))]
  }
  const isLater = after.some(({ key }) => key === first.key)
  return isLater
    ? [['now', second.text], ...aligned(before, after.slice(1))]
    : [['then', first.text], ...aligned(before.slice(1), after)]
}

/** One thing on one line: `truncate-item itemId=item_7 audioEndMs=500`. */
const describe = (value: unknown): string => {
  if (!isGroup(value)) return JSON.stringify(value)
  const { type, ...fields } = value
  const name = typeof type === 'string' ? type : ''
  if (name === 'report') return `report ${describe(fields.report)}`
  return [name, ...Object.entries(fields).map(([key, each]) => `${key}=${valueOf(each)}`)].join(' ')
}

const valueOf = (value: unknown): string =>
  typeof value === 'string' && /^[\w.+-]+$/.test(value) ? value : JSON.stringify(value)

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
