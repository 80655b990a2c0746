/** Calls that are told as a bridge would tell them, and logged. */
import type { CallEvent, Happening } from '../../src/call/events.ts'
import type { CallRules } from '../../src/call/rules.ts'
import { type CallState, isWanted, type Ringing, startCall } from '../../src/call/state.ts'
import { step } from '../../src/call/step.ts'
import { type LogPart, readLog } from '../../src/replay/event-log.ts'
import { beginEventLog, logEvent } from '../../src/replay/keep-events.ts'
import type { Redact } from '../../src/replay/mask.ts'
import { RULES } from '../call/rules.ts'
import { ACTIONS, type Story } from '../call/stories.ts'

export const TALKATIVE: CallRules = {
  ...RULES,
  ...ACTIONS,
  greeting: 'Hello.',
  silenceMs: 20_000,
}

export type LoggedCallOptions = Readonly<{
  rules?: CallRules
  redact?: Redact
  /** The call as it begins; a new one without. */
  begun?: Ringing
  core?: typeof step
}>

/** Gives the log of a call in which this happens, as it lies on the disk. */
export const logOf = (
  story: Story,
  { rules = TALKATIVE, redact, begun = startCall(rules, 1_000.25), core = step }:
    LoggedCallOptions = {},
): string => {
  let state: CallState = begun
  let [log, lines] = beginEventLog(
    {
      program: '0.1.0',
      callSid: 'CA1',
      customer: 'bright-smile',
      agentVersion: '0123456789abcdef',
      startedAt: 1_767_225_600_000,
    },
    begun,
    redact,
  )
  let atMs = begun.startedAtMs
  for (const [told, afterMs] of story) {
    atMs += afterMs
    const happening: Happening = told.type === 'agent-audio-sent' &&
        !isWanted(state, told.responseId)
      ? { ...told, type: 'agent-audio-refused' }
      : told
    const before: CallState = state
    const event: CallEvent = { ...happening, atMs }
    const decided: ReturnType<typeof step> | undefined = attempt(() => core(before, event))
    state = decided?.[0] ?? before
    const effects = decided?.[1]
    const [after, more] = logEvent(log, { event, effects })
    log = after
    lines = [...lines, ...more]
  }
  return `${lines.join('\n')}\n`
}

/** A core that fails leaves the state as it was. */
const attempt = <Value>(action: () => Value): Value | undefined => {
  try {
    return action()
  } catch {
    return undefined
  }
}

/** Reads a log that can be read. */
export const partsOf = (text: string): readonly LogPart[] => {
  const read = readLog(text)
  if ('problem' in read) throw new Error(`line ${read.line}: ${read.problem}`)
  return read.parts
}
