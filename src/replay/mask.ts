/**
 * Takes out of what happens to a call what must not be kept, and leaves what decides: of words that still grow only their length, of
 * keys only those that do something by themselves. What is logged is then decided anew on this, so that nothing else can get into
 * the log; where that comes out otherwise than in the call, the log ends and says so.
 */
import type { CallEffect } from '../call/effects.ts'
import type { CallEvent } from '../call/events.ts'
import { isSecretAsked } from '../call/keypad.ts'
import type { CallRules } from '../call/rules.ts'
import type { CallState } from '../call/state.ts'
import type { TranscriptLine } from '../call/transcript.ts'
import type { Beginning } from './beginning.ts'

/** Takes out of a whole text what its customer does not want kept. */
export type Redact = (text: string) => string

/** Masks an event of a call in this state; without `redact` only keys that are entered in secret. */
export const maskEvent = (
  state: CallState,
  event: CallEvent,
  redact: Redact | undefined,
): CallEvent => {
  if (event.type === 'caller-pressed-key') {
    const isHidden = redact !== undefined || isSecretAsked(state)
    return isHidden && !decidesBySelf(state, event.digit) ? { ...event, digit: HIDDEN } : event
  }
  if (!redact) return event
  switch (event.type) {
    case 'caller-words':
    case 'agent-words':
      return { ...event, text: event.final ? redact(event.text) : lengthOf(event.text) }
    case 'agent-used-remote-tool':
      return {
        ...event,
        ...(event.given === undefined ? {} : { given: redact(event.given) }),
        ...(event.output === undefined ? {} : { output: redact(event.output) }),
      }
    case 'agent-called-tool':
    case 'agent-asked-approval':
      return { ...event, given: redact(event.given) }
    case 'tool-returned':
      return { ...event, output: redact(event.output) }
    case 'message-asked':
      return { ...event, sentence: redact(event.sentence) }
    case 'model-complained':
      return { ...event, problem: redact(event.problem) }
    case 'model-interrupted':
    case 'model-lost':
    case 'reserve-failed':
      return { ...event, cause: redact(event.cause) }
    default:
      return event
  }
}

/** Masks how a call began: blanks of its sentences may have been filled with names and numbers. */
export const maskBeginning = (beginning: Beginning, redact: Redact | undefined): Beginning =>
  redact
    ? {
      ...beginning,
      rules: maskRules(beginning.rules, redact),
      transcript: beginning.transcript.map((line) => maskLine(line, redact)),
    }
    : beginning

/** Whether the same was decided, whatever was said: texts left aside. */
export const isSameDecision = (
  one: readonly CallEffect[],
  other: readonly CallEffect[],
): boolean => outlineOf(one) === outlineOf(other)

/** Stands for a key that nobody may know. */
const HIDDEN = '•'

/** Whether it matters which key it is, and not only that it is one. */
const decidesBySelf = (state: CallState, digit: string): boolean => {
  if (state.phase !== 'talking') return false
  const { keypad, rules } = state
  if (keypad.is === 'collecting') return digit === keypad.entry.terminator
  return digit === '#' || (keypad.is === 'idle' && Object.hasOwn(rules.keys, digit))
}

/** A number may come in pieces, each of them harmless; where a line is cut depends on its length and its spaces. */
const lengthOf = (text: string): string => text.replaceAll(/\S/g, '·')

const maskLine = (line: TranscriptLine, redact: Redact): TranscriptLine => {
  const text = line.final ? redact(line.text) : lengthOf(line.text)
  if (line.speaker !== 'tool') return { ...line, text }
  return { ...line, text, tool: { ...line.tool, given: redact(line.tool.given) } }
}

const maskRules = (rules: CallRules, redact: Redact): CallRules => ({
  ...rules,
  consent: rules.consent === undefined ? undefined : redact(rules.consent),
  greeting: rules.greeting === undefined ? undefined : redact(rules.greeting),
  phrases: {
    stillThere: redact(rules.phrases.stillThere),
    timeIsShort: redact(rules.phrases.timeIsShort),
    goodbye: redact(rules.phrases.goodbye),
    cannotSay: redact(rules.phrases.cannotSay),
    transfer: redact(rules.phrases.transfer),
  },
  agents: mapValues(rules.agents, (agent) => ({
    ...agent,
    fillers: mapValues(agent.fillers, redact),
  })),
  keys: mapValues(
    rules.keys,
    (action) => action.is === 'say' ? { ...action, sentence: redact(action.sentence) } : action,
  ),
})

const mapValues = <Value>(
  record: Readonly<Record<string, Value>>,
  to: (value: Value) => Value,
): Readonly<Record<string, Value>> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, to(value)]))

/** Where an effect has what was said, pressed or given. */
const TEXTS: ReadonlySet<string> = new Set([
  'text',
  'sentence',
  'output',
  'given',
  'summary',
  'keys',
  'digit',
  'problem',
  'cause',
  'transcript',
])

const outlineOf = (effects: readonly CallEffect[]): string =>
  JSON.stringify(
    // Why a caller refuses is said in their words; why a call ends is not.
    effects.map((effect) => effect.type === 'answer-approval' ? { ...effect, reason: '' } : effect),
    (key, value) => TEXTS.has(key) ? undefined : value,
  )
