/**
 * Keys that the caller presses. Some do something by themselves, as the customer's file says; the others are gathered into an entry
 * and told to the agent as one thing, or are the value that the agent has asked for. Of a secret one the agent learns that it is
 * there and no more.
 */
import type { CallEvent } from './events.ts'
import { isPlaying, silentSinceMs } from './playback.ts'
import type { CallState, Talking } from './state.ts'

/** What the agent may ask the caller to enter. */
export type KeypadEntry = Readonly<{
  name: string
  leastDigits: number
  mostDigits: number
  /** The key that ends the entry before it is full; empty for none. */
  terminator: string
  /** How long the caller may take for each key, counted from what was heard or said last. */
  timeoutMs: number
  /** Kept from the model and from everything that is written. */
  isSecret: boolean
}>

/** What a key does by itself. */
export type KeyAction =
  | Readonly<{ is: 'transfer'; destination: string }>
  | Readonly<{ is: 'hand-off'; agent: string }>
  | Readonly<{ is: 'say'; sentence: string }>
  | Readonly<{ is: 'end' }>

export type Keypad =
  | Readonly<{ is: 'idle' }>
  /** The caller enters something unasked. */
  | Readonly<{ is: 'entering'; digits: string; lastAtMs: number }>
  /** The agent waits for an entry. */
  | Readonly<{
    is: 'collecting'
    entry: KeypadEntry
    toolCallId: string
    digits: string
    lastAtMs: number
  }>

/** What a key, or the time that has passed, means. */
export type KeyOutcome =
  | EntryOutcome
  | Readonly<{ is: 'action'; action: KeyAction }>
  | Readonly<{ is: 'entered'; digits: string }>

/** How far an entry is that the agent waits for. */
export type EntryOutcome =
  | Readonly<{ is: 'waiting'; keypad: Keypad }>
  | Readonly<{ is: 'collected'; entry: KeypadEntry; toolCallId: string; digits: string }>

type KeyPressed = Extract<CallEvent, { type: 'caller-pressed-key' }>

/** An entry that nobody asked for ends with # or after this long. */
const PAUSE_MS = 1_500
const MOST_UNASKED = 64

/** Takes a key. */
export const takeKey = (
  { keypad, rules }: Pick<Talking, 'keypad' | 'rules'>,
  { digit, atMs }: KeyPressed,
): KeyOutcome => {
  if (keypad.is === 'collecting') return collect(keypad, digit, atMs)
  if (keypad.is === 'idle' && Object.hasOwn(rules.keys, digit)) {
    return { is: 'action', action: rules.keys[digit] }
  }
  const digits = (keypad.is === 'entering' ? keypad.digits : '') + digit
  return digit === '#' || digits.length >= MOST_UNASKED
    ? { is: 'entered', digits }
    : { is: 'waiting', keypad: { is: 'entering', digits, lastAtMs: atMs } }
}

/** Begins an entry that the agent asks for. What the caller is entering already is part of it: some do not wait to be asked. */
export const beginEntry = (
  { keypad }: Pick<Talking, 'keypad'>,
  entry: KeypadEntry,
  toolCallId: string,
  atMs: number,
): EntryOutcome => {
  const typed = keypad.is === 'entering' ? keypad.digits : ''
  const begun: Keypad = { is: 'collecting', entry, toolCallId, digits: '', lastAtMs: atMs }
  return [...typed].reduce<EntryOutcome>(
    (outcome, digit) =>
      outcome.is === 'waiting' && outcome.keypad.is === 'collecting'
        ? collect(outcome.keypad, digit, atMs)
        : outcome,
    { is: 'waiting', keypad: begun },
  )
}

/** Looks whether an entry is over because no key comes any more; undefined when it is not. */
export const keysOver = (state: Talking, atMs: number): KeyOutcome | undefined => {
  const { keypad, floor, playback } = state
  if (keypad.is === 'entering') {
    return atMs - keypad.lastAtMs >= PAUSE_MS ? { is: 'entered', digits: keypad.digits } : undefined
  }
  if (keypad.is === 'idle' || isPlaying(playback, atMs)) return undefined
  // Who asks something back has not given up.
  if (floor.is === 'caller') return undefined
  const spokenAtMs = floor.is === 'agent' ? silentSinceMs(playback) : floor.sinceMs
  const { entry, toolCallId, digits, lastAtMs } = keypad
  return atMs - Math.max(lastAtMs, spokenAtMs) >= entry.timeoutMs
    ? { is: 'collected', entry, toolCallId, digits }
    : undefined
}

/** Whether the caller is entering what only tools may learn. */
export const isSecretAsked = (state: CallState): boolean =>
  state.phase !== 'ended' && state.keypad.is === 'collecting' && state.keypad.entry.isSecret

/** What the model is told of an entry that it asked for. */
export const collectedOutput = (
  { name, leastDigits, isSecret }: KeypadEntry,
  digits: string,
): Readonly<{ output: string; failed: boolean }> => {
  const failed = digits.length < leastDigits
  if (digits === '') return { failed, output: 'The caller entered nothing.' }
  const what = isSecret
    ? `${digits.length} digits, which you are not told; tools may use them as ${name}`
    : digits
  const tooFew = failed ? ` That is too few: ${leastDigits} are needed.` : ''
  return { failed, output: `The caller entered ${what}.${tooFew}` }
}

/** What the model is told of an entry that it did not ask for. */
export const enteredNote = (digits: string): string => `The caller pressed ${digits} on the keypad.`

const collect = (
  keypad: Extract<Keypad, { is: 'collecting' }>,
  digit: string,
  atMs: number,
): EntryOutcome => {
  const { entry, toolCallId } = keypad
  const isEnd = digit === entry.terminator
  const digits = isEnd ? keypad.digits : keypad.digits + digit
  return isEnd || digits.length >= entry.mostDigits
    ? { is: 'collected', entry, toolCallId, digits }
    : { is: 'waiting', keypad: { ...keypad, digits, lastAtMs: atMs } }
}
