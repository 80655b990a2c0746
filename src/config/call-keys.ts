/** What a file says of a call that is up, from the shape of the file: destinations, keys, entries. */
import type { Destination, KeyAction, Keypad } from './config.ts'
import { parseDurationMs } from './values/duration.ts'
import type { KeypadShape, KeysShape } from './schema/keypad.ts'
import type { DestinationShape } from './schema/transfer.ts'

/** Makes the destinations of a file. */
export const createDestinations = (
  shape: Readonly<Record<string, DestinationShape>>,
): Readonly<Record<string, Destination>> =>
  mapValues(shape, ({ timeout, ...rest }) => ({ ...rest, timeoutMs: msOf(timeout) }))

/** Makes the keys of a file. What has no meaning is left out; the rules have complained of it. */
export const createKeys = (shape: KeysShape): Readonly<Record<string, KeyAction>> =>
  Object.fromEntries(
    Object.entries(shape).flatMap(([key, action]) => {
      const made = createKey(action)
      return made ? [[key, made]] : []
    }),
  )

/** Makes the keypad of a file. */
export const createKeypad = ({ entries, press }: KeypadShape): Keypad => ({
  press,
  entries: mapValues(entries, ({ digits, terminator, timeout, secret }, name) => ({
    name,
    leastDigits: typeof digits === 'number' ? digits : digits.least,
    mostDigits: typeof digits === 'number' ? digits : digits.most,
    terminator,
    timeoutMs: msOf(timeout),
    isSecret: secret,
  })),
})

const createKey = ({ transfer, handOff, say, end }: KeysShape[string]): KeyAction | undefined => {
  if (transfer !== undefined) return { is: 'transfer', destination: transfer }
  if (handOff !== undefined) return { is: 'hand-off', agent: handOff }
  if (say !== undefined) return { is: 'say', sentence: say }
  return end ? { is: 'end' } : undefined
}

/** The rules have refused what is no duration. */
const msOf = (duration: string | number): number => parseDurationMs(duration) ?? 0

const mapValues = <In, Out>(
  values: Readonly<Record<string, In>>,
  to: (value: In, key: string) => Out,
): Readonly<Record<string, Out>> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, to(value, key)]))
