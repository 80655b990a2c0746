/** Has the core of today decide again what it decided in a logged call, and says where it decides otherwise. */
import type { CallEvent } from '../call/events.ts'
import { step } from '../call/step.ts'
import { begin } from './beginning.ts'
import { decide, type Decision, type Played } from './decide.ts'
import type { LoggedEvent, LogPart } from './event-log.ts'

/** An event at which today's core decides otherwise. */
export type Difference = Readonly<{
  /** Which event of its part it is, counted from 1. */
  number: number
  /** Since the call began in the process that wrote the part. */
  atMs: number
  event: CallEvent
  decided: Decision
  today: Decision
}>

/** Replays a part of a log; `core` is the one that decides now. */
export const replayPart = (
  { head, events }: LogPart,
  core: typeof step = step,
): readonly Difference[] => {
  const differences: Difference[] = []
  let played: Played = { state: begin(head.beginning), kept: [] }
  for (const [at, { event, ...decided }] of events.entries()) {
    const [next, today] = decide(core, played, event)
    played = next
    if (isSame(decided, today)) continue
    const atMs = event.atMs - head.beginning.atMs
    differences.push({ number: at + 1, atMs, event, decided, today })
  }
  return differences
}

/** A fault is a fault, whatever the runtime says of it. */
const isSame = (then: Omit<LoggedEvent, 'event'>, today: Decision): boolean =>
  (then.fault === undefined) === (today.fault === undefined) &&
  (JSON.stringify(then.decided) === JSON.stringify(today.decided) ||
    canonical(then.decided) === canonical(today.decided))

/** JSON with the keys in order: who writes an object the other way round decides nothing else. */
export const canonical = (value: unknown): string =>
  JSON.stringify(
    value,
    (_, each) =>
      isGroup(each)
        ? Object.fromEntries(
          Object.entries(each).toSorted(([one], [other]) => one < other ? -1 : 1),
        )
        : each,
  )

const isGroup = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
